namespace Qibin.Crm.Projects.Data;

/// <summary>The investor of a converted lead by the latest event of the leads service; kept even before the project exists.</summary>
internal sealed class FollowedInvestor
{
    public required Guid LeadId { get; init; }
    public required Guid InvestorId { get; init; }
    public required string InvestorName { get; init; }

    /// <summary>Version of the lead in that event.</summary>
    public required long Version { get; init; }
}
