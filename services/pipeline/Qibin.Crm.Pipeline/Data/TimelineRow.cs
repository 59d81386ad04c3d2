namespace Qibin.Crm.Pipeline.Data;

/// <summary>What the next event of a journey is applied to, as JSON; beside the journey's row, which lists and totals read.</summary>
/// <param name="LeadId">The journey.</param>
/// <param name="Format">The form of the JSON: <see cref="Timeline.Format"/> of the version that wrote it.</param>
/// <param name="Timeline">The JSON.</param>
internal sealed record TimelineRow(Guid LeadId, int Format, string Timeline)
{
    public static TimelineRow Of(Timeline timeline) =>
        new(timeline.LeadId, Domain.Timeline.Format, JsonSerializer.Serialize(timeline, StrictJson.Lenient));

    /// <summary>Null when another version wrote it in another form.</summary>
    public Timeline? Read() =>
        Format == Domain.Timeline.Format ? StoredEvents.ReadOrNull(Timeline, typeof(Timeline)) as Timeline : null;
}
