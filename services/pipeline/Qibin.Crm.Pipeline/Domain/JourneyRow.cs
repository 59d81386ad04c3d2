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

    public JourneyRow()
    {
    }

    /// <summary>What a journey is on a day, with what it has whatever the day: names, codes and who may read it.</summary>
    [SetsRequiredMembers]
    public JourneyRow(JourneyState state, Latest<LeadState> lead, Latest<ProjectState>? project, bool removed) : base(state)
    {
        var (l, p) = (lead.State, project?.State);
        (Code, InvestorId, InvestorName) = (l.Code, l.InvestorId, l.InvestorName);
        (ProjectCode, ProjectName) = (p?.Code, p?.Name);
        (EnterpriseId, EnterpriseName, Uscc) = (p?.EnterpriseId, p?.EnterpriseName, p?.Uscc);
        (Removed, SharedWith) = (removed, l.SharedWith);
        Confidential = l.Confidential || p?.Confidential == true;
        Readers = l.Confidential && p?.Confidential == true ? [.. l.Readers.Intersect(p.Readers).Order()]
            : p?.Confidential == true ? p.Readers
            : l.Confidential ? l.Readers : [];
        ChangedAt = project?.KnownAt > lead.KnownAt ? project.KnownAt : lead.KnownAt;
    }
}
