namespace Qibin.Crm.Pipeline.Forecasts;

/// <summary>
/// What is still to come this year of the journeys that stand today, by what became of earlier ones: contracts newly signed and
/// funds newly paid in. Journeys that nobody has met yet are not in it. The same day and instant give the same forecast.
/// </summary>
public sealed record Forecast
{
    /// <summary>The business day on which it is made.</summary>
    public required DateOnly AsOf { get; init; }

    /// <summary>
    /// What was recorded later is not in it; with it and <c>asOf</c> the same forecast can be asked for again. Unless an earlier one is
    /// asked for, it is the last instant up to which all has arrived: with a service away, when that was.
    /// </summary>
    public required DateTimeOffset KnownAt { get; init; }

    /// <summary>Why it is an earlier instant than was asked for; absent where it is not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PutBack? PutBack { get; init; }

    /// <summary>The last day of the year.</summary>
    public required DateOnly Until { get; init; }

    /// <summary>Days ahead.</summary>
    public required int Days { get; init; }

    /// <summary>The statuses that are forecast; history is that of the same statuses.</summary>
    public required IReadOnlyList<JourneyStatus> Status { get; init; }

    /// <summary>The rates by which amounts were converted; only with <c>convertTo</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Conversion? Conversion { get; init; }

    /// <summary>Contracts newly signed.</summary>
    public required ForecastMeasure Signed { get; init; }

    /// <summary>Funds newly paid in.</summary>
    public required ForecastMeasure PaidIn { get; init; }

    /// <summary>Each stage at which journeys stand, with what history says of it.</summary>
    public required IReadOnlyList<ForecastStage> Stages { get; init; }

    /// <summary>The history that it is made from.</summary>
    public required ForecastBasis Basis { get; init; }

    /// <summary>The same forecast as it would have been made before, beside what then came.</summary>
    public required BackTest BackTest { get; init; }

    /// <summary>Confidential journeys within the caller's reach that the caller may not read: they are in no figure above.</summary>
    public required int Hidden { get; init; }
}

/// <summary>One measure of a forecast.</summary>
public sealed record ForecastMeasure
{
    /// <summary>From the first of January up to the day, of the same journeys; one entry per currency.</summary>
    public required IReadOnlyList<Money> SoFar { get; init; }

    /// <summary>From the next day to the end of the year; one entry per currency, by the currency of the journeys' amounts.</summary>
    public required IReadOnlyList<ForecastAmount> Rest { get; init; }

    /// <summary>All in one currency; only with <c>convertTo</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ConvertedForecast? Converted { get; init; }

    /// <summary>Journeys that <c>rest</c> says nothing of: their stage's history is too thin, or they have no amount.</summary>
    public required ForecastRemainder LeftOut { get; init; }
}

/// <summary>What is expected, and what is reached how surely.</summary>
/// <param name="Expected">
/// Each journey's amount by the share of earlier journeys of which the outcome came, and by how much of their amount it then was.
/// </param>
/// <param name="P50">Reached with a probability of 50 %.</param>
/// <param name="P90">
/// Reached with a probability of 90 %, so never above <c>p50</c>. Of 2000 draws with a fixed seed, each journey by itself.
/// </param>
public record ForecastAmount(Money Expected, Money P50, Money P90);

/// <summary>A measure in one currency.</summary>
public sealed record ConvertedForecast(Money SoFar, ForecastAmount Rest);

/// <summary>What a forecast says nothing of.</summary>
public sealed record ForecastRemainder
{
    public required int Journeys { get; init; }

    /// <summary>Their amounts as they stand, one entry per currency.</summary>
    public required IReadOnlyList<Money> Amounts { get; init; }
}

/// <summary>A stage at which journeys stand.</summary>
public sealed record ForecastStage
{
    public required JourneyStage Stage { get; init; }

    /// <summary>Journeys that stand at it on the day.</summary>
    public required int Count { get; init; }

    /// <summary>Their amounts: by the contract, before signing by the estimate; one entry per currency.</summary>
    public required IReadOnlyList<Money> Amounts { get; init; }

    /// <summary>Those of them without an amount.</summary>
    public required int WithoutAmount { get; init; }

    /// <summary>Earlier journeys that stood at it.</summary>
    public required int ObservedJourneys { get; init; }

