using Qibin.Crm.Kernel;

namespace Qibin.Crm.Contracts.Enterprises;

/// <summary>The public state of an enterprise at the version of the event that carries it.</summary>
public sealed record EnterpriseState
{
    public required Guid EnterpriseId { get; init; }
    public required string Name { get; init; }

    /// <summary>
    /// Unified social credit code 统一社会信用代码, GB 32100-2015; null for an enterprise that only another country has registered. One that
    /// was registered for a project has it.
    /// </summary>
    public string? Uscc { get; init; }

    /// <summary>Registration outside of the mainland 境外注册号.</summary>
    public ForeignRegistration? ForeignRegistration { get; init; }

    public string? ChainCode { get; init; }
    public string? NodeCode { get; init; }

    /// <summary>In the city 在园 now.</summary>
    public required bool InCity { get; init; }
}

/// <summary>An enterprise was made or linked for a project that registered.</summary>
public sealed record EnterpriseRegistered : IEnterpriseEvent
{
    public required EnterpriseState Enterprise { get; init; }
    public required Guid ProjectId { get; init; }
    public required Guid LeadId { get; init; }
    public required DateOnly OccurredOn { get; init; }
}

/// <summary>An enterprise was registered by hand, without a project, or its facts were amended.</summary>
public sealed record EnterpriseRecorded : IEnterpriseEvent
{
    public required EnterpriseState Enterprise { get; init; }
    public required DateOnly OccurredOn { get; init; }
}

/// <summary>An entry application moved to another state.</summary>
public sealed record EntryApplicationMoved : IJourneyEvent
{
    public required Guid ApplicationId { get; init; }
    public required Guid EnterpriseId { get; init; }
    public Guid? ProjectId { get; init; }
    public required EntryState From { get; init; }
    public required EntryState To { get; init; }
    public required DateOnly OccurredOn { get; init; }
}

/// <summary>An enterprise has its premises handed over and is in the city.</summary>
public sealed record EnterpriseMovedIn : IEnterpriseEvent
{
    public required EnterpriseState Enterprise { get; init; }
    public required Guid ApplicationId { get; init; }
    public required Guid TenancyId { get; init; }
    public required Guid[] SpaceIds { get; init; }
    public Guid? ProjectId { get; init; }
    public Guid? LeadId { get; init; }
    public required DateOnly OccurredOn { get; init; }
}

/// <summary>A tenancy ended 离园.</summary>
public sealed record EnterpriseLeft : IEnterpriseEvent
{
    public required EnterpriseState Enterprise { get; init; }
    public required Guid TenancyId { get; init; }
    public Guid? ProjectId { get; init; }
    public required DateOnly OccurredOn { get; init; }
}
