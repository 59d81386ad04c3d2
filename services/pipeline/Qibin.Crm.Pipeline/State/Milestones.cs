using Qibin.Crm.Kernel;

namespace Qibin.Crm.Pipeline;

/// <summary>
/// When a journey reached what. A step back takes back every milestone of a later stage that was reached before it, in whichever
/// order the two are told: the milestone looks for step backs told already, the step back for milestones told already.
/// </summary>
internal static class Milestones
{
    /// <summary>
    /// The milestones that hold: of each kind the earliest that was not taken back, and of those the first recorded. A contact
    /// entered late moves the first contact to an earlier day; moving in in further premises moves nothing.
    /// </summary>
    public static List<MilestoneRow> Held(this IEnumerable<MilestoneRow> rows) =>
    [
        .. rows.Where(m => m.TakenBackVersion is null)
            .OrderBy(m => m.OccurredOn).ThenBy(m => m.RecordedAt).ThenBy(m => m.Version).ThenBy(m => m.Ordinal)
            .DistinctBy(m => m.Kind).OrderBy(m => m.OccurredOn).ThenBy(m => m.Kind),
    ];

    /// <summary>First contact, conversion, moving in: never taken back.</summary>
    public static Telling Reached(this Telling telling, Guid leadId, MilestoneKind kind, DateOnly on) => telling.Insert(leadId, kind, null, on);

    /// <summary>A stage of the project.</summary>
    public static Telling Reached(this Telling telling, Guid leadId, ProjectStage stage, DateOnly on) =>
        Stages.MilestoneOf(stage) is { } kind ? telling.Insert(leadId, kind, Stages.Of(stage), on) : telling;

    /// <summary>The project was taken back to a stage.</summary>
    public static Telling SteppedBack(this Telling telling, ProjectStage to, DateOnly on) => telling.Do(
        """
        update milestone set taken_back_version = $2, taken_back_on = $4, taken_back_at = $5
        where stream_id = $1 and version < $2 and stage > $3 and (taken_back_version is null or taken_back_version > $2)
        """,
        telling.Delivery.StreamId, telling.Delivery.Version, (int)Stages.Of(to), on, telling.Delivery.RecordedAt);

    /// <summary>A correction found that the first contact came later than an earlier event had it: that milestone is taken back.</summary>
    public static Telling FirstContactMoved(this Telling telling, DateOnly firstContactOn) => telling.Do(
        """
        update milestone set taken_back_version = $2, taken_back_on = $4, taken_back_at = $5
        where stream_id = $1 and version < $2 and kind = $3 and occurred_on < $4 and (taken_back_version is null or taken_back_version > $2)
        """,
        telling.Delivery.StreamId, telling.Delivery.Version, (int)MilestoneKind.FirstContact, firstContactOn, telling.Delivery.RecordedAt);

    private static Telling Insert(this Telling telling, Guid leadId, MilestoneKind kind, JourneyStage? stage, DateOnly on) => telling.Do(
        """
        insert into milestone (stream_id, version, ordinal, lead_id, kind, stage, occurred_on, recorded_at, actor_id,
            taken_back_version, taken_back_on, taken_back_at)
        select told.*, back.version, back.occurred_on, back.recorded_at
        from (values ($1::uuid, $2::bigint, $3::int, $4::uuid, $5::int, $6::int, $7::date, $8::timestamptz, $9::uuid)) as told
            left join lateral (
                select version, occurred_on, recorded_at from fact
                where stream_id = $1 and version > $2
                    and (back_to < $6 or ($5 = 0 and type = 'ContactCorrected' and (event -> 'lead' ->> 'firstContactOn')::date > $7))
                order by version limit 1) as back on true
        on conflict do nothing
        """,
        telling.Delivery.StreamId, telling.Delivery.Version, telling.Delivery.Ordinal, leadId, (int)kind, (int?)stage, on,
        telling.Delivery.RecordedAt, telling.Delivery.ActorId);
}
