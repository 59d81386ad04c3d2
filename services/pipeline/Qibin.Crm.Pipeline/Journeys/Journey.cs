using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Qibin.Crm.Pipeline.Journeys;

/// <summary>One journey from first contact on.</summary>
public sealed record Journey : JourneySummary, IVersioned
{
    [SetsRequiredMembers]
    internal Journey(JourneySummary now, JourneyEnterprise? enterprise, List<Milestone> milestones, List<ReadEvent> events)
        : base(now)
    {
        Enterprise = enterprise;
        Milestones = JourneyMilestone.Of(milestones, events);
        TakenBack = milestones.Where(m => m is { TakenBackVersion: not null, SupersededAt: null })
            .Select(m => new TakenBackMilestone(m)).ToList();
        Moves = JourneyMove.Of(events);
        Contacts = JourneyContacts.Of(events);
        Funds = JourneyAmount.Of(events, e => (e as FundsPaidIn)?.Amount);
        Completed = JourneyAmount.Of(events, e => (e as InvestmentCompleted)?.Amount);
        Premises = JourneyPremises.Of(events);
        Events = [.. events.Select(e => new JourneyEvent(e))];
    }

    /// <summary>The registered enterprise; null before registration.</summary>
    public required JourneyEnterprise? Enterprise { get; init; }

    /// <summary>The milestones that hold, by business date.</summary>
    public required IReadOnlyList<JourneyMilestone> Milestones { get; init; }

    /// <summary>Milestones that a step back took back, or that have another date in their place.</summary>
    public required IReadOnlyList<TakenBackMilestone> TakenBack { get; init; }

    /// <summary>
    /// Each stage and status it went through, in the order of recording, with their dates as they were corrected last; the first one has
    /// the day of the earliest contact that is logged.
    /// </summary>
    public required IReadOnlyList<JourneyMove> Moves { get; init; }

    public required JourneyContacts Contacts { get; init; }

    /// <summary>Funds as they were paid in or corrected, in the order of recording.</summary>
    public required IReadOnlyList<JourneyAmount> Funds { get; init; }

    /// <summary>Investment as it was completed or corrected, in the order of recording.</summary>
    public required IReadOnlyList<JourneyAmount> Completed { get; init; }

    /// <summary>Premises that were moved into.</summary>
    public required IReadOnlyList<JourneyPremises> Premises { get; init; }

    /// <summary>All that happened, in the order of recording.</summary>
    public required IReadOnlyList<JourneyEvent> Events { get; init; }

    /// <summary>
    /// The ETag. Lead, project, enterprise and unit have versions of their own, and no sum of them is sure to change when one of
    /// them does; a hash of what is shown is.
    /// </summary>
    [JsonIgnore]
    public long Version =>
        BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this, StrictJson.Options))) & long.MaxValue;
}

/// <summary>The registered enterprise of a journey.</summary>
public sealed record JourneyEnterprise
{
    /// <summary>Null until the enterprises service has told of it.</summary>
    public required Guid? Id { get; init; }

    public required string Name { get; init; }

    /// <summary>Unified social credit code 统一社会信用代码.</summary>
    public required string Uscc { get; init; }

    /// <summary>In the city 在园 now.</summary>
    public required bool InCity { get; init; }

    internal static JourneyEnterprise? Of(JourneyRow row, EnterpriseState? enterprise) =>
        enterprise is { Uscc: { } code }
            ? new() { Id = enterprise.EnterpriseId, Name = enterprise.Name, Uscc = code, InCity = enterprise.InCity }
        : row is { Uscc: { } uscc, EnterpriseName: { } name } ? new() { Id = row.EnterpriseId, Name = name, Uscc = uscc, InCity = false }
        : null;
}

/// <summary>Something that was recorded of a lead, a project, an enterprise or an application.</summary>
public abstract record JourneyRecord
{
    [SetsRequiredMembers]
    internal JourneyRecord(Recorded of) => (OccurredOn, RecordedAt, ActorId, Version) =
        (of.OccurredOn, of.RecordedAt, of.ActorId == Guid.Empty ? null : of.ActorId, of.Version);

    /// <summary>When it happened in the trade.</summary>
    public required DateOnly OccurredOn { get; init; }

    /// <summary>When it was recorded.</summary>
    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>Who recorded it; null for the system.</summary>
    [Named]
    public required Guid? ActorId { get; init; }

    /// <summary>Version of what it was recorded of, from then on.</summary>
    public required long Version { get; init; }
}

