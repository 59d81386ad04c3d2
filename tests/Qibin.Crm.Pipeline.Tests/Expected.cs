using System.Globalization;
using System.Text.Json;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Pipeline.Tests;

/// <summary>A journey as the aggregates of the trade have it, told apart from all code of the service.</summary>
/// <param name="Lead">The lead as it is now.</param>
/// <param name="Project">The project as it is now.</param>
internal sealed record ExpectedJourney(LeadState Lead, ProjectState? Project)
{
    public string Stage => JsonNamingPolicy.CamelCase.ConvertName(Project?.Stage.ToString() ?? Lead.Stage.ToString());

    public string Status => Project is not null ? JsonNamingPolicy.CamelCase.ConvertName(Project.Status.ToString())
        : Lead.Stage is LeadStage.Kept ? "kept" : Lead.Stage is LeadStage.Invalid ? "invalid" : "active";

    public Guid Owner => Project?.OwnerId ?? Lead.OwnerId;
    public Guid Unit => Project?.UnitId ?? Lead.UnitId;
    public string Chain => (Project is null ? Lead.ChainCode : Project.ChainCode) ?? "";

    public static IReadOnlyList<ExpectedJourney> All(Trade trade) => [.. Ever(trade).Where(j => !trade.Bin.Contains(j.Lead.LeadId))];

    /// <summary>Those that are in the bin now as well.</summary>
    public static IEnumerable<ExpectedJourney> Ever(Trade trade) =>
        trade.Leads.Values.Select(lead => new ExpectedJourney(lead, trade.Projects.GetValueOrDefault(lead.LeadId)));

    public bool IsWithin(TestCaller caller) => caller.Reach switch
    {
        Reach.All => true,
        Reach.Chain => caller.Chains.Contains(Chain),
        Reach.Subtree => (caller.Subtree.Length == 0 ? [caller.UnitId] : caller.Subtree).Any(u => Unit == u || Lead.SharedWith.Contains(u))
            || Lead.SharedWith.Contains(caller.Id),
        Reach.Unit => Unit == caller.UnitId || Lead.SharedWith.Contains(caller.UnitId) || Lead.SharedWith.Contains(caller.Id),
        _ => Owner == caller.Id || Lead.SharedWith.Contains(caller.Id),
    };

    public bool IsDisclosedTo(TestCaller caller) =>
        (!Lead.Confidential || Lead.Readers.Contains(caller.Id))
            && (Project is not { Confidential: true } || Project.Readers.Contains(caller.Id));

    /// <summary>In 亿元; a contract in another currency has no band, however large.</summary>
    public string Band => (Project?.ContractAmount ?? Lead.EstimatedInvestment) switch
    {
        null => "none",
        { Currency: "CNY", Amount: var amount } =>
            (amount / 100_000_000m) switch { >= 50 => "from50", >= 10 => "from10", >= 5 => "from5", >= 1 => "from1", _ => "below1" },
        _ => "otherCurrency",
    };

    public string Of(string dimension) => dimension switch
    {
        "node" => (Project is null ? Lead.NodeCode : Project.NodeCode) ?? "",
        "sourceRegion" => Lead.SourceRegion ?? "",
        "band" => Band,
        "month" => Lead.FirstContactOn.ToString("yyyy-MM", CultureInfo.InvariantCulture),
        "stage" => Stage,
        "chain" => Chain,
        "unit" => Unit.ToString(),
        _ => Owner.ToString(),
    };
}

/// <summary>Totals in a form that two computations can be compared in.</summary>
internal static class Figure
{
    private static readonly string[] Dimensions = ["stage", "chain", "unit", "owner", "node", "sourceRegion", "band", "month"];

    /// <summary>Every grouping that can be asked for: by one dimension, or by two.</summary>
    public static string[][] Groupings { get; } =
    [
        .. Dimensions.Select(d => new[] { d }),
        .. from first in Dimensions from second in Dimensions where string.CompareOrdinal(first, second) < 0 select new[] { first, second },
    ];

    /// <summary>Groups, total and what stands apart, a line each, counted from the aggregates.</summary>
    public static string[] Expected(IEnumerable<ExpectedJourney> journeys, string[] by, string[] statuses)
    {
        var all = journeys.ToList();
        var counted = all.Where(j => statuses.Contains(j.Status)).ToList();
        return
        [
            .. counted.GroupBy(j => string.Join('|', by.Select(j.Of))).Select(g => $"{g.Key}: {Line(g)}").Order(StringComparer.Ordinal),
            $"total: {Line(counted)}",
            .. all.Except(counted).GroupBy(j => j.Status).Select(g => $"apart {g.Key}: {Line(g)}").Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>The same, read from the answer.</summary>
    public static string[] Answered(JsonElement totals, string[] by) =>
    [
        .. totals.GetProperty("groups").EnumerateArray().Select(g => $"{string.Join('|', by.Select(d => Of(g, d)))}: {Line(g)}")
            .Order(StringComparer.Ordinal),
        $"total: {Line(totals.GetProperty("total"))}",
        .. totals.GetProperty("apart").EnumerateArray().Select(g => $"apart {g.GetProperty("status")}: {Line(g)}")
            .Order(StringComparer.Ordinal),
    ];

    private static string Of(JsonElement group, string dimension) => dimension switch
    {
        "stage" => group.GetProperty("stage").GetString()!,
        "chain" => group.TryGetProperty("chain", out var chain) ? chain.GetProperty("code").GetString()! : "",
        "unit" => group.GetProperty("unit").GetProperty("id").GetString()!,
        "node" => group.TryGetProperty("node", out var node) ? node.GetProperty("code").GetString()! : "",
        "sourceRegion" => group.TryGetProperty("sourceRegion", out var region) ? region.GetString()! : "",
        "band" or "month" => group.GetProperty(dimension).GetString()!,
        _ => group.GetProperty("ownerId").GetString()!,
    };

    private static string Line(IEnumerable<ExpectedJourney> journeys)
    {
        var list = journeys.ToList();
        return $"{list.Count} estimated {Sum(list.Select(j => j.Lead.EstimatedInvestment))} contract "
            + $"{Sum(list.Select(j => j.Project?.ContractAmount))} "
            + $"paid {Sum(list.SelectMany(j => j.Project?.PaidIn ?? []))} completed "
            + $"{Sum(list.SelectMany(j => j.Project?.CompletedInvestment ?? []))}";
    }

    private static string Line(JsonElement figures) =>
        $"{figures.GetProperty("count")} estimated {Amounts(figures, "estimatedInvestment")} contract {Amounts(figures, "contractAmount")} "
        + $"paid {Amounts(figures, "paidIn")} completed {Amounts(figures, "completedInvestment")}";

    private static string Sum(IEnumerable<Money?> amounts) => string.Join(' ', amounts.OfType<Money>()
        .GroupBy(m => m.Currency).Select(g => (g.Key, Sum: g.Sum(m => m.Amount))).Where(x => x.Sum != 0)
            .OrderBy(x => x.Key, StringComparer.Ordinal)
        .Select(x => $"{x.Key}{x.Sum.ToString("0.00##", CultureInfo.InvariantCulture)}"));

    private static string Amounts(JsonElement figures, string measure) =>
        string.Join(
            ' ', figures.GetProperty(measure).EnumerateArray().Select(m => $"{m.GetProperty("currency")}{m.GetProperty("amount")}"));
}
