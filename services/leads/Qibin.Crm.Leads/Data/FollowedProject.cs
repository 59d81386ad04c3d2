using Qibin.Crm.Kernel;

namespace Qibin.Crm.Leads.Data;

/// <summary>
/// The stage of a converted lead's project, from the latest event of the projects service. Shown with the lead; in no event of leads.
/// </summary>
internal sealed class FollowedProject
{
    public required Guid ProjectId { get; init; }
    public required string Code { get; init; }
    public required ProjectStage Stage { get; init; }
    public required DateOnly StageOn { get; init; }
    public required ProjectStatus Status { get; init; }

    /// <summary>Null before signing.</summary>
    public DateOnly? SignedOn { get; init; }

    /// <summary>Version of the last event applied.</summary>
    public required long Version { get; init; }
}
