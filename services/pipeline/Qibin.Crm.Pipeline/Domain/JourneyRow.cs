namespace Qibin.Crm.Pipeline.Domain;

/// <summary>
/// One journey as it is now: a lead and the project that it became. It is confidential when either is, and then read by those who may read
/// both. It alone decides who may read it, past days included.
/// </summary>
internal sealed record JourneyRow : JourneyState, IShared
{
    /// <summary>The lead was removed: the row stays for those who ask what was known before, and is in no present list or total.</summary>
    public required bool Removed { get; init; }

    public required string Code { get; init; }
    public required Guid InvestorId { get; init; }
    public required string InvestorName { get; init; }
    public string? ProjectCode { get; init; }
    public string? ProjectName { get; init; }
    public required bool Confidential { get; init; }
    public required Guid[] Readers { get; init; }

    /// <summary>Units and owners that read it beside its own: those that the lead was transferred from.</summary>
    public required Guid[] SharedWith { get; init; }
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>The registered enterprise as the project names it.</summary>
    public Guid? EnterpriseId { get; init; }

    public string? EnterpriseName { get; init; }
    public string? Uscc { get; init; }

    public static JourneyRow Of(Guid leadId, Latest<LeadState> lead, Latest<ProjectState>? project, bool removed)
    {
        var (l, p) = (lead.State, project?.State);
        var investment = p?.ContractAmount ?? l.EstimatedInvestment;
        return new JourneyRow
        {
            LeadId = leadId,
            Removed = removed,
            Code = l.Code,
            InvestorId = l.InvestorId,
            InvestorName = l.InvestorName,
            ProjectId = p?.ProjectId,
            ProjectCode = p?.Code,
            ProjectName = p?.Name,
            Stage = p is null ? Stages.Of(l.Stage) : Stages.Of(p.Stage),
            StageOn = p?.StageOn ?? l.StageOn,
            Status = p is null ? Stages.StatusOf(Stages.Of(l.Stage)) : Stages.StatusOf(p.Status),
            FirstContactOn = l.FirstContactOn,
            MovedInOn = p?.MovedInOn,
            OwnerId = p?.OwnerId ?? l.OwnerId,
            UnitId = p?.UnitId ?? l.UnitId,
            ChainCode = p is null ? l.ChainCode : p.ChainCode,
            NodeCode = p is null ? l.NodeCode : p.NodeCode,
            SourceRegion = l.SourceRegion,
            Band = Bands.Of(investment),
            Investment = investment?.Amount,
            InvestmentCurrency = investment?.Currency,
            Month = l.FirstContactOn.MonthNumber(),
            Confidential = l.Confidential || p?.Confidential == true,
            Readers = l.Confidential && p?.Confidential == true ? [.. l.Readers.Intersect(p.Readers).Order()]
                : p?.Confidential == true ? p.Readers
                : l.Confidential ? l.Readers : [],
            SharedWith = l.SharedWith,
            ChangedAt = project?.KnownAt > lead.KnownAt ? project.KnownAt : lead.KnownAt,
            EnterpriseId = p?.EnterpriseId,
            EnterpriseName = p?.EnterpriseName,
            Uscc = p?.Uscc,
            Amounts = Amount.Of(l.EstimatedInvestment, p?.ContractAmount, p is null ? [] : Funds.Of(p)),
        };
    }
}
