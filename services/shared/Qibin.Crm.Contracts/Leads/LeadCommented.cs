namespace Qibin.Crm.Contracts.Leads;

/// <summary>A comment on a lead was written, carried out or withdrawn.</summary>
public sealed record LeadCommented : ICommentEvent
{
    public required CommentFacts Comment { get; init; }
}
