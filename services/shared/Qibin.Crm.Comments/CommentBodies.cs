using Qibin.Crm.Comments.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Comments;

/// <summary>A comment, or an instruction 批示.</summary>
public sealed record CommentRequest
{
    [Needed, TextLength(4000)]
    public string? Text { get; init; }

    /// <summary>
    /// Ids of people who are told of it. Each is active and reads the lead, project or enterprise already: a mention gives no access.
    /// </summary>
    [Items(0, 20)]
    public IReadOnlyList<Guid>? Mentions { get; init; }

    /// <summary>
    /// Whether it is an instruction 批示, which stays open until somebody says what was done. Leaders, chain chiefs and coordinators give
    /// instructions.
    /// </summary>
    [System.ComponentModel.DefaultValue(false)]
    public bool? Instruction { get; init; }

    /// <summary>Day by which an instruction is to be carried out, not before today; only of an instruction.</summary>
    [BusinessDate]
    public DateOnly? DueOn { get; init; }
}

/// <summary>What was done about an instruction.</summary>
public sealed record OutcomeRequest
{
    [Needed, TextLength(4000)]
    public string? Text { get; init; }
}

/// <summary>Why a comment is withdrawn.</summary>
public sealed record CommentWithdrawalRequest
{
    /// <summary>Kept with the comment and in the audit.</summary>
    [Needed, TextLength(1000, 2)]
    public string? Reason { get; init; }
}

/// <summary>Filters of the instructions.</summary>
public sealed record InstructionQuery
{
    /// <summary>States, separated by commas: <c>open</c> are those to be carried out.</summary>
    public Words<CommentState>? State { get; init; }

    /// <summary>Id of the person who gave them.</summary>
    public Guid? AuthorId { get; init; }
}

/// <summary>A comment, or an instruction 批示.</summary>
public record CommentAnswer : IVersioned
{
    public required Guid Id { get; init; }

    /// <summary>The lead, project or enterprise that it is about.</summary>
    public required Guid SubjectId { get; init; }

    /// <summary>Null of a withdrawn comment.</summary>
    public string? Text { get; init; }

    [Named]
    public required Guid AuthorId { get; init; }

    public required DateTimeOffset WrittenAt { get; init; }

    /// <summary>Ids of people who were told of it.</summary>
    [Named]
    public required Guid[] Mentions { get; init; }

    /// <summary>Whether it is an instruction.</summary>
    public required bool Instruction { get; init; }

    /// <summary>Day by which the instruction is to be carried out.</summary>
    public DateOnly? DueOn { get; init; }

    public required CommentState State { get; init; }

    /// <summary>What was done about the instruction; null while it is open.</summary>
    public InstructionOutcome? Outcome { get; init; }

    /// <summary>When its author withdrew it.</summary>
    public DateTimeOffset? WithdrawnAt { get; init; }

    public string? WithdrawalReason { get; init; }
    public required long Version { get; init; }

    internal static CommentAnswer From(Comment comment) => new()
    {
        Id = comment.Id,
        SubjectId = comment.SubjectId,
        Text = comment.State == CommentState.Withdrawn ? null : comment.Text,
        AuthorId = comment.AuthorId,
        WrittenAt = comment.WrittenAt,
        Mentions = comment.Mentions,
        Instruction = comment.Instruction,
        DueOn = comment.DueOn,
        State = comment.State,
        Outcome = comment.DoneAt is { } at
            ? new InstructionOutcome { Text = comment.Outcome!, DoneBy = comment.DoneBy!.Value, DoneAt = at }
            : null,
        WithdrawnAt = comment.WithdrawnAt,
        WithdrawalReason = comment.WithdrawalReason,
        Version = comment.Version,
    };
}

/// <summary>What was done about an instruction.</summary>
public sealed record InstructionOutcome
{
    public required string Text { get; init; }

    [Named]
    public required Guid DoneBy { get; init; }

    public required DateTimeOffset DoneAt { get; init; }
}

/// <summary>An instruction, with what it is about.</summary>
public sealed record InstructionAnswer
{
    public required CommentAnswer Comment { get; init; }

    /// <summary>The code of the lead, project or enterprise.</summary>
    public required string Code { get; init; }

    /// <summary>The name of the investor, project or enterprise.</summary>
    public required string Name { get; init; }

    /// <summary>Address at which to read the instruction.</summary>
    public required string Path { get; init; }
}

/// <summary>What comments need to know of the row that they are about.</summary>
public sealed record CommentedRow
{
    public required Guid Id { get; init; }

    /// <summary>Who follows it; null of what nobody has.</summary>
    public Guid? OwnerId { get; init; }

    public required string Code { get; init; }
    public required string Name { get; init; }
}
