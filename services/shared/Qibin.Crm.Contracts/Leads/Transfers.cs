using Qibin.Crm.Kernel;

namespace Qibin.Crm.Contracts.Leads;

/// <summary>A transfer of a lead between units was proposed, answered, confirmed or ended. Its shares hold from confirmation on.</summary>
public sealed record TransferMoved : IJourneyEvent
{
    public required Guid TransferId { get; init; }
    public required Guid LeadId { get; init; }
    public required Guid FromUnitId { get; init; }
    public required Guid ToUnitId { get; init; }
    public required Guid ToOwnerId { get; init; }
    public TransferState? From { get; init; }
    public required TransferState State { get; init; }
    public required IReadOnlyList<TransferShare> Shares { get; init; }
    public required DateOnly OccurredOn { get; init; }
}
