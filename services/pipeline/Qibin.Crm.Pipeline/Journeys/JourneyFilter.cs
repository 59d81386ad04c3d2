using System.Linq.Expressions;

namespace Qibin.Crm.Pipeline.Journeys;

/// <summary>Which journeys are meant: the same words for the totals and for the list behind them, so that they count the same.</summary>
public record PresentFilter
{
    /// <summary>Stages, separated by commas; all when absent.</summary>
    public Words<JourneyStage>? Stage { get; init; }

    /// <summary>
    /// Statuses, separated by commas. When absent: <c>active</c>, and <c>kept</c> or <c>invalid</c> too where <c>stage</c> names them.
    /// </summary>
    public Words<JourneyStatus>? Status { get; init; }

    /// <summary>Code of an industry chain, or <c>none</c> for journeys without one.</summary>
    public string? Chain { get; init; }

    /// <summary>Code of a chain's node, or <c>none</c> for journeys without one.</summary>
    public string? Node { get; init; }

    /// <summary>Id of the responsible unit.</summary>
    public Guid? Unit { get; init; }

    /// <summary>True for the units below <c>unit</c> as well, at any depth; it alone when absent.</summary>
    public bool? SubUnits { get; init; }

    /// <summary>Id of the owner.</summary>
    public Guid? Owner { get; init; }

    /// <summary>Division code of six digits where the investor comes from, or <c>none</c> for journeys without one.</summary>
    public string? SourceRegion { get; init; }

    /// <summary>
    /// Investment bands, separated by commas, by the contract's amount or before signing the estimate, in 亿元: <c>below1</c>,
    /// <c>from1</c> (1 to 5), <c>from5</c> (5 to 10), <c>from10</c> (10 to 50), <c>from50</c>; <c>none</c> without an amount. Amounts in
    /// other currencies count at the rate of the day asked for, and are <c>otherCurrency</c> where there is none.
    /// </summary>
    public Words<Band>? Band { get; init; }

    /// <summary>Month of the first contact, as <c>YYYY-MM</c>, or the first and the last one as <c>YYYY-MM..YYYY-MM</c>.</summary>
    public string? Month { get; init; }

    /// <summary>The units that are meant, once <see cref="AskedJourneys.AskedAsync"/> has looked them up.</summary>
    internal Guid[]? Units { get; init; }
}

/// <summary>Which journeys are meant, and as of when.</summary>
public record JourneyFilter : PresentFilter
{
    public JourneyFilter()
    {
    }

    /// <summary>As of today, as known now.</summary>
    internal JourneyFilter(PresentFilter present) : base(present)
    {
    }

    /// <summary>
    /// A past business day: what each journey was on it. Today when absent. Who may see a journey is decided by what it is today.
    /// </summary>
    public DateOnly? AsOf { get; init; }

    /// <summary>A past instant: only what had been recorded by then counts, however late it reached the totals. Now when absent.</summary>
    public DateTimeOffset? KnownAt { get; init; }

    /// <summary>Milestones, separated by commas: the journey has reached one of them, and holds it.</summary>
    public Words<MilestoneKind>? Reached { get; init; }

    /// <summary>
    /// Month in which it reached the milestone of <c>reached</c> first, as <c>YYYY-MM</c>, or the first and the last month as
    /// <c>YYYY-MM..YYYY-MM</c>; any when absent. What was signed this month: <c>reached=signed&amp;reachedIn=2026-11</c>.
    /// </summary>
    public string? ReachedIn { get; init; }

    /// <summary>Stages, separated by commas: the journey was at one of them and has left it.</summary>
    public Words<JourneyStage>? Left { get; init; }

    /// <summary>The rates that decide the bands; null where no band is asked for.</summary>
    internal Dictionary<string, RateRow>? Rates { get; init; }
}

internal static class JourneyFilters
{
    /// <summary>Stands for the absence of a chain, a node or a region in filters and in links.</summary>
    public const string None = "none";

    public static JourneyStatus[] Statuses(this PresentFilter filter) => filter.Status?.Values
        ?? [.. (filter.Stage?.Values ?? []).Select(Stages.StatusOf).Prepend(JourneyStatus.Active).Distinct().Order()];

    /// <summary>Whether the journey's past is asked for, which no sum tells.</summary>
    public static bool AsksHistory(this JourneyFilter filter) => filter.Reached is not null || filter.Left is not null;

    public static bool IsPast(this JourneyFilter filter) => filter.AsOf is not null || filter.KnownAt is not null;

    /// <summary>What the filter keeps of a dimension, as a request says it; null when it keeps all.</summary>
    public static string? Word(this PresentFilter filter, Dimension dimension) => dimension switch
    {
        Dimension.Stage => Words(filter.Stage?.Values),
        Dimension.Chain => filter.Chain,
        Dimension.Unit => filter.Unit?.ToString(),
        Dimension.Owner => filter.Owner?.ToString(),
        Dimension.Node => filter.Node,
        Dimension.SourceRegion => filter.SourceRegion,
        Dimension.Band => Words(filter.Band?.Values),
        _ => filter.Month,
    };

