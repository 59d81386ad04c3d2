using Qibin.Crm.Contracts;
using Qibin.Crm.ServiceDefaults;

namespace Qibin.Crm.Pipeline;

/// <summary>Which journeys are meant: the same words for the totals and for the list behind them, so that they count the same.</summary>
public abstract record JourneyFilter
{
    /// <summary>Stages, separated by commas; all when absent.</summary>
    public Words<JourneyStage>? Stage { get; init; }

    /// <summary>
    /// Statuses, separated by commas. When absent: <c>active</c>, and <c>kept</c> or <c>invalid</c> too where <c>stage</c> names them.
    /// </summary>
    public Words<JourneyStatus>? Status { get; init; }

    /// <summary>Code of an industry chain, or <c>none</c> for journeys without one.</summary>
    public string? Chain { get; init; }

    /// <summary>Id of the responsible unit itself; units below it are not included.</summary>
    public Guid? Unit { get; init; }

    /// <summary>Id of the responsible officer.</summary>
    public Guid? Officer { get; init; }
}

internal static class JourneyFilters
{
    /// <summary>Stands for the absence of a chain in filters and in links.</summary>
    public const string NoChain = "none";

    /// <summary>The statuses that are meant.</summary>
    public static JourneyStatus[] Statuses(this JourneyFilter filter) => filter.Status?.Values ??
    [
        JourneyStatus.Active,
        .. filter.Stage?.Values.Contains(JourneyStage.Kept) == true ? [JourneyStatus.Kept] : Array.Empty<JourneyStatus>(),
        .. filter.Stage?.Values.Contains(JourneyStage.Invalid) == true ? [JourneyStatus.Invalid] : Array.Empty<JourneyStatus>(),
    ];

    /// <summary>Keeps what the filter means, whatever the status.</summary>
    /// <exception cref="Refusal">400 <c>chain.unknown</c>.</exception>
    public static IQueryable<JourneyRow> Matching(this IQueryable<JourneyRow> rows, JourneyFilter filter)
    {
        if (filter.Stage is { Values: var stages })
        {
            rows = rows.Where(j => stages.Contains(j.Stage));
        }

        if (filter.Chain is { } chain)
        {
            rows = chain == NoChain ? rows.Where(j => j.ChainCode == null)
                : IndustryChains.Exists(chain) ? rows.Where(j => j.ChainCode == chain)
                : throw Refusal.Invalid("chain", "chain.unknown", chain);
        }

        if (filter.Unit is { } unit)
        {
            rows = rows.Where(j => j.UnitId == unit);
        }

        return filter.Officer is { } officer ? rows.Where(j => j.OwnerId == officer) : rows;
    }
}