/// <summary>A milestone that holds.</summary>
public sealed record JourneyMilestone : JourneyRecord
{
    [SetsRequiredMembers]
    private JourneyMilestone(Milestone m, Milestone first, Milestone? previous, Guid? approverId) : base(m)
    {
        (Kind, ApproverId) = (m.Kind, approverId);
        DaysSincePrevious = m.OccurredOn.DayNumber - previous?.OccurredOn.DayNumber;
        DaysSinceFirst = m.OccurredOn.DayNumber - first.OccurredOn.DayNumber;
    }

    public required MilestoneKind Kind { get; init; }

    /// <summary>Who approved the project's stage; null for what needs no approval.</summary>
    [Named]
    public required Guid? ApproverId { get; init; }

    /// <summary>Days since the milestone before it in this list; null for the first.</summary>
    public required int? DaysSincePrevious { get; init; }

    /// <summary>Days since the first milestone of this list.</summary>
    public required int DaysSinceFirst { get; init; }

    internal static IReadOnlyList<JourneyMilestone> Of(IEnumerable<Milestone> rows, List<ReadEvent> events)
    {
        var held = rows.Held();
        var approvals = events.Where(e => e.Event is ProjectStageReached or ProjectStageDateCorrected).ToDictionary(
            e => (e.Row.StreamId, e.Row.Version, e.Row.Ordinal),
            e => (e.Event as ProjectStageReached)?.ApproverId ?? (e.Event as ProjectStageDateCorrected)?.ApproverId);
        return held.Select((m, i) => new JourneyMilestone(
            m, held[0], i == 0 ? null : held[i - 1], approvals.GetValueOrDefault((m.StreamId, m.Version, m.Ordinal)))).ToList();
    }
}

/// <summary>A milestone that was reached and then taken back, or whose date was corrected.</summary>
public sealed record TakenBackMilestone : JourneyRecord
{
    [SetsRequiredMembers]
    internal TakenBackMilestone(Milestone m) : base(m) => (Kind, TakenBackOn, TakenBackAt, TakenBackVersion) =
        (m.Kind, m.TakenBackOn!.Value, m.TakenBackAt!.Value, m.TakenBackVersion!.Value);

    public required MilestoneKind Kind { get; init; }

    /// <summary>Business date of the step back; its own date when that was wrong, since it holds on no day then.</summary>
    public required DateOnly TakenBackOn { get; init; }

    /// <summary>When the step back or the corrected date was recorded.</summary>
    public required DateTimeOffset TakenBackAt { get; init; }

    /// <summary>Version of the lead or project at which it was taken back.</summary>
    public required long TakenBackVersion { get; init; }
}

/// <summary>A move to another stage or status.</summary>
public sealed record JourneyMove : JourneyRecord
{
    [SetsRequiredMembers]
    private JourneyMove(ReadEvent e, JourneyStage? from, JourneyStage to, JourneyStatus status) : base(e.Row)
    {
        (From, To, Status) = (from, to, status);
        ApproverId = (e.Event as ProjectStageReached)?.ApproverId;
        Reason = e.Event switch
        {
            LeadClosed closed => closed.Reason,
            ProjectSteppedBack back => back.Reason,
            ProjectStatusChanged changed => changed.Reason,
            _ => null,
        };
    }

    /// <summary>Null for the first stage of the lead and of the project.</summary>
    public required JourneyStage? From { get; init; }

    public required JourneyStage To { get; init; }

    /// <summary>The status from then on.</summary>
    public required JourneyStatus Status { get; init; }

    /// <summary>Who approved the project's stage; null for what needs no approval.</summary>
    [Named]
    public required Guid? ApproverId { get; init; }

    public required string? Reason { get; init; }

    internal static IReadOnlyList<JourneyMove> Of(IEnumerable<ReadEvent> events) =>
        [.. events.GroupBy(e => e.Row.StreamId).SelectMany(Along).OrderBy(m => m.RecordedAt).ThenBy(m => m.Version)];

    private static IEnumerable<JourneyMove> Along(IEnumerable<ReadEvent> stream)
    {
        var inOrder = stream.OrderBy(e => e.Rank).ToList();
        var dates = inOrder.ToLookup(
            e => e.Event switch
            {
                LeadStageDateCorrected dated => dated.MoveVersion,
                ProjectStageDateCorrected dated => dated.MoveVersion,
                ProjectMoveDateCorrected dated => dated.MoveVersion,
                _ => default(long?),
            },
            e => e.Row.OccurredOn);
        // An earlier contact that was entered late moves the beginning, and so does one that was corrected or removed.
        var firstContactOn = inOrder.Select(e => e.Event).OfType<ILeadEvent>().LastOrDefault()?.Lead.FirstContactOn;
        var states = inOrder.Select(e => (Event: e, Now: e.Event switch
        {
            ILeadEvent { Lead.Stage: var stage } => (Stage: Stages.Of(stage), Status: Stages.StatusOf(Stages.Of(stage))),
            IProjectEvent { Project: var project } => (Stage: Stages.Of(project.Stage), Status: Stages.StatusOf(project.Status)),
            _ => default((JourneyStage Stage, JourneyStatus Status)?),
        })).Where(s => s.Now is not null).ToList();
        var moves = states.Where((s, i) => i == 0 || s.Now != states[i - 1].Now).ToList();
        return moves.Select((m, i) => new JourneyMove(
            m.Event, i == 0 ? null : moves[i - 1].Now?.Stage, m.Now!.Value.Stage, m.Now.Value.Status)
        {
            OccurredOn = i == 0 && firstContactOn is { } first ? first
                : dates[m.Event.Row.Version].LastOrDefault(m.Event.Row.OccurredOn),
        });
    }
}

