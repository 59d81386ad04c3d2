namespace Qibin.Crm.Pipeline.Forecasts;

/// <summary>What is forecast: contracts newly signed, or funds newly paid in.</summary>
internal enum Outcome { Signed, PaidIn }

/// <summary>
/// How often an outcome came of the journeys that stood at one stage, over as many days as are forecast, and how much of the journey's
/// amount it then was.
/// </summary>
internal sealed class Odds
{
    /// <summary>Of fewer journeys nothing is said.</summary>
    public const int LeastJourneys = 10;

    /// <summary>An amount of this many times what was expected, or its withdrawal as a whole, is taken for an entry gone wrong.</summary>
    private const decimal MostRatio = 10, LeastRatio = -1;

    private decimal _sum;
    private Guid _last;

    /// <summary>Journeys seen at least once.</summary>
    public int Journeys { get; private set; }

    /// <summary>A journey that stood there at several month steps was seen as often.</summary>
    public int Observations { get; private set; }

    /// <summary>Observations of which the outcome came.</summary>
    public int Came { get; private set; }

    /// <summary>Outcome over amount, of those that came and have both in one currency.</summary>
    public List<decimal> Ratios { get; } = [];

    public decimal? MeanRatio => Ratios.Count == 0 ? null : _sum / Ratios.Count;

    /// <summary>Whether history says anything of the outcome: enough journeys, and an amount where it came at all.</summary>
    public bool Tells => Journeys >= LeastJourneys && (Came == 0 || Ratios.Count > 0);

    /// <summary>Share of the observations of which the outcome came; only where history <see cref="Tells"/>.</summary>
    public decimal Probability => (decimal)Came / Observations;

    /// <summary>What is expected of an amount; only where history <see cref="Tells"/>.</summary>
    public decimal Expected(decimal amount) => amount * Probability * (MeanRatio ?? 0);

    /// <summary>Notes an observation; those of one journey come one after the other.</summary>
    public void Saw(Guid journey)
    {
        Observations++;
        Journeys += journey == _last ? 0 : 1;
        _last = journey;
    }

    /// <summary>Notes that the outcome came of it.</summary>
    public void Take(decimal? ratio)
    {
        Came++;
        if (ratio is { } r)
        {
            Ratios.Add(Math.Clamp(r, LeastRatio, MostRatio));
            _sum += Ratios[^1];
        }
    }
}
