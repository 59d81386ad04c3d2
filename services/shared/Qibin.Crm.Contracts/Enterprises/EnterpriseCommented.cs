namespace Qibin.Crm.Contracts.Enterprises;

/// <summary>A comment on an enterprise was written, carried out or withdrawn.</summary>
public sealed record EnterpriseCommented : ICommentEvent
{
    public required CommentFacts Comment { get; init; }
}
