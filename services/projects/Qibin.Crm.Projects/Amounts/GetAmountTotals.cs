using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Projects.Amounts;

/// <summary>The sum of one kind, currency and origin in one year.</summary>
public sealed record AmountTotal
{
    public required AmountKind Kind { get; init; }
    public required int Year { get; init; }

    /// <summary>Of paid-in funds.</summary>
    public FundsOrigin? Origin { get; init; }

    /// <summary>Sum of the year's entries and reversals.</summary>
    public required Money Amount { get; init; }
}

/// <summary>Paid-in funds and completed investment of a project. Sums of different currencies are never added.</summary>
public sealed record AmountTotalsAnswer
{
    public required Guid ProjectId { get; init; }

    /// <summary>Sum of all years and origins, one per currency.</summary>
    public required IReadOnlyList<Money> PaidIn { get; init; }

    /// <summary>Sum of all years, one per currency.</summary>
    public required IReadOnlyList<Money> CompletedInvestment { get; init; }

    /// <summary>By kind, year, currency and origin, in this order.</summary>
    public required IReadOnlyList<AmountTotal> Totals { get; init; }
}

/// <summary>Sums the entries of a project by kind, year, currency and origin.</summary>
internal static class GetAmountTotals
{
    public static async Task<Results<Ok<AmountTotalsAnswer>,
        NotFound>> Handle(Guid projectId, ProjectsDb db, Caller caller, CancellationToken ct)
    {
        if (!await db.Projects.ReadableBy(caller).AnyAsync(p => p.Id == projectId, ct))
        {
            return TypedResults.NotFound();
        }

        // One statement reads all entries, so the sums agree with each other while others write.
        var sums = await db.Amounts.Where(f => f.ProjectId == projectId)
            .GroupBy(f => new { f.Kind, f.OccurredOn.Year, f.Amount.Currency, f.Origin })
            .Select(g => new { g.Key.Kind, g.Key.Year, g.Key.Currency, g.Key.Origin, Sum = g.Sum(f => f.Amount.Amount) })
            .OrderBy(s => s.Kind).ThenBy(s => s.Year).ThenBy(s => s.Currency).ThenBy(s => s.Origin).ToListAsync(ct);
        return TypedResults.Ok(new AmountTotalsAnswer
        {
            ProjectId = projectId,
            PaidIn = Of(AmountKind.PaidIn),
            CompletedInvestment = Of(AmountKind.CompletedInvestment),
            Totals = [.. sums.Select(
                s => new AmountTotal { Kind = s.Kind, Year = s.Year, Origin = s.Origin, Amount = new Money(s.Sum, s.Currency) })],
        });

        List<Money> Of(AmountKind kind) =>
            [.. sums.Where(s => s.Kind == kind).GroupBy(s => s.Currency, StringComparer.Ordinal)
                .Select(c => new Money(c.Sum(s => s.Sum), c.Key)).OrderBy(m => m.Currency, StringComparer.Ordinal)];
    }
}
