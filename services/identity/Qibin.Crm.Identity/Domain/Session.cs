using Qibin.Crm.Kernel;

namespace Qibin.Crm.Identity.Domain;

/// <summary>
/// A sign-in of a person with one browser. Its cookie and every token that came of it name it (<c>sid</c>) and end with it. A token of an
/// integration names a session of its own, which is kept only when it is ended.
/// </summary>
public sealed class Session : Aggregate
{
    /// <summary>A working day without use ends a session; each token issued for it begins a new one.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromHours(12);

    /// <summary>How long an access token lives.</summary>
    public static readonly TimeSpan TokenLifetime = TimeSpan.FromMinutes(10);

    /// <summary>How long an ended session is remembered: a token's life, and what the clocks of two machines may differ.</summary>
    public static readonly TimeSpan Remembered = TokenLifetime + TimeSpan.FromMinutes(1);

    private Session()
    {
    }

    /// <summary>The person, or the integration.</summary>
    public Guid SubjectId { get; private init; }

    public DateTimeOffset StartedAt { get; private init; }

    /// <summary>Nothing names the session any more; the row is removed.</summary>
    public DateTimeOffset ExpiresAt { get; private set; }

    public DateTimeOffset? EndedAt { get; private set; }

    public static Session Begin(Guid id, Guid subjectId, DateTimeOffset now)
    {
        var session = new Session { Id = id, SubjectId = subjectId, StartedAt = now, ExpiresAt = now + Idle };
        session.Touch();
        return session;
    }

    /// <returns>False when it had ended before.</returns>
    public bool End(DateTimeOffset now)
    {
        if (EndedAt is not null)
        {
            return false;
        }

        (EndedAt, ExpiresAt) = (now, now + Remembered);
        Touch();
        return true;
    }
}
