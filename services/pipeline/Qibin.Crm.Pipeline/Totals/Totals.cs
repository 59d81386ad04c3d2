using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;
using Qibin.Crm.Contracts;
using Qibin.Crm.ServiceDefaults;

namespace Qibin.Crm.Pipeline;

/// <summary>What totals can be grouped by.</summary>
/// <remarks>The order is that of the bits in a cell's set.</remarks>
public enum Dimension { Stage, Chain, Unit, Officer, Node, SourceRegion, Band, Month }

/// <summary>Which totals are asked for.</summary>
public sealed record TotalsQuery : JourneyFilter
{
    /// <summary>One or two dimensions, separated by a comma; <c>stage</c> when absent.</summary>
    public Words<Dimension>? GroupBy { get; init; }

    /// <summary>
    /// A currency to show all amounts in as well, converted at the rates of the day: <c>CNY</c>. Amounts per currency are shown always.
    /// </summary>
    public string? ConvertTo { get; init; }
}

/// <summary>Totals over all journeys that the caller sees and the filters keep.</summary>
public sealed record Totals
{
    /// <summary>When the newest event in these figures was recorded; null before the first.</summary>
    public required DateTimeOffset? AsOf { get; init; }

    /// <summary>The business day that was asked for; null for today.</summary>
    public DateOnly? Day { get; init; }

    /// <summary>The instant that was asked for: what was recorded later is not in these figures; null for now.</summary>
    public DateTimeOffset? KnownAt { get; init; }

    /// <summary>The rates by which amounts were converted; only with <c>convertTo</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Conversion? Conversion { get; init; }

    public required IReadOnlyList<Dimension> GroupBy { get; init; }

    /// <summary>The statuses that groups and total count.</summary>
    public required IReadOnlyList<JourneyStatus> Status { get; init; }

    /// <summary>Each group with at least one journey, in the order of the dimensions.</summary>
    public required IReadOnlyList<TotalsGroup> Groups { get; init; }

    /// <summary>All groups together.</summary>
    public required Figures Total { get; init; }

    /// <summary>What the filters keep in the other statuses, such as suspended and terminated: counted in no group and not in the total.</summary>
    public required IReadOnlyList<StatusFigures> Apart { get; init; }

    /// <summary>
    /// Confidential journeys within the caller's reach that the caller may not read, and that are therefore counted nowhere above.
    /// Filters do not narrow it: what they would tell of a hidden journey is hidden too.
    /// </summary>
    public required int Hidden { get; init; }
}

/// <summary>Count and amounts. Each list has one entry per currency, and none for a currency that comes to nothing.</summary>
public record Figures
{
    /// <summary>Number of journeys.</summary>
    public required int Count { get; init; }

    /// <summary>Investment as the leads estimate it.</summary>
    public required IReadOnlyList<Money> EstimatedInvestment { get; init; }

    /// <summary>Investment by the signed contracts.</summary>
    public required IReadOnlyList<Money> ContractAmount { get; init; }

    /// <summary>Funds paid in so far.</summary>
    public required IReadOnlyList<Money> PaidIn { get; init; }

    /// <summary>Investment completed so far 完成投资, as the projects report it.</summary>
    public required IReadOnlyList<Money> CompletedInvestment { get; init; }

    /// <summary>
    /// All amounts in one currency, to the fen; only with <c>convertTo</c>. Each figure is converted and rounded by itself, so a total
    /// may differ from the sum of its groups by fen.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ConvertedFigures? Converted { get; init; }

    internal static Figures Of(IEnumerable<Cell> cells, Conversion? conversion = null)
    {
        var list = cells.ToList();
        var figures = new Figures
        {
            Count = (int)list.Sum(c => c.Count),
            EstimatedInvestment = Sum(c => c.Estimated),
            ContractAmount = Sum(c => c.Contract),
            PaidIn = Sum(c => c.PaidIn),
            CompletedInvestment = Sum(c => c.Completed),
        };
        return conversion is null ? figures : figures with
        {
            Converted = new ConvertedFigures
            {
                EstimatedInvestment = conversion.Convert(figures.EstimatedInvestment),
                ContractAmount = conversion.Convert(figures.ContractAmount),
                PaidIn = conversion.Convert(figures.PaidIn),
                CompletedInvestment = conversion.Convert(figures.CompletedInvestment),
            },
        };

        List<Money> Sum(Func<Cell, decimal> amount) =>
            [.. list.Where(c => c.Currency!.Length > 0).Select(c => new Money(amount(c), c.Currency!)).PerCurrency()];
    }
}

/// <summary>What stands apart from the totals because of its status.</summary>
public sealed record StatusFigures : Figures
{
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    internal StatusFigures(JourneyStatus status, Figures figures) : base(figures) => Status = status;

