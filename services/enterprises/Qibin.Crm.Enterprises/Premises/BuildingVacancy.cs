using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Enterprises.Premises;

/// <summary>A free space and how long it has stood idle.</summary>
public sealed record IdleSpace
{
    public required Guid SpaceId { get; init; }
    public required string Name { get; init; }

    /// <summary>m².</summary>
    public required decimal Area { get; init; }

    /// <summary>The day its last occupation ended, or it became ready.</summary>
    public required DateOnly FreeSince { get; init; }

    /// <summary>Days from then to the day asked about.</summary>
    public required int IdleDays { get; init; }
}

/// <summary>Vacancy of a building on a day. Spaces that were not ready then, or cannot be let now, do not count.</summary>
public sealed record VacancyAnswer
{
    public required Guid BuildingId { get; init; }
    public required DateOnly On { get; init; }
    public required int Spaces { get; init; }
    public required int FreeSpaces { get; init; }

    /// <summary>m².</summary>
    public required decimal Area { get; init; }

    /// <summary>m².</summary>
    public required decimal FreeArea { get; init; }

    /// <summary>Free area over area, 0 to 1, to 4 decimals; 0 when there is no area.</summary>
    public required decimal VacancyRate { get; init; }

    /// <summary>Sum over the free spaces.</summary>
    public required int IdleDays { get; init; }

    /// <summary>The free spaces, the longest idle first.</summary>
    public required IReadOnlyList<IdleSpace> Idle { get; init; }
}

/// <summary>Vacancy rate and idle days of a building.</summary>
internal static class BuildingVacancy
{
    /// <param name="buildingId">The building.</param>
    /// <param name="on">The day; today when left out.</param>
    /// <param name="db">The database.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="ct">Cancels.</param>
    internal static async Task<Results<Ok<VacancyAnswer>, NotFound>> Handle(
        Guid buildingId, [BusinessDate] DateOnly? on, EnterprisesDb db, TimeProvider clock, CancellationToken ct)
    {
        if (!await db.Buildings.AnyAsync(b => b.Id == buildingId, ct))
        {
            return TypedResults.NotFound();
        }

        var day = on ?? clock.Today();
        var taken = db.TakenOn(day);
        var spaces = await db.Spaces.Where(u => u.BuildingId == buildingId && u.State == PremisesState.Available && u.ReadyOn <= day)
            .Select(u => new
            {
                u.Id,
                u.Name,
                u.Area,
                u.ReadyOn,
                Taken = taken.Contains(u.Id),
                LastUntil = db.Occupations.Where(o => o.SpaceId == u.Id && o.Until <= day).Max(o => o.Until),
            }).ToListAsync(ct);
        var idle = spaces.Where(u => !u.Taken).Select(u =>
        {
            var since = u.LastUntil > u.ReadyOn ? u.LastUntil.Value : u.ReadyOn;
            return new IdleSpace
            {
                SpaceId = u.Id,
                Name = u.Name,
                Area = u.Area,
                FreeSince = since,
                IdleDays = day.DayNumber - since.DayNumber,
            };
        }).OrderByDescending(u => u.IdleDays).ThenBy(u => u.Name, StringComparer.Ordinal).ToList();
        var (area, free) = (spaces.Sum(u => u.Area), idle.Sum(u => u.Area));
        return TypedResults.Ok(new VacancyAnswer
        {
            BuildingId = buildingId,
            On = day,
            Spaces = spaces.Count,
            FreeSpaces = idle.Count,
            Area = area,
            FreeArea = free,
            VacancyRate = area == 0 ? 0 : decimal.Round(free / area, 4),
            IdleDays = idle.Sum(u => u.IdleDays),
            Idle = idle,
        });
    }
}