/// <summary>Contacts logged with the investor. What was said stays in the leads service.</summary>
public sealed record JourneyContacts
{
    public required int Count { get; init; }
    public required DateOnly? FirstOn { get; init; }
    public required DateOnly? LastOn { get; init; }

    internal static JourneyContacts Of(IEnumerable<ReadEvent> events)
    {
        var contacts = events.OrderByDescending(s => s.Rank)
            .Select(s => s.Event switch
            {
                ContactRecorded e => (e.ContactId, e.OccurredOn),
                ContactCorrected e => (e.ContactId, e.OccurredOn),
                ContactRestored e => (e.ContactId, e.OccurredOn),
                ContactRemoved e => (e.ContactId, null),
                _ => (ContactId: Guid.Empty, OccurredOn: default(DateOnly?)),
            })
            .Where(c => c.ContactId != Guid.Empty)
            // As it was corrected last; none that is in the bin.
            .DistinctBy(c => c.ContactId).Select(c => c.OccurredOn).Where(on => on is not null).ToList();
        return new JourneyContacts { Count = contacts.Count, FirstOn = contacts.Min(), LastOn = contacts.Max() };
    }
}

/// <summary>Funds paid in or investment completed, or a correction of such an entry.</summary>
public sealed record JourneyAmount : JourneyRecord
{
    [SetsRequiredMembers]
    private JourneyAmount(ReceivedEvent row, Money amount) : base(row) => Amount = amount;

    public required Money Amount { get; init; }

    internal static IReadOnlyList<JourneyAmount> Of(IEnumerable<ReadEvent> events, Func<IEvent, Money?> amount) =>
        [.. from e in events let entered = amount(e.Event) where entered is not null select new JourneyAmount(e.Row, entered)];
}

/// <summary>Premises that the enterprise moved into.</summary>
public sealed record JourneyPremises
{
    public required Guid EnterpriseId { get; init; }
    public required Guid ApplicationId { get; init; }
    public required Guid TenancyId { get; init; }
    public required IReadOnlyList<Guid> SpaceIds { get; init; }
    public required DateOnly MovedInOn { get; init; }

    /// <summary>When the tenancy ended; null while it lasts.</summary>
    public required DateOnly? LeftOn { get; init; }

    internal static IReadOnlyList<JourneyPremises> Of(IReadOnlyCollection<ReadEvent> events)
    {
        var left = events.Select(s => s.Event).OfType<EnterpriseLeft>().ToLookup(e => e.TenancyId, e => e.OccurredOn);
        return events.Select(s => s.Event).OfType<EnterpriseMovedIn>().Select(e => new JourneyPremises
        {
            EnterpriseId = e.Enterprise.EnterpriseId,
            ApplicationId = e.ApplicationId,
            TenancyId = e.TenancyId,
            SpaceIds = e.SpaceIds,
            MovedInOn = e.OccurredOn,
            LeftOn = left[e.TenancyId].Select(on => (DateOnly?)on).FirstOrDefault(),
        }).ToList();
    }
}

/// <summary>Something that happened.</summary>
public sealed record JourneyEvent : JourneyRecord
{
    [SetsRequiredMembers]
    internal JourneyEvent(ReadEvent e) : base(e.Row)
    {
        Type = JsonNamingPolicy.CamelCase.ConvertName(e.Row.Type);
        Service = JsonNamingPolicy.CamelCase.ConvertName(e.Event.GetType().Namespace!.Split('.')[^1]);
        StreamId = e.Row.StreamId;
    }

    /// <summary>The event's name, such as <c>leadOpened</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Which service told it: <c>leads</c>, <c>projects</c> or <c>enterprises</c>.</summary>
    public required string Service { get; init; }

    /// <summary>The lead, project, enterprise or application that it happened to.</summary>
    public required Guid StreamId { get; init; }
}
