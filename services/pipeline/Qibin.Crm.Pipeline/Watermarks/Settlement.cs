namespace Qibin.Crm.Pipeline.Watermarks;

/// <summary>
/// Answers of an instant are final: a later one than the watermark, up to which all that was recorded has arrived from every service, is
/// put back to it.
/// </summary>
internal static class Settlement
{
    /// <summary>Those that journeys are folded from.</summary>
    public static IReadOnlyList<string> Services { get; } = ["leads", "projects", "enterprises"];

    /// <summary>The instant that is answered for, and why it is not the one asked for; null for now, as it is asked for.</summary>
    /// <exception cref="Refusal">400 <c>instant.future</c> at the pointer; 503 <c>watermark.none</c>: a service has never said what it has
    /// recorded.</exception>
    public static async Task<(DateTimeOffset? KnownAt, PutBack? PutBack)> SettledAsync(
        this PipelineDb db, DateTimeOffset? asked, string pointer, TimeProvider clock, CancellationToken ct)
    {
        if (asked is null)
        {
            return (null, null);
        }

        var instant = asked > clock.GetUtcNow() ? throw Refusal.Invalid(pointer, "instant.future") : StoredEvents.Kept(asked.Value);
        var until = await db.Watermarks.Where(w => w.CompleteUntil != null)
            .ToDictionaryAsync(w => w.Service, w => w.CompleteUntil!.Value, ct);
        if (Services.FirstOrDefault(s => !until.ContainsKey(s)) is { } silent)
        {
            throw new Refusal(StatusCodes.Status503ServiceUnavailable, "watermark.none", silent) { RetryAfter = 5 };
        }

        var late = until.Where(w => w.Value < instant).OrderBy(w => w.Value).Select(w => new PutBackService(w.Key, w.Value)).ToList();
        return late is [var latest, ..] ? (latest.Since, new PutBack(instant, late)) : (instant, null);
    }

    /// <summary>
    /// The instant of what the caller's transaction enters here, such as a rate: after all that questions have been answered for, and will
    /// be until it has ended.
    /// </summary>
    public static async Task<DateTimeOffset> EnteredAtAsync(this PipelineDb db, TimeProvider clock, CancellationToken ct)
    {
        await db.LockEntryAsync(ct);
        var settled = await db.Watermarks.MinAsync(w => w.CompleteUntil, ct);
        var now = clock.GetUtcNow();
        return settled >= now ? settled.Value.AddMicroseconds(1) : now;
    }
}

/// <summary>An answer of an instant, which never changes.</summary>
public abstract record SettledAnswer
{
    /// <summary>
    /// What was recorded later is not in these figures; null for now. An instant up to which not all has arrived is put back to the last
    /// one that is complete.
    /// </summary>
    public required DateTimeOffset? KnownAt { get; init; }

    /// <summary>Why it is an earlier instant than was asked for; absent where it is not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PutBack? PutBack { get; init; }
}

/// <summary>An instant that was put back, since not all that was recorded by then has arrived.</summary>
/// <param name="Asked">The instant that was asked for.</param>
/// <param name="WaitsFor">The services of which something may still be missing, the one that is furthest behind first.</param>
public sealed record PutBack(DateTimeOffset Asked, IReadOnlyList<PutBackService> WaitsFor);

/// <summary>A service of which something may be missing.</summary>
/// <param name="Service">Such as <c>leads</c>.</param>
/// <param name="Since">What it recorded up to this instant is all there.</param>
public sealed record PutBackService(string Service, DateTimeOffset Since);

/// <summary>A page of what was known at an instant.</summary>
public sealed record SettledPage<T> : Page<T>
{
    [SetsRequiredMembers]
    internal SettledPage(Page<T> page, DateTimeOffset? knownAt, PutBack? putBack) : base(page) => (KnownAt, PutBack) = (knownAt, putBack);

    /// <summary>The instant that it is of; absent for now.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? KnownAt { get; init; }

    /// <summary>Why it is of an earlier instant than was asked for; absent where it is not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PutBack? PutBack { get; init; }
}
