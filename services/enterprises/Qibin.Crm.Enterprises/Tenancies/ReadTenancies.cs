using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Enterprises.Tenancies;

/// <summary>Filters of the list of tenancies.</summary>
public sealed record TenancyQuery
{
    /// <summary>The roster of this day: tenancies that had begun and had not ended. All when left out.</summary>
    [BusinessDate]
    public DateOnly? On { get; init; }

    public Guid? EnterpriseId { get; init; }
    public Guid? SpaceId { get; init; }

    /// <summary>Ended, or not.</summary>
    public bool? Ended { get; init; }

    /// <summary>Changed at this instant or later.</summary>
    public DateTimeOffset? UpdatedSince { get; init; }
}

/// <summary>A tenancy.</summary>
public sealed record TenancyAnswer : IVersioned
{
    public required Guid Id { get; init; }

    /// <summary>The code people use, such as <c>T-2026-000123</c>.</summary>
    public required string Code { get; init; }

    public required Guid EnterpriseId { get; init; }
    public required string EnterpriseName { get; init; }
    public required Guid ApplicationId { get; init; }
    public required Guid? ProjectId { get; init; }
    public required IReadOnlyList<Guid> SpaceIds { get; init; }

    /// <summary>The day it moved in.</summary>
    public required DateOnly StartedOn { get; init; }

    /// <summary>First day after the lease's term.</summary>
    public required DateOnly? LeaseUntil { get; init; }

    /// <summary>The day from which it is not there any more.</summary>
    public required DateOnly? EndedOn { get; init; }

    public required string? EndReason { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required long Version { get; init; }
}

/// <summary>A tenancy with its enterprise's present name.</summary>
internal sealed record RosterRow
{
    public required Tenancy Tenancy { get; init; }
    public required string EnterpriseName { get; init; }
}

/// <summary>Reads tenancies.</summary>
internal static class ReadTenancies
{
    public static readonly Listing<RosterRow> Listing = new Listing<RosterRow>(r => r.Tenancy.Id, "-startedOn")
        .Sort("startedOn", r => r.Tenancy.StartedOn).Sort("enterpriseName", r => r.EnterpriseName).Sort("code", r => r.Tenancy.Code)
        .Sort("updatedAt", r => r.Tenancy.UpdatedAt);

    internal static async Task<Ok<Page<TenancyAnswer>>> List(
        [AsParameters] TenancyQuery query, [AsParameters] PageQuery page, HttpRequest request, EnterprisesDb db, Caller caller,
        CancellationToken ct) =>
        TypedResults.Ok(await Listing.PageAsync(Filter(db, caller, query), page, request, From, ct));

    internal static IQueryable<RosterRow> Filter(EnterprisesDb db, Caller caller, TenancyQuery query)
    {
        var rows = db.Tenancies.DisclosedTo(caller);
        if (query.On is { } on)
        {
            rows = rows.Where(t => t.StartedOn <= on && (t.EndedOn == null || t.EndedOn > on));
        }

        if (query.EnterpriseId is { } enterprise)
        {
            rows = rows.Where(t => t.EnterpriseId == enterprise);
        }

        if (query.SpaceId is { } space)
        {
            rows = rows.Where(t => t.SpaceIds.Contains(space));
        }

        if (query.Ended is { } ended)
        {
            rows = rows.Where(t => (t.EndedOn != null) == ended);
        }

        if (query.UpdatedSince?.ToUniversalTime() is { } since)
        {
            rows = rows.Where(t => t.UpdatedAt >= since);
        }

        return Roster(db, rows);
    }

    internal static async Task<Results<Ok<TenancyAnswer>,
        NotFound>> Get(Guid tenancyId, EnterprisesDb db, Caller caller, CancellationToken ct) =>
        await Roster(db, db.Tenancies.DisclosedTo(caller).Where(t => t.Id == tenancyId)).SingleOrDefaultAsync(ct) is { } row
            ? TypedResults.Ok(From(row)) : TypedResults.NotFound();

    private static IQueryable<RosterRow> Roster(EnterprisesDb db, IQueryable<Tenancy> tenancies) =>
        tenancies.AsNoTracking()
            .Join(db.Enterprises, t => t.EnterpriseId, e => e.Id, (t, e) => new RosterRow { Tenancy = t, EnterpriseName = e.Name });

    private static TenancyAnswer From(RosterRow row) => new()
    {
        Id = row.Tenancy.Id,
        Code = row.Tenancy.Code,
        EnterpriseId = row.Tenancy.EnterpriseId,
        EnterpriseName = row.EnterpriseName,
        ApplicationId = row.Tenancy.ApplicationId,
        ProjectId = row.Tenancy.ProjectId,
        SpaceIds = row.Tenancy.SpaceIds,
        StartedOn = row.Tenancy.StartedOn,
        LeaseUntil = row.Tenancy.LeaseUntil,
        EndedOn = row.Tenancy.EndedOn,
        EndReason = row.Tenancy.EndReason,
        RecordedAt = row.Tenancy.RecordedAt,
        UpdatedAt = row.Tenancy.UpdatedAt,
        Version = row.Tenancy.Version,
    };
}
