using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Leads.Stages;

/// <summary>The unit begins to assess a lead.</summary>
public sealed record AssessmentRequest
{
    /// <summary>Today when left out; never in the future, nor before the present stage.</summary>
    [BusinessDate]
    public DateOnly? OccurredOn { get; init; }

    [TextLength(1000)]
    public string? Note { get; init; }
}

/// <summary>The assessment found a lead worth following. One that is not is closed.</summary>
public sealed record AssessmentConclusionRequest
{
    /// <summary>Today when left out; never in the future, nor before the present stage.</summary>
    [BusinessDate]
    public DateOnly? OccurredOn { get; init; }

    /// <summary>What the assessment found.</summary>
    [Needed, TextLength(1000)]
    public string? Note { get; init; }
}

/// <summary>Real talks began.</summary>
public sealed record ConversionRequest
{
    [Needed, Line(200)]
    public string? ProjectName { get; init; }

    /// <summary>Today when left out; never in the future, nor before the present stage.</summary>
    [BusinessDate]
    public DateOnly? OccurredOn { get; init; }
}

/// <summary>What a conversion made. It has no ETag: Location names the project, which the projects service opens a moment later.</summary>
public sealed record ConversionReceipt : IReceipt
{
    /// <summary>The lead.</summary>
    public required Guid Id { get; init; }

    /// <summary>The lead's code.</summary>
    public required string Code { get; init; }

    /// <summary>The lead's version now.</summary>
    public required long Version { get; init; }

    /// <summary>The project; the projects service opens it a moment later.</summary>
    public required Guid ProjectId { get; init; }
}

/// <summary>How a lead is closed.</summary>
public enum ClosureOutcome { Kept, Invalid }

/// <summary>Closes a lead.</summary>
public sealed record ClosureRequest
{
    /// <summary>Kept 留存 for a later visit, or invalid 无效.</summary>
    [Needed]
    public ClosureOutcome? Outcome { get; init; }

    [Needed]
    public ClosureReason? Reason { get; init; }

    /// <summary>When to come back to a kept lead: needed with <c>kept</c>, refused with <c>invalid</c>.</summary>
    [BusinessDate]
    public DateOnly? RevisitOn { get; init; }

    /// <summary>The place that won the investor; only with the reason <c>wentElsewhere</c>.</summary>
    [Line(200)]
    public string? WentTo { get; init; }

    /// <summary>Today when left out; never in the future, nor before the present stage.</summary>
    [BusinessDate]
    public DateOnly? OccurredOn { get; init; }

    /// <summary>In words; needed when the reason is <c>other</c>.</summary>
    [TextLength(1000)]
    public string? Note { get; init; }
}

/// <summary>Why and until when a lead is closed.</summary>
public sealed record ClosureAnswer
{
    public required ClosureReason Reason { get; init; }

    /// <summary>When to come back to it; only of a kept lead.</summary>
    public DateOnly? RevisitOn { get; init; }

    /// <summary>The place that won the investor.</summary>
    public string? WentTo { get; init; }
}

/// <summary>Follows a closed lead again.</summary>
public sealed record ReopeningRequest
{
    /// <summary>Today when left out; never in the future, nor before the closure.</summary>
    [BusinessDate]
    public DateOnly? OccurredOn { get; init; }

    [Needed, TextLength(1000)]
    public string? Note { get; init; }
}

/// <summary>Corrects the business date of a stage that the lead has reached. The former date stays in the history.</summary>
public sealed record StageDateRequest
{
    /// <summary>
    /// The <c>version</c> of the stage's entry in the lead's history. The first entry has the date of the earliest contact: correct that
    /// contact instead.
    /// </summary>
    [Needed, NumberRange(1, 1_000_000_000)]
    public long? MoveVersion { get; init; }

    /// <summary>
    /// When it was reached: not before the stage before it, not after the one after it, never in the future. A conversion is not after the
    /// signing of its project, which follows by itself.
    /// </summary>
    [Needed, BusinessDate]
    public DateOnly? OccurredOn { get; init; }

    [Needed, TextLength(1000)]
    public string? Reason { get; init; }
}

/// <summary>A correction of the business date of a stage.</summary>
public sealed record StageDateCorrectionAnswer
{
    /// <summary>The date before it.</summary>
    public required DateOnly PreviousOn { get; init; }

    /// <summary>The date from then on.</summary>
    public required DateOnly OccurredOn { get; init; }

    public required string Reason { get; init; }

    [Named]
    public required Guid ActorId { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }

    internal static StageDateCorrectionAnswer Of(StageDateCorrection correction) => new()
    {
        PreviousOn = correction.PreviousOn,
        OccurredOn = correction.OccurredOn,
        Reason = correction.Reason,
        ActorId = correction.ActorId,
        RecordedAt = correction.RecordedAt,
    };
}

/// <summary>One entry of a lead's stage history.</summary>
public sealed record StageAnswer
{
    /// <summary>The stage before; null of the first contact.</summary>
    public LeadStage? From { get; init; }

    public required LeadStage Stage { get; init; }

    /// <summary>Business date, as it was corrected last; of the first contact, the day of the earliest one that is logged.</summary>
    public required DateOnly OccurredOn { get; init; }

    /// <summary>How the date was corrected, oldest first.</summary>
    public required IReadOnlyList<StageDateCorrectionAnswer> Corrections { get; init; }

    /// <summary>When it was recorded, by the server's clock.</summary>
    public required DateTimeOffset RecordedAt { get; init; }

    [Named]
    public required Guid ActorId { get; init; }

    public string? Note { get; init; }

    /// <summary>Why and until when it was closed; null of any other entry.</summary>
    public ClosureAnswer? Closure { get; init; }

    /// <summary>The lead's version after it.</summary>
    public required long Version { get; init; }

    internal static StageAnswer Of(StageMove move, DateOnly firstContactOn) => new()
    {
        From = move.From,
        Stage = move.To,
        OccurredOn = move.From is null ? firstContactOn : move.OccurredOn,
        Corrections = [.. move.Corrections.Select(StageDateCorrectionAnswer.Of)],
        RecordedAt = move.RecordedAt,
        ActorId = move.ActorId,
        Note = move.Note,
        Closure = move.ClosureReason is { } reason
            ? new ClosureAnswer { Reason = reason, RevisitOn = move.RevisitOn, WentTo = move.WentTo } : null,
        Version = move.Version,
    };
}
