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

    /// <summary>Id of the responsible unit itself; units below it are not included.</summary>
    public Guid? Unit { get; init; }

    /// <summary>Id of the owner.</summary>
    public Guid? Owner { get; init; }

    /// <summary>Division code of six digits where the investor comes from, or <c>none</c> for journeys without one.</summary>
    public string? SourceRegion { get; init; }

    /// <summary>
    /// Investment bands, separated by commas, by the contract's amount or before signing the estimate, in 亿元: <c>below1</c>,
    /// <c>from1</c> (1 to 5), <c>from5</c> (5 to 10), <c>from10</c> (10 to 50), <c>from50</c>; <c>otherCurrency</c> and <c>none</c>.
    /// </summary>
    public Words<Band>? Band { get; init; }

    /// <summary>Month of the first contact, as <c>YYYY-MM</c>.</summary>
    public string? Month { get; init; }
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
}

internal static class JourneyFilters
{
    /// <summary>Stands for the absence of a chain, a node or a region in filters and in links.</summary>
    public const string None = "none";

    public static JourneyStatus[] Statuses(this PresentFilter filter) => filter.Status?.Values ??
    [
        JourneyStatus.Active,
        .. filter.Stage?.Values.Contains(JourneyStage.Kept) == true ? [JourneyStatus.Kept] : Array.Empty<JourneyStatus>(),
        .. filter.Stage?.Values.Contains(JourneyStage.Invalid) == true ? [JourneyStatus.Invalid] : Array.Empty<JourneyStatus>(),
    ];

    /// <summary>Whether another day or instant than the present is asked for.</summary>
    public static bool IsPast(this JourneyFilter filter) => filter.AsOf is not null || filter.KnownAt is not null;

    /// <summary>Refuses days and instants that are still to come, or before the first business date.</summary>
    /// <exception cref="Refusal">400 <c>date.future</c>, <c>instant.future</c>, <c>date.range</c>.</exception>
    public static void CheckPast(this JourneyFilter filter, TimeProvider clock)
    {
        clock.NotAfterToday(filter.AsOf, "asOf");
        if (filter.KnownAt > clock.GetUtcNow())
        {
            throw Refusal.Invalid("knownAt", "instant.future");
        }

        var first = BusinessDateAttribute.First;
        if (filter.AsOf < first || filter.KnownAt?.OnDay() < first)
        {
            throw Refusal.Invalid(filter.AsOf < first ? "asOf" : "knownAt", "date.range", "2000-01-01", "2100-12-31");
        }
    }

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
    public static IEnumerable<Dimension> OfOneValue(this PresentFilter filter) =>
        filter.Dimensions().Where(d => !filter.Word(d)!.Contains(',', StringComparison.Ordinal));

    public static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    public static string? Words<T>(T[]? values) where T : struct, Enum => values is null ? null : string.Join(',', values.Select(Word));

    /// <summary>Keeps what the filter means, whatever the status.</summary>
    /// <exception cref="Refusal">400 <c>chain.unknown</c>, <c>node.unknown</c>, <c>region.invalid</c>, <c>month.invalid</c>.</exception>
    public static IQueryable<T> Matching<T>(this IQueryable<T> rows, PresentFilter filter) where T : class, ICounted
    {
        var (stages, bands, unit, owner) = (filter.Stage?.Values, filter.Band?.Values, filter.Unit, filter.Owner);
        var chain = Code(filter.Chain, IndustryChains.Exists, "chain", "chain.unknown");
        var node = Code(filter.Node, n => IndustryChains.OfNode(n) is not null, "node", "node.unknown");
        var region = Code(filter.SourceRegion, r => r.Length == 6 && r.All(char.IsAsciiDigit), "sourceRegion", "region.invalid");
        var month = filter.Month is { } text ? Month(text) : 0;
        return rows
            .When(stages is not null, j => stages!.Contains(j.Stage))
            .When(filter.Chain is not null, j => j.ChainCode == chain)
            .When(filter.Node is not null, j => j.NodeCode == node)
            .When(unit is not null, j => j.UnitId == unit)
            .When(owner is not null, j => j.OwnerId == owner)
            .When(filter.SourceRegion is not null, j => j.SourceRegion == region)
            .When(bands is not null, j => bands!.Contains(j.Band))
            .When(filter.Month is not null, j => j.Month == month);
    }

    private static IQueryable<T> When<T>(this IQueryable<T> rows, bool narrows, Expression<Func<T, bool>> condition) =>
        narrows ? rows.Where(condition) : rows;

    /// <summary>The code that is meant; null for the absence of one.</summary>
    private static string? Code(string? word, Func<string, bool> isKnown, string pointer, string problem) =>
        word is null or None ? null : isKnown(word) ? word : throw Refusal.Invalid(pointer, problem, word);

    private static int Month(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var first)
            ? first.MonthNumber()
            : throw Refusal.Invalid("month", "month.invalid", text);
}