    public static IEnumerable<Dimension> Dimensions(this PresentFilter filter) =>
        Enum.GetValues<Dimension>().Where(d => filter.Word(d) is not null);

    /// <summary>The dimensions of which the filter keeps one value.</summary>
    public static IEnumerable<Dimension> OfOneValue(this PresentFilter filter) => filter.Dimensions().Where(d => d == Dimension.Unit
        ? filter.Units is null : filter.Word(d) is { } word && !word.Contains(',', StringComparison.Ordinal)
            && !word.Contains("..", StringComparison.Ordinal));

    public static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    public static string? Words<T>(T[]? values) where T : struct, Enum => values is null ? null : string.Join(',', values.Select(Word));

    /// <summary>What the filter means of a row, whatever its status.</summary>
    /// <exception cref="Refusal">400 <c>chain.unknown</c>, <c>node.unknown</c>, <c>region.invalid</c>, <c>month.invalid</c>.</exception>
    public static Expression<Func<T, bool>> Meant<T>(this PresentFilter filter) where T : Counted
    {
        var (stages, bands, unit, owner) = (filter.Stage?.Values, filter.Band?.Values, filter.Unit, filter.Owner);
        var chain = Code(filter.Chain, IndustryChains.Exists, "chain", "chain.unknown");
        var node = Code(filter.Node, n => IndustryChains.OfNode(n) is not null, "node", "node.unknown");
        var region = Code(filter.SourceRegion, r => r.Length == 6 && r.All(char.IsAsciiDigit), "sourceRegion", "region.invalid");
        var units = filter.Units;
        var (from, to) = Months.ReadRange("month", filter.Month);
        var (first, last) = (from.MonthNumber(), to.MonthNumber());
        return All<T>(
            (stages is not null, j => stages!.Contains(j.Stage)),
            (filter.Chain is not null, j => j.ChainCode == chain),
            (filter.Node is not null, j => j.NodeCode == node),
            (unit is not null && units is null, j => j.UnitId == unit),
            (units is not null, j => units!.Contains(j.UnitId)),
            (owner is not null, j => j.OwnerId == owner),
            (filter.SourceRegion is not null, j => j.SourceRegion == region),
            (bands is not null, j => bands!.Contains(j.Band)),
            (filter.Month is not null, j => j.Month >= first && j.Month <= last));
    }

    public static IQueryable<T> Matching<T>(this IQueryable<T> rows, PresentFilter filter) where T : Counted =>
        rows.Where(filter.Meant<T>());

    /// <summary>The same of journeys, of which the past and the amounts are known.</summary>
    /// <exception cref="Refusal">400 as above, and <c>reachedIn.alone</c>.</exception>
    public static IQueryable<T> Matching<T>(this IQueryable<T> rows, PipelineDb db, JourneyFilter filter) where T : JourneyState
    {
        var (kinds, left, bands) = (filter.Reached?.Values, filter.Left?.Values, filter.Band?.Values);
        if (kinds is null && filter.ReachedIn is not null)
        {
            throw Refusal.Invalid("reachedIn", "reachedIn.alone");
        }

        var (from, to) = Months.ReadRange("reachedIn", filter.ReachedIn);
        var (first, last) = (from, to.AddMonths(1).AddDays(-1));
        var (held, known) = (db.MilestonesHeld(filter), db.IntervalsKnown(filter));
        var rates = filter.Rates?.In(db);
        return (rates is null || bands is null ? rows.Matching((PresentFilter)filter)
                : rows.Matching(filter with { Band = null }).InBands(rates).Where(b => bands.Contains(b.Band)).Select(b => b.Row))
            .Where(All<T>(
                (kinds is not null, j => held.Any(m => m.LeadId == j.LeadId && kinds!.Contains(m.Kind)
                    && m.OccurredOn >= first && m.OccurredOn <= last
                    && !held.Any(e => e.LeadId == m.LeadId && e.Kind == m.Kind && e.OccurredOn < first))),
                (left is not null, j => known.Any(i => i.LeadId == j.LeadId && left!.Contains(i.Stage)
                    && known.Any(n => n.LeadId == i.LeadId && n.DayFrom > i.DayFrom && n.Stage != i.Stage)))));
    }

    /// <summary>Keeps what has a status that the filter asks for: totals show the others apart, lists leave them out.</summary>
    public static IQueryable<T> InStatus<T>(this IQueryable<T> rows, PresentFilter filter) where T : Counted
    {
        var statuses = filter.Statuses();
        return rows.Where(r => statuses.Contains(r.Status));
    }

    private static Expression<Func<T, bool>> All<T>(params (bool Narrows, Expression<Func<T, bool>> Condition)[] conditions) =>
        conditions.Where(c => c.Narrows).Select(c => c.Condition).Aggregate((Expression<Func<T, bool>>)(_ => true), Conditions.And);

    /// <summary>The code that is meant; null for the absence of one.</summary>
    private static string? Code(string? word, Func<string, bool> isKnown, string pointer, string problem) =>
        word is null or None ? null : isKnown(word) ? word : throw Refusal.Invalid(pointer, problem, word);
}
