namespace Qibin.Crm.Pipeline.Domain;

/// <summary>A milestone that was reached; a stage that was taken back and reached again has two.</summary>
internal sealed record Milestone : Recorded
{
    public required Guid LeadId { get; init; }
    public required MilestoneKind Kind { get; init; }

    /// <summary>Version of the lead or project at which it was taken back; null while it holds.</summary>
    public long? TakenBackVersion { get; init; }

    public DateOnly? TakenBackOn { get; init; }
    public DateTimeOffset? TakenBackAt { get; init; }

    /// <summary>
    /// When it became known that the step back has another date: from then on another row says when it was taken back.
    /// </summary>
    public DateTimeOffset? SupersededAt { get; init; }

    public bool IsThat(Milestone other) => (StreamId, Version, Ordinal, Kind) == (other.StreamId, other.Version, other.Ordinal, other.Kind);
}

/// <summary>
/// The milestones of one journey. Events of a stream come in the order of their versions: a step back takes back each later stage that was
/// reached before it, a corrected date takes back the milestone that has another one in its place.
/// </summary>
internal static class Milestones
{
    /// <summary>
    /// The milestones that hold: of each kind the earliest that was not taken back, and of those the first recorded. Moving in to further
    /// premises moves nothing.
    /// </summary>
    public static List<Milestone> Held(this IEnumerable<Milestone> all) =>
        all.Where(m => m.TakenBackVersion is null)
            .OrderBy(m => m.OccurredOn).ThenBy(m => m.RecordedAt).ThenBy(m => m.Version).ThenBy(m => m.Ordinal)
            .DistinctBy(m => m.Kind).OrderBy(m => m.OccurredOn).ThenBy(m => m.Kind).ToList();

    /// <summary>Those that are not taken back after the next event of a stream, and those that it took back.</summary>
    public static (List<Milestone> Reached, List<Milestone> TakenBack) After(IReadOnlyList<Milestone> reached, ReadEvent e)
    {
        var first = (e.Event as ILeadEvent)?.Lead.FirstContactOn;
        var redated = Redated(e.Event);
        var takenBack = reached.Where(m => e.Event is ProjectSteppedBack { To: var to } ? Stages.StageOf(m.Kind) > to
            : m.Kind == redated || (m.Kind == MilestoneKind.FirstContact && m.OccurredOn < first)).ToList();
        // A first contact that was entered late takes the place of the one before.
        var after = reached.Except(takenBack).Where(m => m.Kind != MilestoneKind.FirstContact || !(m.OccurredOn > first)).ToList();
        if (first is { } contact && !after.Exists(m => m.Kind == MilestoneKind.FirstContact))
        {
            after.Add(Of(e, MilestoneKind.FirstContact, contact));
        }

        if ((redated ?? Reached(e.Event)) is { } kind)
        {
            after.Add(Of(e, kind, e.Row.OccurredOn));
        }

        return (after, takenBack.ConvertAll(m => m with
        {
            TakenBackVersion = e.Row.Version,
            // With a wrong date it was reached on no day.
            TakenBackOn = m.Kind == redated ? m.OccurredOn : e.Row.OccurredOn,
            TakenBackAt = e.Row.RecordedAt,
        }));
    }

    /// <summary>
    /// Those that steps back took back, after the next event of a stream, and all rows that it changed: when the date of a step back was
    /// corrected, those that it took back are taken back on another day.
    /// </summary>
    public static (IReadOnlyList<Milestone> SteppedBack, List<Milestone> Changed) SteppedBack(
        IReadOnlyList<Milestone> before, List<Milestone> takenBack, ReadEvent e)
    {
        var moved = (e.Event as ProjectMoveDateCorrected)?.MoveVersion;
        var wrong = before.Where(m => m.TakenBackVersion == moved).ToList();
        // Two of a kind while a step back between them has not arrived: then the journey is folded again.
        var right = wrong.DistinctBy(m => m.Kind).ToList().ConvertAll(m => m with
        {
            Version = e.Row.Version,
            Ordinal = e.Row.Ordinal,
            RecordedAt = e.Row.RecordedAt,
            TakenBackOn = e.Row.OccurredOn,
            TakenBackAt = e.Row.RecordedAt,
        });
        return (
            [.. before.Except(wrong), .. right, .. e.Event is ProjectSteppedBack ? takenBack : []],
            [.. takenBack, .. wrong.Select(m => m with { SupersededAt = e.Row.RecordedAt }), .. right]);
    }

    /// <summary>The milestone that has another date.</summary>
    private static MilestoneKind? Redated(IEvent happened) => happened switch
    {
        LeadStageDateCorrected { Stage: LeadStage.Converted } => MilestoneKind.Converted,
        ProjectStageDateCorrected { Stage: var stage } => Stages.MilestoneOf(stage),
        _ => null,
    };

    private static MilestoneKind? Reached(IEvent happened) => happened switch
    {
        LeadConverted => MilestoneKind.Converted,
        ProjectStageReached { To: var to } => Stages.MilestoneOf(to),
        ProjectMovedIn => MilestoneKind.MovedIn,
        _ => null,
    };

    private static Milestone Of(ReadEvent e, MilestoneKind kind, DateOnly on) => new()
    {
        StreamId = e.Row.StreamId,
        Version = e.Row.Version,
        Ordinal = e.Row.Ordinal,
        LeadId = e.Row.LeadId!.Value,
        Kind = kind,
        OccurredOn = on,
        RecordedAt = e.Row.RecordedAt,
        ActorId = e.Row.ActorId,
    };
}
