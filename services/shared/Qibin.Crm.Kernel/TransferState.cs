namespace Qibin.Crm.Kernel;

/// <summary>State of a transfer 流转: 待接收, 已接收, 已拒收, 已失效, 已撤回, 已确认, 未通过.</summary>
public enum TransferState { Proposed, Accepted, Declined, Lapsed, Withdrawn, Confirmed, Refused }

/// <summary>A unit's part of what a lead earns.</summary>
public sealed record TransferShare
{
    [Named]
    public required Guid UnitId { get; init; }

    /// <summary>Part of the credit 业绩, in basis points: 10000 over all units.</summary>
    public required int Credit { get; init; }

    /// <summary>Part of the tax 税收, in basis points: 10000 over all units.</summary>
    public required int Tax { get; init; }
}
