namespace Qibin.Crm.Pipeline.Domain;

/// <summary>
/// Business days on which a journey was the same, as it was known during a time: from <see cref="KnownFrom"/>, when that was recorded, to
/// <see cref="KnownTo"/>, when something else was.
/// </summary>
internal sealed record Interval : JourneyState
{
    public required DateTimeOffset KnownFrom { get; init; }

    /// <summary>Null while it is known.</summary>
    public DateTimeOffset? KnownTo { get; init; }

    public required DateOnly DayFrom { get; init; }

    /// <summary>The first day on which the journey is something else; null when there is none.</summary>
    public DateOnly? DayTo { get; init; }

    /// <summary>Whether the journey is the same, whatever the days.</summary>
    public bool IsSame(Interval other) => Amounts.SequenceEqual(other.Amounts) && other == this with
    {
        KnownFrom = other.KnownFrom,
        KnownTo = other.KnownTo,
        DayFrom = other.DayFrom,
        DayTo = other.DayTo,
        Amounts = other.Amounts,
    };
}
