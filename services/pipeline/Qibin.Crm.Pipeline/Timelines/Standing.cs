namespace Qibin.Crm.Pipeline;

/// <summary>What a journey is on a day: everything that a total can group by, filter by or add up.</summary>
internal sealed record Standing
{
    public required JourneyStage Stage { get; init; }
    public required DateOnly StageOn { get; init; }
    public required JourneyStatus Status { get; init; }
    public required Guid Officer { get; init; }
    public required Guid Unit { get; init; }
    public required string? Chain { get; init; }
    public required string? Node { get; init; }
    public required string? SourceRegion { get; init; }
    public required Band Band { get; init; }
    public required DateOnly FirstContactOn { get; init; }
    public required DateOnly? MovedInOn { get; init; }
    public required Guid? ProjectId { get; init; }
    public required StandingAmounts Amounts { get; init; }

    /// <summary>Month of the first contact as a number, such as 202611.</summary>
    public int Month => (FirstContactOn.Year * 100) + FirstContactOn.Month;
}

/// <summary>Amounts in one currency.</summary>
internal sealed record StandingAmount
{
    public required string Currency { get; init; }
    public required decimal Estimated { get; init; }
    public required decimal Contract { get; init; }
    public required decimal PaidIn { get; init; }
    public required decimal Completed { get; init; }
}

/// <summary>Amounts per currency, equal when their amounts are.</summary>
internal sealed class StandingAmounts(IEnumerable<StandingAmount> amounts) : IEquatable<StandingAmounts>
{
    public IReadOnlyList<StandingAmount> All { get; } = [.. amounts.OrderBy(a => a.Currency, StringComparer.Ordinal)];

    public bool Equals(StandingAmounts? other) => other is not null && All.SequenceEqual(other.All);

    public override bool Equals(object? obj) => Equals(obj as StandingAmounts);

    public override int GetHashCode() => All.Aggregate(0, HashCode.Combine);
}

/// <summary>Days on which a journey stands unchanged, as it was known during a time.</summary>
/// <param name="KnownFrom">The instant of recording from which on this was known.</param>
/// <param name="KnownTo">The instant at which something else was recorded; null while it is known.</param>
/// <param name="DayFrom">The first business day.</param>
/// <param name="DayTo">The first business day on which it stands otherwise; null when there is none.</param>
/// <param name="Standing">What it is on these days.</param>
internal sealed record Stretch(DateTimeOffset KnownFrom, DateTimeOffset? KnownTo, DateOnly DayFrom, DateOnly? DayTo, Standing Standing);

/// <summary>
/// Whose a journey is by all that is known now. It alone decides who may read it, past days included: nobody sees by asking for a
/// day in the past what is not theirs today.
/// </summary>
internal sealed record Holder(Guid OwnerId, Guid UnitId, string? ChainCode, bool Confidential, Guid[] Readers, Guid[] SharedWith);
