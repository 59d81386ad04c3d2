namespace Qibin.Crm.Pipeline.Totals;

/// <summary>Which totals are asked for.</summary>
public sealed record TotalsQuery : ConvertedFilter
{
    /// <summary>One or two dimensions, separated by a comma; <c>stage</c> when absent.</summary>
    public Words<Dimension>? GroupBy { get; init; }
}

/// <summary>Totals over all journeys that the caller sees and the filters keep.</summary>
public sealed record Totals : SettledAnswer
{
    /// <summary>When the newest event in these figures was recorded; null before the first.</summary>
    public required DateTimeOffset? AsOf { get; init; }

    /// <summary>The business day that was asked for; null for today.</summary>
    public DateOnly? Day { get; init; }

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

    /// <summary>
    /// What the filters keep in the other statuses, such as suspended and terminated: counted in no group and not in the total.
    /// </summary>
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
    internal Figures(IEnumerable<Summed> summed, string journeys, Conversion? conversion = null)
    {
        var rows = summed.ToList();
        var amounts = rows.PerCurrency();
        (Count, Journeys) = ((int)rows.Sum(r => r.Count), journeys);
        (EstimatedInvestment, ContractAmount) = (amounts.Money(a => a.Estimated), amounts.Money(a => a.Contract));
        (PaidIn, CompletedInvestment) = (amounts.Money(a => a.PaidIn), amounts.Money(a => a.Completed));
        Converted = conversion is null ? null : new ConvertedFigures(
            conversion.Convert(EstimatedInvestment), conversion.Convert(ContractAmount), conversion.Convert(PaidIn),
            conversion.Convert(CompletedInvestment));
    }

    /// <summary>Number of journeys.</summary>
    public int Count { get; init; }

    /// <summary>The list behind the figures: for the same caller it counts the same.</summary>
    public string Journeys { get; init; }

    /// <summary>Investment as the leads estimate it.</summary>
    public IReadOnlyList<Money> EstimatedInvestment { get; init; }

    /// <summary>Investment by the signed contracts.</summary>
    public IReadOnlyList<Money> ContractAmount { get; init; }

    /// <summary>Funds paid in so far.</summary>
    public IReadOnlyList<Money> PaidIn { get; init; }

    /// <summary>Investment completed so far 完成投资, as the projects report it.</summary>
    public IReadOnlyList<Money> CompletedInvestment { get; init; }

    /// <summary>
    /// All amounts in one currency, to the fen; only with <c>convertTo</c>. Each figure is converted and rounded by itself, so a total
    /// may differ from the sum of its groups by fen.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ConvertedFigures? Converted { get; init; }
}

/// <summary>What stands apart from the totals because of its status.</summary>
public sealed record StatusFigures : Figures
{
    internal StatusFigures(JourneyStatus status, IEnumerable<Summed> rows, string journeys, Conversion? conversion)
        : base(rows, journeys, conversion) => Status = status;

    public JourneyStatus Status { get; init; }
}

/// <summary>
/// One group of the totals. Of the dimensions it has those that were grouped by; chain, node and region are absent for journeys without one
/// as well.
/// </summary>
public sealed record TotalsGroup : Figures
{
    internal TotalsGroup(
        CellKey key, Dictionary<Guid, UnitName> units, IEnumerable<Summed> rows, string journeys, Conversion? conversion)
        : base(rows, journeys, conversion)
    {
        Stage = key.Stage;
        Chain = ChainName.Of(key.Chain);
        Unit = key.Unit is { } unit ? units.Of(unit) : null;
        OwnerId = key.Owner;
        Node = NodeName.Of(key.Node);
        SourceRegion = key.SourceRegion;
        Band = key.Band;
        Month = key.Month is { } month ? Months.Text(month) : null;
    }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JourneyStage? Stage { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChainName? Chain { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UnitName? Unit { get; init; }

    [Named]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? OwnerId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public NodeName? Node { get; init; }

    /// <summary>Division code GB/T 2260 of where the investors come from.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [Named]
    public string? SourceRegion { get; init; }

    /// <summary>Investment in 亿元, by the contract or before signing the estimate.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Band? Band { get; init; }

    /// <summary>Month of the first contact, as <c>YYYY-MM</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Month { get; init; }
}
