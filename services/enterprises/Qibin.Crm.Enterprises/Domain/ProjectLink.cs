using Qibin.Crm.Kernel;

namespace Qibin.Crm.Enterprises.Domain;

/// <summary>A project that this enterprise was registered for, with the latest state that an event of the project carried.</summary>
public sealed class ProjectLink : IScoped
{
    public required Guid ProjectId { get; init; }
    public required Guid EnterpriseId { get; init; }
    public required Guid LeadId { get; init; }

    /// <summary>The project's owner, who may draft entry applications for the enterprise.</summary>
    public required Guid OwnerId { get; set; }

    public required Guid UnitId { get; set; }
    [Audited]
    public string? ChainCode { get; set; }

    /// <summary>Business date of the registration; of a later stage until the event of the registration arrives.</summary>
    public required DateOnly RegisteredOn { get; set; }

    /// <summary>
    /// The project's version at the registration that gave <see cref="RegisteredOn"/>; 0 while it is a later stage's date.
    /// </summary>
    public required long RegisteredVersion { get; set; }

    public required bool Confidential { get; set; }
    public required Guid[] Readers { get; set; }

    /// <summary>The project's version that the state belongs to.</summary>
    public required long Version { get; set; }
}

/// <summary>The state of a project, as far as its enterprise follows it.</summary>
public sealed record LinkedProject
{
    public required Guid ProjectId { get; init; }
    public required Guid LeadId { get; init; }
    public required Guid OwnerId { get; init; }
    public required Guid UnitId { get; init; }
    public string? ChainCode { get; init; }
    public string? NodeCode { get; init; }

    /// <summary>The enterprise's registered name; the project's own name until it is known.</summary>
    public required string EnterpriseName { get; init; }

    public required bool Confidential { get; init; }
    public required Guid[] Readers { get; init; }
}
