using Qibin.Crm.Kernel;

namespace Qibin.Crm.Pipeline.Domain;

/// <summary>What totals group by and filter by, whatever they are counted from.</summary>
internal interface ICounted
{
    JourneyStage Stage { get; }
    JourneyStatus Status { get; }
    Guid OwnerId { get; }
    Guid UnitId { get; }
    string? ChainCode { get; }
    string? NodeCode { get; }
    string? SourceRegion { get; }
    Band Band { get; }

    /// <summary>Month of the first contact, such as 202611.</summary>
    int Month { get; }
}

/// <summary>
/// Business days on which a journey was the same, as it was known during a time: from <see cref="KnownFrom"/>, when that was recorded, to
/// <see cref="KnownTo"/>, when something else was.
/// </summary>
internal sealed record Interval : ICounted
{
    public required Guid LeadId { get; init; }

    /// <summary>Its number among those of the journey.</summary>
    public required int Number { get; init; }

    public required DateTimeOffset KnownFrom { get; init; }

    /// <summary>Null while it is known.</summary>
    public DateTimeOffset? KnownTo { get; set; }

    public required DateOnly DayFrom { get; init; }

    /// <summary>The first day on which the journey is something else; null when there is none.</summary>
    public DateOnly? DayTo { get; init; }

    public required JourneyStage Stage { get; init; }
    public required DateOnly StageOn { get; init; }
    public required JourneyStatus Status { get; init; }

    /// <summary>The owner of these days; unit, chain and node likewise.</summary>
    public required Guid OwnerId { get; init; }

    public required Guid UnitId { get; init; }
    public string? ChainCode { get; init; }
    public string? NodeCode { get; init; }
    public string? SourceRegion { get; init; }
    public required Band Band { get; init; }
    public required int Month { get; init; }
    public required DateOnly FirstContactOn { get; init; }
    public DateOnly? MovedInOn { get; init; }
    public Guid? ProjectId { get; init; }
    public required List<Amount> Amounts { get; init; }

    private static readonly List<Amount> None = [];

    /// <summary>Whether the journey is the same, whatever the days.</summary>
    public bool IsSame(Interval other) => Plain(this) == Plain(other) && Amounts.SequenceEqual(other.Amounts);

    /// <summary>Whether both say the same of the same days.</summary>
    public bool SaysTheSame(Interval other) => DayFrom == other.DayFrom && DayTo == other.DayTo && IsSame(other);

    private static Interval Plain(Interval interval) =>
        interval with { Number = 0, KnownFrom = default, KnownTo = null, DayFrom = default, DayTo = null, Amounts = None };
}

/// <summary>Amounts of a journey in one currency.</summary>
internal sealed record Amount
{
    public required string Currency { get; init; }
    public required decimal Estimated { get; init; }
    public required decimal Contract { get; init; }
    public required decimal PaidIn { get; init; }
    public required decimal Completed { get; init; }

    /// <summary>One for each currency in which something comes to anything, in the order of their codes.</summary>
    public static List<Amount> Of(
        Money? estimated, Money? contract, IReadOnlyCollection<(string Currency, decimal PaidIn, decimal Completed)> sums) =>
    [
        .. from currency in sums.Where(s => s.PaidIn != 0 || s.Completed != 0).Select(s => s.Currency)
               .Concat(new[] { contract, estimated }.Where(m => m is { Amount: not 0 }).Select(m => m!.Currency))
               .Distinct().Order(StringComparer.Ordinal)
           let sum = sums.FirstOrDefault(s => s.Currency == currency)
           select new Amount
           {
               Currency = currency,
               Estimated = estimated?.Currency == currency ? estimated.Amount : 0,
               Contract = contract?.Currency == currency ? contract.Amount : 0,
               PaidIn = sum.PaidIn,
               Completed = sum.Completed,
           },
    ];
}
