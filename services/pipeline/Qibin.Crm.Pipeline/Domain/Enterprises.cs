namespace Qibin.Crm.Pipeline.Domain;

internal static class Enterprises
{
    /// <summary>
    /// The newest state of one enterprise. Its own events are in the order of its versions; an event of another aggregate that carries its
    /// state has a version of its own, so that one counts by when it was recorded.
    /// </summary>
    public static EnterpriseState? Newest(IReadOnlyCollection<ReadEvent> events)
    {
        var states = events.Where(e => e.Event is IEnterpriseEvent)
            .ToLookup(e => e.Row.StreamId == ((IEnterpriseEvent)e.Event).Enterprise.EnterpriseId);
        var (own, other) = (states[true].MaxBy(e => e.Rank), states[false].MaxBy(e => e.Row.RecordedAt));
        var newest = own is null || other?.Row.RecordedAt > own.Row.RecordedAt ? other : own;
        return (newest?.Event as IEnterpriseEvent)?.Enterprise;
    }
}
