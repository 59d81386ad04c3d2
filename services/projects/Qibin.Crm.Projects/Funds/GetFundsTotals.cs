using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Projects.Funds;

/// <summary>The sum of one currency and origin in one year.</summary>
public sealed record FundsTotal
{
    public required int Year { get; init; }
    public required FundsOrigin Origin { get; init; }

    /// <summary>Sum of the year's entries, those that take others back included.</summary>
    public required Money Amount { get; init; }
}

/// <summary>Paid-in funds of a project. Sums of different currencies are never added.</summary>
public sealed record FundsTotalsAnswer
{
    public required Guid ProjectId { get; init; }

    /// <summary>Sum of all years and origins, one per currency.</summary>
    public required IReadOnlyList<Money> PaidIn { get; init; }

    /// <summary>By year, currency and origin, in this order.</summary>
    public required IReadOnlyList<FundsTotal> Totals { get; init; }
}

internal static class GetFundsTotals
{
    public static async Task<Results<Ok<FundsTotalsAnswer>, NotFound>> Handle(Guid projectId, ProjectsDb db, Caller caller, CancellationToken ct)
    {
        if (!await db.Projects.ReadableBy(caller).AnyAsync(p => p.Id == projectId, ct))
        {
            return TypedResults.NotFound();
        }

        // Everything comes from one reading of the entries, so the sums fit each other whoever writes meanwhile.
        var sums = await db.Funds.Where(f => f.ProjectId == projectId)
            .GroupBy(f => new { f.PaidOn.Year, f.Amount.Currency, f.Origin })
            .Select(g => new { g.Key.Year, g.Key.Currency, g.Key.Origin, Sum = g.Sum(f => f.Amount.Amount) })
            .OrderBy(s => s.Year).ThenBy(s => s.Currency).ThenBy(s => s.Origin).ToListAsync(ct);
        return TypedResults.Ok(new FundsTotalsAnswer
        {
            ProjectId = projectId,
            PaidIn = [.. sums.GroupBy(s => s.Currency, StringComparer.Ordinal).Select(c => new Money(c.Sum(s => s.Sum), c.Key)).OrderBy(m => m.Currency, StringComparer.Ordinal)],
            Totals = [.. sums.Select(s => new FundsTotal { Year = s.Year, Origin = s.Origin, Amount = new Money(s.Sum, s.Currency) })],
        });
    }
}
