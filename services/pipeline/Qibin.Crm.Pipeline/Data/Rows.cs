using Qibin.Crm.Kernel;

namespace Qibin.Crm.Pipeline;

/// <summary>
/// One event as it was told, for ever: what happened, when in the trade, when recorded, by whom, with the public state of its
/// aggregate at that version in <see cref="Event"/>. Everything else in this database can be made again from these rows.
/// </summary>
internal sealed class FactRow
{
    public required Guid StreamId { get; init; }
    public required long Version { get; init; }
    public required int Ordinal { get; init; }

    /// <summary>The event's record name.</summary>
    public required string Type { get; init; }

    public Guid? LeadId { get; init; }
    public Guid? ProjectId { get; init; }
    public Guid? EnterpriseId { get; init; }

    /// <summary>Business date; the day of recording where the event has none.</summary>
    public required DateOnly OccurredOn { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>Empty for the system.</summary>
    public required Guid ActorId { get; init; }

    /// <summary>Stage that a project was taken back to, so that milestones told later but reached earlier find it.</summary>
    public JourneyStage? BackTo { get; init; }

    /// <summary>The event as JSON, as it travels.</summary>
    public required string Event { get; init; }
}

/// <summary>A milestone that was reached; one row for each time, so a stage taken back and reached again has two.</summary>
internal sealed class MilestoneRow
{
    public required Guid StreamId { get; init; }
    public required long Version { get; init; }
    public required int Ordinal { get; init; }
    public required Guid LeadId { get; init; }
    public required MilestoneKind Kind { get; init; }

    /// <summary>The project's stage that it is; null for first contact, conversion and moving in, which are never taken back.</summary>
    public JourneyStage? Stage { get; init; }

    public required DateOnly OccurredOn { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
    public required Guid ActorId { get; init; }

    /// <summary>Version of the project at which it was taken back; null while it holds.</summary>
    public long? TakenBackVersion { get; init; }

    public DateOnly? TakenBackOn { get; init; }
    public DateTimeOffset? TakenBackAt { get; init; }
}

/// <summary>The lead's public state at the highest version told.</summary>
internal sealed class LeadRow
{
    public required Guid LeadId { get; init; }
    public required long Version { get; init; }
    public required int Ordinal { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
    public required string Code { get; init; }
    public required Guid InvestorId { get; init; }
    public required string InvestorName { get; init; }
    public required JourneyStage Stage { get; init; }
    public required JourneyStatus Status { get; init; }
    public required DateOnly StageOn { get; init; }
    public required DateOnly FirstContactOn { get; init; }
    public required Guid OwnerId { get; init; }
    public required Guid UnitId { get; init; }
    public string? ChainCode { get; init; }
    public string? NodeCode { get; init; }
    public string? SourceRegion { get; init; }
    public decimal? EstimatedAmount { get; init; }
    public string? EstimatedCurrency { get; init; }
    public required bool Confidential { get; init; }
    public required Guid[] Readers { get; init; }

    /// <summary>Units and officers that read it beside its own.</summary>
    public required Guid[] SharedWith { get; init; }
}

/// <summary>The project's public state at the highest version told.</summary>
internal sealed class ProjectRow
{
    public required Guid ProjectId { get; init; }
    public required Guid LeadId { get; init; }
    public required long Version { get; init; }
    public required int Ordinal { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
    public required string Code { get; init; }
    public required string Name { get; init; }
    public required JourneyStage Stage { get; init; }
    public required JourneyStatus Status { get; init; }
    public required DateOnly StageOn { get; init; }
    public required Guid OwnerId { get; init; }
    public required Guid UnitId { get; init; }
    public string? ChainCode { get; init; }
    public string? NodeCode { get; init; }
    public decimal? ContractAmount { get; init; }
    public string? ContractCurrency { get; init; }

    /// <summary>Paid-in funds: an array of money, one entry per currency.</summary>
    public required string PaidIn { get; init; }

    /// <summary>Completed investment: an array of money, one entry per currency.</summary>
    public required string Completed { get; init; }

    public string? Uscc { get; init; }
    public string? EnterpriseName { get; init; }
    public Guid? EnterpriseId { get; init; }
    public DateOnly? MovedInOn { get; init; }
    public required bool Confidential { get; init; }
    public required Guid[] Readers { get; init; }
}

/// <summary>The enterprise's public state as last told.</summary>
internal sealed class EnterpriseRow
{
    public required Guid EnterpriseId { get; init; }
    public required long Version { get; init; }
    public required int Ordinal { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
    public required string Name { get; init; }
    public required string Uscc { get; init; }
    public string? ChainCode { get; init; }
    public string? NodeCode { get; init; }
    public required bool InCity { get; init; }
}

/// <summary>
/// One journey: a lead and the project that it became, joined. Owner, unit, chain and node are the project's once it exists. It is
/// confidential when either is, and then read by those who may read both. A project whose lead has not been told yet is no journey
/// until it is.
/// </summary>
internal sealed class JourneyRow : IShared, ICounted
{
    public required Guid LeadId { get; init; }
    public required string Code { get; init; }
    public required Guid InvestorId { get; init; }
    public required string InvestorName { get; init; }
    public Guid? ProjectId { get; init; }
    public string? ProjectCode { get; init; }
    public string? ProjectName { get; init; }
    public required JourneyStage Stage { get; init; }
    public required DateOnly StageOn { get; init; }
    public required JourneyStatus Status { get; init; }
    public required DateOnly FirstContactOn { get; init; }
    public DateOnly? MovedInOn { get; init; }
    public required Guid OwnerId { get; init; }
    public required Guid UnitId { get; init; }
    public string? ChainCode { get; init; }
    public string? NodeCode { get; init; }
    public string? SourceRegion { get; init; }

    /// <summary>How large its investment is; kept with the stretches, by the same rule.</summary>
    public Band Band { get; init; }

    /// <summary>Month of the first contact, such as 202611.</summary>
    public int Month { get; init; }

    public required bool Confidential { get; init; }
    public required Guid[] Readers { get; init; }

    /// <summary>Units and officers that read it beside its own: those that the lead was transferred from.</summary>
    public required Guid[] SharedWith { get; init; }

    /// <summary>When the newest state in it was recorded.</summary>
    public required DateTimeOffset ChangedAt { get; init; }

    public List<AmountRow> Amounts { get; } = [];
}

/// <summary>What one journey contributes in one currency. A total is a sum of these and of nothing else.</summary>
internal sealed class AmountRow
{
    public required Guid LeadId { get; init; }
    public required string Currency { get; init; }
    public required decimal Estimated { get; init; }
    public required decimal Contract { get; init; }
    public required decimal PaidIn { get; init; }
    public required decimal Completed { get; init; }
}
