namespace Qibin.Crm.Leads.Domain;

/// <summary>
/// The computation of all open clocks anew after the calendar or the times have changed, in batches; there is one row. It runs once more
/// when every instance has read the new calendar, because an instance may have used the old one meanwhile.
/// </summary>
internal sealed class ClockRecount
{
    /// <summary>How long an instance uses the calendar and the times that it has read.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromSeconds(30);

    public Guid Id { get; private init; }
    public DateTimeOffset? DueAt { get; private set; }
    public DateTimeOffset ChangedAt { get; private set; }
    public DateTimeOffset BegunAt { get; private set; }

    /// <summary>The last lead of the latest batch.</summary>
    public Guid After { get; private set; }

    public void Begin(DateTimeOffset now) => BegunAt = After == Guid.Empty ? now : BegunAt;

    public void Continue(Guid after) => After = after;

    /// <summary>All leads are done; once more when this began before the old calendar was out of use everywhere.</summary>
    public void End()
    {
        var outOfUse = ChangedAt + (2 * Remembered);
        (After, DueAt) = (Guid.Empty, BegunAt < outOfUse ? outOfUse : null);
    }
}
