namespace Qibin.Crm.Contracts.Projects;

/// <summary>A comment on a project was written, carried out or withdrawn.</summary>
public sealed record ProjectCommented : ICommentEvent
{
    public required CommentFacts Comment { get; init; }
}
