namespace Qibin.Crm.Contracts.Pipeline;

/// <summary>Exchange rates were entered. Of several for one currency and day the one entered last holds.</summary>
public sealed record RatesEntered : IEvent
{
    public required DateTimeOffset EnteredAt { get; init; }
    public required EnteredRate[] Rates { get; init; }
}

/// <summary>What one unit of a currency is worth in CNY from a day on.</summary>
public sealed record EnteredRate
{
    public required string Currency { get; init; }
    public required DateOnly On { get; init; }
    public required decimal Rate { get; init; }
}