    /// <summary>How often they were looked at, in steps of a month.</summary>
    public required int Observations { get; init; }

    /// <summary>Whether they were signed; null for stages that are signed already.</summary>
    public required ForecastOdds? Signed { get; init; }

    /// <summary>Whether funds were paid in.</summary>
    public required ForecastOdds PaidIn { get; init; }

    /// <summary>The list of those that stand at it.</summary>
    public required string Journeys { get; init; }
}

/// <summary>What became of the journeys that stood at a stage, over as many days as are forecast.</summary>
public sealed record ForecastOdds
{
    /// <summary>Observations of which the outcome came.</summary>
    public required int Came { get; init; }

    /// <summary>Their share of all observations, between 0 and 1 to four decimals; null where history is too thin to say.</summary>
    public required decimal? Probability { get; init; }

    /// <summary>
    /// How much of the journey's amount the outcome then was, on average, to four decimals; null where nothing came or history is too thin.
    /// </summary>
    public required decimal? Ratio { get; init; }

    /// <summary>What is expected of the journeys that stand at the stage; one entry per currency.</summary>
    public required IReadOnlyList<Money> Expected { get; init; }
}

/// <summary>The history that a forecast is made from.</summary>
public sealed record ForecastBasis
{
    /// <summary>
    /// The first day on which journeys were looked at: 24 steps of a month in all, whether or not there was anything to see.
    /// </summary>
    public required DateOnly From { get; init; }

    /// <summary>The last day on which journeys were looked at: as many days back as are forecast.</summary>
    public required DateOnly To { get; init; }

    /// <summary>Journeys of which history was seen.</summary>
    public required int Journeys { get; init; }

    public required int Observations { get; init; }

    /// <summary>Journeys that a stage must have had for anything to be said of it: 10.</summary>
    public required int LeastJourneys { get; init; }

    /// <summary>Whether something can be said of every journey that stands and has an amount.</summary>
    public required bool Sufficient { get; init; }
}

/// <summary>
/// The forecast as it would have been made at the end of past months, as many days ahead as the present one, with only what had been
/// recorded by then; beside what then came of the same journeys. The windows of neighbouring months may overlap.
/// </summary>
public sealed record BackTest
{
    /// <summary>At most the last 12 month ends whose days ahead are over and at which journeys stood, the newest first.</summary>
    public required IReadOnlyList<BackTestPoint> Points { get; init; }

    public required Coverage Signed { get; init; }
    public required Coverage PaidIn { get; init; }
}

/// <summary>A forecast that would have been made.</summary>
public sealed record BackTestPoint
{
    public required DateOnly AsOf { get; init; }

    /// <summary>The end of that day: what was recorded later was not known.</summary>
    public required DateTimeOffset KnownAt { get; init; }

    public required DateOnly Until { get; init; }

    /// <summary>Journeys that stood then.</summary>
    public required int Count { get; init; }

    /// <summary>Per currency; empty where history was too thin.</summary>
    public required IReadOnlyList<BackTestAmount> Signed { get; init; }

    public required IReadOnlyList<BackTestAmount> PaidIn { get; init; }

    /// <summary>Signed by journeys that were not forecast: met or entered later, or left out.</summary>
    public required IReadOnlyList<Money> SignedBeside { get; init; }

    public required IReadOnlyList<Money> PaidInBeside { get; init; }
}

/// <summary>What was expected, and what came. Of 500 draws.</summary>
public sealed record BackTestAmount : ForecastAmount
{
    internal BackTestAmount(ForecastAmount amount, Money came) : base(amount) => Came = came;

    /// <summary>What came of the journeys that were forecast, in this currency.</summary>
    public Money Came { get; init; }
}

/// <summary>
/// How often what came reached what was said: about half of the time P50 and nine times in ten P90, if the forecast is right.
/// </summary>
public sealed record Coverage
{
    /// <summary>Amounts compared, of all points and currencies.</summary>
    public required int Compared { get; init; }

    public required int ReachedP50 { get; init; }
    public required int ReachedP90 { get; init; }

    /// <summary>To four decimals; null of nothing.</summary>
    public required decimal? ShareP50 { get; init; }

    /// <summary>To four decimals; null of nothing.</summary>
    public required decimal? ShareP90 { get; init; }
}