    public required JourneyStatus Status { get; init; }
}

/// <summary>One group of the totals. Of the dimensions it has those that were grouped by; chain, node and region are absent for journeys without one as well.</summary>
public sealed record TotalsGroup : Figures
{
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    internal TotalsGroup(GroupKey key, Dimension[] by, Dictionary<Guid, UnitName> units, JourneyFilter filter, Figures figures) : base(figures)
    {
        Stage = key.Stage;
        Chain = ChainName.Of(key.Chain);
        Unit = key.Unit is { } unit ? units.Of(unit) : null;
        OfficerId = key.Officer;
        Node = NodeName.Of(key.Node);
        SourceRegion = key.SourceRegion;
        Band = key.Band;
        Month = key.Month is { } month ? Months.Text(month) : null;
        Journeys = key.Link(by, filter);
    }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JourneyStage? Stage { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChainName? Chain { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UnitName? Unit { get; init; }

    /// <summary>The responsible officer; names of persons live in the identity service.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? OfficerId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public NodeName? Node { get; init; }

    /// <summary>Division code GB/T 2260 of where the investors come from.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SourceRegion { get; init; }

    /// <summary>Investment in 亿元, by the contract or before signing the estimate.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Band? Band { get; init; }

    /// <summary>Month of the first contact, as <c>YYYY-MM</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Month { get; init; }

    /// <summary>The list behind the figures: for the same caller it counts the same.</summary>
    public required string Journeys { get; init; }
}

/// <summary>What one group has in common.</summary>
internal sealed record GroupKey(
    JourneyStage? Stage, string? Chain, Guid? Unit, Guid? Officer, string? Node, string? SourceRegion, Band? Band, int? Month)
{
    /// <summary>Of no dimension: what the filter alone keeps.</summary>
    public static GroupKey None { get; } = new(null, null, null, null, null, null, null, null);

    public static GroupKey Of(Cell c) => new(c.Stage, c.Chain, c.Unit, c.Officer, c.Node, c.SourceRegion, c.Band, c.Month);

    /// <summary>Where the group stands in the order of a dimension: stages, chains, nodes and bands as the trade has them, units by code.</summary>
    public string Place(Dimension dimension, Dictionary<Guid, UnitName> units) => dimension switch
    {
        Dimension.Stage => $"{(int)Stage!.Value:00}",
        Dimension.Chain => $"{IndustryChains.All.TakeWhile(c => c.Code != Chain).Count():00}",
        Dimension.Unit => $"{units.Of(Unit!.Value).Code ?? "~"} {Unit}",
        Dimension.Node => $"{IndustryChains.All.SelectMany(c => c.Nodes).TakeWhile(n => n.Code != Node).Count():00}",
        Dimension.SourceRegion => SourceRegion ?? "~",
        Dimension.Band => $"{(int)Band!.Value:00}",
        Dimension.Month => $"{Month}",
        _ => $"{Officer}",
    };

    public string Link(Dimension[] by, JourneyFilter filter)
    {
        var query = new Dictionary<string, string?>
        {
            ["stage"] = by.Contains(Dimension.Stage) ? Word(Stage!.Value) : Words(filter.Stage?.Values),
            ["status"] = Words(filter.Statuses()),
            ["chain"] = by.Contains(Dimension.Chain) ? Chain ?? JourneyFilters.None : filter.Chain,
            ["node"] = by.Contains(Dimension.Node) ? Node ?? JourneyFilters.None : filter.Node,
            ["unit"] = (by.Contains(Dimension.Unit) ? Unit : filter.Unit)?.ToString(),
            ["officer"] = (by.Contains(Dimension.Officer) ? Officer : filter.Officer)?.ToString(),
            ["sourceRegion"] = by.Contains(Dimension.SourceRegion) ? SourceRegion ?? JourneyFilters.None : filter.SourceRegion,
            ["band"] = by.Contains(Dimension.Band) ? Word(Band!.Value) : Words(filter.Band?.Values),
            ["month"] = by.Contains(Dimension.Month) ? Months.Text(Month!.Value) : filter.Month,
            ["asOf"] = filter.AsOf?.ToString("O", CultureInfo.InvariantCulture),
            ["knownAt"] = filter.KnownAt?.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture),
        };
        return QueryHelpers.AddQueryString("/api/v1/pipeline/journeys", query.Where(q => q.Value is not null));
    }

    private static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static string? Words<T>(T[]? values) where T : struct, Enum => values is null ? null : string.Join(',', values.Select(Word));
}

internal static class Months
{
    /// <summary>A month kept as a number, as <c>YYYY-MM</c>.</summary>
    public static string Text(int month) => $"{month / 100:0000}-{month % 100:00}";
}
