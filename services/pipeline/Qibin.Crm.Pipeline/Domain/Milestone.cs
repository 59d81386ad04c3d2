using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Contracts.Projects;

namespace Qibin.Crm.Pipeline.Domain;

/// <summary>A milestone that was reached; a stage that was taken back and reached again has two.</summary>
internal sealed record Milestone
{
    public required Guid StreamId { get; init; }
    public required long Version { get; init; }
    public required int Ordinal { get; init; }
    public required Guid LeadId { get; init; }
    public required MilestoneKind Kind { get; init; }
    public required DateOnly OccurredOn { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
    public required Guid ActorId { get; init; }

    /// <summary>Version of the lead or project at which it was taken back; null while it holds.</summary>
    public long? TakenBackVersion { get; init; }

    public DateOnly? TakenBackOn { get; init; }
    public DateTimeOffset? TakenBackAt { get; init; }

    /// <summary>Whether it is the same milestone, taken back or not.</summary>
    public bool IsThat(Milestone other) => (StreamId, Version, Ordinal, Kind) == (other.StreamId, other.Version, other.Ordinal, other.Kind);
}

/// <summary>
/// The milestones of one journey. Events of a stream come in the order of their versions: a step back takes back each later stage that was
/// reached before it, a correction takes back a first contact that turns out to have been later.
/// </summary>
internal static class Milestones
{
    /// <summary>
    /// The milestones that hold: of each kind the earliest that was not taken back, and of those the first recorded. Moving in to further
    /// premises moves nothing.
    /// </summary>
    public static List<Milestone> Held(this IEnumerable<Milestone> all) =>
    [
        .. all.Where(m => m.TakenBackVersion is null)
            .OrderBy(m => m.OccurredOn).ThenBy(m => m.RecordedAt).ThenBy(m => m.Version).ThenBy(m => m.Ordinal)
            .DistinctBy(m => m.Kind).OrderBy(m => m.OccurredOn).ThenBy(m => m.Kind),
    ];

    /// <param name="reached">Those that were not taken back.</param>
    /// <param name="e">The next event of its stream.</param>
    /// <returns>Those that are not taken back now, and those that the event took back.</returns>
    public static (IReadOnlyList<Milestone> Reached, IReadOnlyList<Milestone> TakenBack) After(
        IReadOnlyList<Milestone> reached, ReadEvent e) => e.Event switch
        {
            LeadConverted converted => (FirstContact(reached, e, converted.Lead).Reached.With(e, MilestoneKind.Converted), []),
            ILeadEvent { Lead: var lead } => FirstContact(reached, e, lead),
            ProjectStageReached { To: var to } when Stages.MilestoneOf(to) is { } kind => (reached.With(e, kind), []),
            ProjectMovedIn => (reached.With(e, MilestoneKind.MovedIn), []),
            ProjectSteppedBack { To: var to } => TakeBack(reached, e, m => Stages.StageOf(m.Kind) > to),
            _ => (reached, []),
        };

    /// <summary>
    /// One that was entered late may be the first of all, and takes the place of the one before; one that was corrected may be later.
    /// </summary>
    private static (IReadOnlyList<Milestone> Reached, IReadOnlyList<Milestone> TakenBack) FirstContact(
        IReadOnlyList<Milestone> reached, ReadEvent e, LeadState lead)
    {
        var known = reached.FirstOrDefault(m => m.Kind == MilestoneKind.FirstContact);
        if (known?.OccurredOn == lead.FirstContactOn)
        {
            return (reached, []);
        }

        var (left, takenBack) = known?.OccurredOn < lead.FirstContactOn
            ? TakeBack(reached, e, m => m.Kind == MilestoneKind.FirstContact)
            : ([.. reached.Where(m => m != known)], []);
        return (left.With(e, MilestoneKind.FirstContact, lead.FirstContactOn), takenBack);
    }

    private static (IReadOnlyList<Milestone> Reached, IReadOnlyList<Milestone> TakenBack) TakeBack(
        IReadOnlyList<Milestone> reached, ReadEvent e, Func<Milestone, bool> which) =>
    (
        [.. reached.Where(m => !which(m))],
        [
            .. reached.Where(which)
                .Select(m => m with { TakenBackVersion = e.Row.Version, TakenBackOn = e.Row.OccurredOn, TakenBackAt = e.Row.RecordedAt }),
        ]);

    private static IReadOnlyList<Milestone> With(
        this IReadOnlyList<Milestone> reached, ReadEvent e, MilestoneKind kind, DateOnly? on = null) =>
    [
        .. reached,
        new Milestone
        {
            StreamId = e.Row.StreamId,
            Version = e.Row.Version,
            Ordinal = e.Row.Ordinal,
            LeadId = e.Row.LeadId!.Value,
            Kind = kind,
            OccurredOn = on ?? e.Row.OccurredOn,
            RecordedAt = e.Row.RecordedAt,
            ActorId = e.Row.ActorId,
        },
    ];
}
