namespace Qibin.Crm.Pipeline.Data;

/// <summary>
/// What one unit of a currency was worth in CNY from a day on. Rows are only added: of several for one day the one entered last
/// holds, and what was known before can be asked for.
/// </summary>
internal sealed class RateRow
{
    public required Guid Id { get; init; }
    public required string Currency { get; init; }
    public required DateOnly On { get; init; }
    public required decimal Rate { get; init; }
    public required DateTimeOffset EnteredAt { get; init; }
    public required Guid EnteredBy { get; init; }
}
