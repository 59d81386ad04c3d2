using Qibin.Crm.Kernel;

namespace Qibin.Crm.Comments.Domain;

/// <summary>
/// What somebody says to colleagues about a lead, project or enterprise. An instruction 批示 is a comment that stays open until somebody who
/// works on the row says what was done. A comment is a row of its own: it leaves the version of what it is about alone.
/// </summary>
public sealed class Comment : Aggregate
{
    private static readonly string[] Instructors = [Roles.Leader, Roles.ChainChief, Roles.Coordinator];

    private Comment()
    {
    }

    /// <summary>The lead, project or enterprise.</summary>
    public Guid SubjectId { get; private init; }

    public string Text { get; private init; } = "";
    public Guid AuthorId { get; private init; }
    public DateTimeOffset WrittenAt { get; private init; }

    /// <summary>People whom it names, each once.</summary>
    public Guid[] Mentions { get; private init; } = [];

    public bool Instruction { get; private init; }

    /// <summary>Day by which an instruction is to be carried out.</summary>
    public DateOnly? DueOn { get; private init; }

    public CommentState State { get; private set; }

    /// <summary>What was done about an instruction.</summary>
    public string? Outcome { get; private set; }

    public Guid? DoneBy { get; private set; }
    public DateTimeOffset? DoneAt { get; private set; }
    public DateTimeOffset? WithdrawnAt { get; private set; }
    public string? WithdrawalReason { get; private set; }

    /// <summary>Says something, or gives an instruction.</summary>
    /// <exception cref="RuleViolation">
    /// <c>comment.instructionRole</c>: an instruction, and its author is no leader, chain chief or coordinator.
    /// </exception>
    public static Comment Write(
        Guid subjectId, string text, IEnumerable<Guid> mentions, bool instruction, DateOnly? dueOn, Caller author, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(author);
        if (instruction && !author.Is(Instructors))
        {
            throw new RuleViolation("comment.instructionRole");
        }

        var comment = new Comment
        {
            Id = Guid.CreateVersion7(at),
            SubjectId = subjectId,
            Text = text,
            Mentions = [.. mentions.Distinct()],
            AuthorId = author.Id,
            WrittenAt = at,
            Instruction = instruction,
            DueOn = dueOn,
            State = instruction ? CommentState.Open : CommentState.Noted,
        };
        comment.Touch();
        return comment;
    }

    /// <summary>Says what was done about the instruction, which ends it.</summary>
    /// <exception cref="RuleViolation">
    /// <c>comment.notOpen</c>: no instruction, carried out already or withdrawn. <c>comment.ownInstruction</c>: its author does not answer
    /// it.
    /// </exception>
    public void CarryOut(string outcome, Guid by, DateTimeOffset at)
    {
        if (State != CommentState.Open)
        {
            throw new RuleViolation("comment.notOpen");
        }

        if (by == AuthorId)
        {
            throw new RuleViolation("comment.ownInstruction");
        }

        (Outcome, DoneBy, DoneAt, State) = (outcome, by, at, CommentState.Done);
        Touch();
    }

    /// <summary>Its author withdraws it. An instruction that was carried out stays, with what was done.</summary>
    /// <exception cref="RuleViolation"><c>comment.notAuthor</c>, <c>comment.withdrawn</c>, <c>comment.done</c>.</exception>
    public void Withdraw(string reason, Guid by, DateTimeOffset at)
    {
        if (by != AuthorId)
        {
            throw new RuleViolation("comment.notAuthor");
        }

        if (State is CommentState.Withdrawn)
        {
            throw new RuleViolation("comment.withdrawn");
        }

        if (State is CommentState.Done)
        {
            throw new RuleViolation("comment.done");
        }

        (WithdrawalReason, WithdrawnAt, State) = (reason, at, CommentState.Withdrawn);
        Touch();
    }
}
