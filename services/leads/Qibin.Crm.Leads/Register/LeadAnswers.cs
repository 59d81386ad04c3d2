using System.Text.Json.Serialization;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.Responses;
using Qibin.Crm.Leads.Stages;
using Qibin.Crm.Web.Concurrency;

namespace Qibin.Crm.Leads.Register;

/// <summary>A lead in a list.</summary>
public sealed record LeadRow
{
    public required Guid Id { get; init; }
    public required string Code { get; init; }
    public required Guid InvestorId { get; init; }
    public required string InvestorName { get; init; }
    public string? Title { get; init; }
    public required LeadStage Stage { get; init; }
    public required DateOnly StageOn { get; init; }
    public required DateOnly FirstContactOn { get; init; }
    public required DateOnly LastContactOn { get; init; }
    public required int ContactCount { get; init; }

    [Named]
    public required Guid OwnerId { get; init; }

    [Named]
    public required Guid UnitId { get; init; }

    [Named]
    public string? ChainCode { get; init; }

    [Named]
    public string? NodeCode { get; init; }

    [Named]
    public string? SourceRegion { get; init; }

    public Money? EstimatedInvestment { get; init; }
    public required NextStepLight NextStep { get; init; }
    public DateOnly? NextStepDueOn { get; init; }

    /// <summary>State of its response clock.</summary>
    public required ClockLight Clock { get; init; }

    /// <summary>The next deadline of the response clock that can still be kept.</summary>
    public DateOnly? ResponseDueOn { get; init; }

    public required bool Confidential { get; init; }
    public Guid? ProjectId { get; init; }
    public DateOnly? RevisitOn { get; init; }
    public DateOnly? MovedInOn { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required long Version { get; init; }

    internal static LeadRow From(Lead lead, DateOnly today) => new()
    {
        Id = lead.Id,
        Code = lead.Code,
        InvestorId = lead.InvestorId,
        InvestorName = lead.InvestorName,
        Title = lead.Title,
        Stage = lead.Stage,
        StageOn = lead.StageOn,
        FirstContactOn = lead.FirstContactOn,
        LastContactOn = lead.LastContactOn,
        ContactCount = lead.ContactCount,
        OwnerId = lead.OwnerId,
        UnitId = lead.UnitId,
        ChainCode = lead.ChainCode,
        NodeCode = lead.NodeCode,
        SourceRegion = lead.SourceRegion,
        EstimatedInvestment = lead.EstimatedInvestment,
        NextStep = lead.Light(today),
        NextStepDueOn = lead.NextStepDueOn,
        Clock = ResponseClockAnswer.LightOf(lead),
        ResponseDueOn = lead.Clock.NextOn,
        Confidential = lead.Confidential,
        ProjectId = lead.ProjectId,
        RevisitOn = lead.RevisitOn,
        MovedInOn = lead.MovedInOn,
        CreatedAt = lead.CreatedAt,
        UpdatedAt = lead.UpdatedAt,
        Version = lead.Version,
    };
}

/// <summary>The next step of a lead.</summary>
public sealed record NextStepAnswer
{
    public required NextStepLight Light { get; init; }
    public Guid? Id { get; init; }
    public string? What { get; init; }
    public DateOnly? DueOn { get; init; }
}

/// <summary>The project that a lead opened, with the stage that its latest consumed event says.</summary>
public sealed record LeadProjectAnswer
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public required DateOnly ConvertedOn { get; init; }
    public string? Code { get; init; }
    public ProjectStage? Stage { get; init; }
    public DateOnly? StageOn { get; init; }
    public ProjectStatus? Status { get; init; }
}

/// <summary>A lead.</summary>
public sealed record LeadAnswer : IVersioned
{
    public required Guid Id { get; init; }
    public required string Code { get; init; }
    public required Guid InvestorId { get; init; }
    public required string InvestorName { get; init; }
    public string? Title { get; init; }
    public string? Summary { get; init; }
    public required LeadStage Stage { get; init; }

    /// <summary>Business date of the present stage.</summary>
    public required DateOnly StageOn { get; init; }

