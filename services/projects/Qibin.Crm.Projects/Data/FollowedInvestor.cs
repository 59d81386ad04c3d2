namespace Qibin.Crm.Projects.Data;

/// <summary>Whose a converted lead is, as the leads service last told of a change; kept even before the project is there.</summary>
internal sealed class FollowedInvestor
{
    public required Guid LeadId { get; init; }
    public required Guid InvestorId { get; init; }
    public required string InvestorName { get; init; }

    /// <summary>Version of the lead that told it.</summary>
    public required long Version { get; init; }
}
