namespace Qibin.Crm.Contracts.Leads;

/// <summary>State of a transfer 流转: 待接收, 已接收, 已拒收, 已失效, 已撤回, 已确认, 未通过.</summary>
public enum TransferState { Proposed, Accepted, Declined, Lapsed, Withdrawn, Confirmed, Refused }

/// <summary>A unit's part of what a lead earns.</summary>
public sealed record TransferShare
{
    public required Guid UnitId { get; init; }

    /// <summary>Part of the credit 业绩, in basis points: 10000 over all units.</summary>
    public required int Credit { get; init; }

    /// <summary>Part of the tax 税收, in basis points: 10000 over all units.</summary>
    public required int Tax { get; init; }
}

/// <summary>A transfer of a lead between units was proposed, answered, confirmed or ended. Its shares hold from confirmation on.</summary>
public sealed record TransferMoved : IEvent
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
