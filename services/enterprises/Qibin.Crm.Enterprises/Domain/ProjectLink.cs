namespace Qibin.Crm.Enterprises.Domain;

/// <summary>A project that this enterprise was registered for, as the projects service last told.</summary>
public sealed class ProjectLink : Kernel.IConfidential
{
    public required Guid ProjectId { get; init; }
    public required Guid EnterpriseId { get; init; }
    public required Guid LeadId { get; init; }

    /// <summary>The project's officer, who may draft entry applications for the enterprise.</summary>
    public required Guid OwnerId { get; set; }

    /// <summary>Business date of the registration; of a later stage as long as the registration itself has not been heard of.</summary>
    public required DateOnly RegisteredOn { get; set; }

    /// <summary>The project's version at the registration that gave <see cref="RegisteredOn"/>; 0 while it is a later stage's date.</summary>
    public required long RegisteredVersion { get; set; }

    public required bool Confidential { get; set; }
    public required Guid[] Readers { get; set; }

    /// <summary>The project's version whose state stands here.</summary>
    public required long Version { get; set; }
}
