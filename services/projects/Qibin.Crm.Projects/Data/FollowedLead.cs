using Qibin.Crm.Kernel;

namespace Qibin.Crm.Projects.Data;

/// <summary>What a project follows of its lead, by the lead's latest event; kept even before the project exists.</summary>
internal sealed class FollowedLead
{
    public required Guid LeadId { get; init; }
    public required Guid InvestorId { get; init; }
    public required string InvestorName { get; init; }
    public required bool Confidential { get; init; }
    public required Guid[] Readers { get; init; }
    public required long ConfidentialityRevision { get; init; }

    /// <summary>Business date of the conversion; null before it.</summary>
    public DateOnly? ConvertedOn { get; init; }

    /// <summary>Version of the lead in that event.</summary>
    public required long Version { get; init; }

    public Confidentiality Confidentiality => new(Confidential, Readers, ConfidentialityRevision);
}
