using Qibin.Crm.Kernel;

namespace Qibin.Crm.Contracts;

/// <summary>
/// An event of a comment on a lead, project or enterprise: it was written, carried out or withdrawn. It is of no journey's history.
/// </summary>
public interface ICommentEvent : IJourneyEvent
{
    CommentFacts Comment { get; }
}

/// <summary>What is told of a comment: who says it to whom about what. Its texts stay where they were written.</summary>
public sealed record CommentFacts
{
    public required Guid CommentId { get; init; }

    /// <summary>The lead, project or enterprise.</summary>
    public required Guid SubjectId { get; init; }

    /// <summary>Who follows the lead or project; null of an enterprise, which nobody has.</summary>
    public Guid? OwnerId { get; init; }

    public required Guid AuthorId { get; init; }

    /// <summary>People whom it names.</summary>
    public required IReadOnlyList<Guid> Mentions { get; init; }

    /// <summary>Of an instruction that is given, those of the mentions who may answer it; the others are named only.</summary>
    public IReadOnlyList<Guid> Answerers { get; init; } = [];

    public required CommentState State { get; init; }

    /// <summary>Day by which an instruction 批示 is to be carried out.</summary>
    public DateOnly? DueOn { get; init; }
}
