namespace Qibin.Crm.Pipeline.Data;

/// <summary>What the next event of a journey is applied to, as JSON; beside the journey's row, which lists and totals read.</summary>
internal sealed class TimelineRow
{
    public required Guid LeadId { get; init; }

    /// <summary>The form of the JSON: <see cref="Timeline.Format"/> of the version that wrote it.</summary>
    public required int Format { get; init; }

    public required string Timeline { get; init; }

    public static TimelineRow Of(Timeline timeline) => new()
    {
        LeadId = timeline.LeadId,
        Format = Domain.Timeline.Format,
        Timeline = JsonSerializer.Serialize(timeline, StrictJson.Lenient),
    };

    /// <summary>Null when another version wrote it in another form.</summary>
    public Timeline? Read()
    {
        try
        {
            return Format == Domain.Timeline.Format ? JsonSerializer.Deserialize<Timeline>(Timeline, StrictJson.Lenient) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
