namespace Qibin.Crm.Pipeline.Forecasts;

/// <summary>What is forecast: contracts newly signed, or funds newly paid in.</summary>
internal enum Outcome { Signed, PaidIn }

/// <summary>How often an outcome came, and how much of the journey's amount it then was.</summary>
internal sealed class Chance
{
    /// <summary>An amount of this many times what was expected, or its withdrawal as a whole, is taken for an entry gone wrong.</summary>
    private const decimal MostRatio = 10, LeastRatio = -1;

    private decimal _sum;

    /// <summary>Observations of which the outcome came.</summary>
    public int Came { get; private set; }

    /// <summary>Outcome over amount, of those that came and have both in one currency.</summary>
    public List<decimal> Ratios { get; } = [];

    public decimal? MeanRatio => Ratios.Count == 0 ? null : _sum / Ratios.Count;

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

/// <summary>What became of the journeys that stood at one stage, over as many days as are forecast.</summary>
internal sealed class Odds
{
    /// <summary>Of fewer journeys nothing is said.</summary>
    public const int LeastJourneys = 10;

    private readonly Chance _signed = new(), _paidIn = new();
    private Guid _last;

    /// <summary>Journeys seen at least once.</summary>
    public int Journeys { get; private set; }

    /// <summary>A journey that stood there at several month steps was seen as often.</summary>
    public int Observations { get; private set; }

    public Chance Of(Outcome outcome) => outcome == Outcome.Signed ? _signed : _paidIn;

    /// <summary>Notes an observation; those of one journey come one after the other.</summary>
    public void Saw(Guid journey)
    {
        Observations++;
        Journeys += journey == _last ? 0 : 1;
        _last = journey;
    }

    /// <summary>Whether history says anything of the outcome: enough journeys, and an amount where it came at all.</summary>
    public bool Tells(Outcome outcome) => Journeys >= LeastJourneys && (Of(outcome).Came == 0 || Of(outcome).Ratios.Count > 0);

    /// <summary>Share of the observations of which the outcome came; only where history <see cref="Tells"/>.</summary>
    public decimal Probability(Outcome outcome) => (decimal)Of(outcome).Came / Observations;

    /// <summary>What is expected of an amount; only where history <see cref="Tells"/>.</summary>
    public decimal Expected(Outcome outcome, decimal amount) => amount * Probability(outcome) * (Of(outcome).MeanRatio ?? 0);
}