    public required DateOnly FirstContactOn { get; init; }
    public required DateOnly LastContactOn { get; init; }
    public required int ContactCount { get; init; }

    [Named]
    public required Guid OwnerId { get; init; }

    [Named]
    public required Guid UnitId { get; init; }

    [Named]
    public string? ChainCode { get; init; }

    [Named]
    public string? NodeCode { get; init; }

    [Named]
    public string? SourceRegion { get; init; }

    public Money? EstimatedInvestment { get; init; }
    public required NextStepAnswer NextStep { get; init; }
    public required ResponseClockAnswer ResponseClock { get; init; }
    public required bool Confidential { get; init; }

    /// <summary>The officer who made it confidential, until a head confirms it by setting it as well; null otherwise.</summary>
    [Named]
    public Guid? ConfidentialityProposedBy { get; init; }

    [Named]
    public required Guid[] Readers { get; init; }

    /// <summary>Officers who help with it: they read it, and change nothing.</summary>
    [Named]
    public required Guid[] Collaborators { get; init; }

    public ClosureAnswer? Closure { get; init; }

    /// <summary>
    /// The lead that this one continues with a further project; null of one that a first contact opened, and for whom does not read it.
    /// The further ones of a lead: <c>/leads?originLeadId=</c>.
    /// </summary>
    public Guid? OriginLeadId { get; init; }

    public LeadProjectAnswer? Project { get; init; }

    /// <summary>The day the investor's enterprise was moved into the city first.</summary>
    public DateOnly? MovedInOn { get; init; }

    [Named]
    public required Guid CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required long Version { get; init; }

    /// <summary>
    /// The light turns with the day, the clock with the calendar, and the project moves by itself, all without a new version of the lead.
    /// </summary>
    [JsonIgnore]
    public string? Variant => $"{NextStep.Light}-{ResponseClock.Tag}{(Project?.Stage is { } stage ? $"-{stage}-{Project.Status}" : "")}"
        + (OriginLeadId is null ? "" : "-further");

    internal static LeadAnswer From(Lead lead, NextStep? step, FollowedProject? project, Guid? originId, DateOnly today) => new()
    {
        Id = lead.Id,
        Code = lead.Code,
        InvestorId = lead.InvestorId,
        InvestorName = lead.InvestorName,
        Title = lead.Title,
        Summary = lead.Summary,
        Stage = lead.Stage,
        StageOn = lead.StageOn,
        FirstContactOn = lead.FirstContactOn,
        LastContactOn = lead.LastContactOn,
        ContactCount = lead.ContactCount,
        OwnerId = lead.OwnerId,
        UnitId = lead.UnitId,
        ChainCode = lead.ChainCode,
        NodeCode = lead.NodeCode,
        SourceRegion = lead.SourceRegion,
        EstimatedInvestment = lead.EstimatedInvestment,
        NextStep = new NextStepAnswer { Light = lead.Light(today), Id = step?.Id, What = step?.What, DueOn = step?.DueOn },
        ResponseClock = ResponseClockAnswer.Of(lead),
        Confidential = lead.Confidential,
        ConfidentialityProposedBy = lead.ConfidentialityProposedBy,
        Readers = lead.Readers,
        Collaborators = lead.Collaborators,
        Closure = lead.ClosureReason is { } reason ? new ClosureAnswer { Reason = reason, RevisitOn = lead.RevisitOn, WentTo = lead.WentTo }
        : null,
        OriginLeadId = originId,
        Project = lead.ProjectId is { } id
            ? new LeadProjectAnswer
            {
                Id = id,
                Name = lead.ProjectName!,
                ConvertedOn = lead.ConvertedOn!.Value,
                Code = project?.Code,
                Stage = project?.Stage,
                StageOn = project?.StageOn,
                Status = project?.Status,
            }
            : null,
        MovedInOn = lead.MovedInOn,
        CreatedBy = lead.CreatedBy,
        CreatedAt = lead.CreatedAt,
        UpdatedAt = lead.UpdatedAt,
        Version = lead.Version,
    };
}
