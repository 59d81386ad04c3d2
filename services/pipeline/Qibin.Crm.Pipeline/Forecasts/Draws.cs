namespace Qibin.Crm.Pipeline.Forecasts;

/// <summary>
/// The spread of a sum of chances. Each draw decides for each journey by itself whether the outcome comes, and with one of the
/// ratios that history has. The generator begins with the same number each time and works on whole numbers, so the same chances give
/// the same answer on any machine.
/// </summary>
internal static class Draws
{
    private const ulong Seed = 0x5149_4249_4E;

    /// <returns>What half of the draws reached, and what nine in ten reached.</returns>
    public static (decimal P50, decimal P90) Quantiles(IEnumerable<(decimal Amount, Odds Odds)> parts, int draws)
    {
        var stages = parts.Where(p => p.Odds.Came > 0).GroupBy(p => p.Odds)
            .Select(g => (
                Odds: g.Key,
                Ratios: g.Key.Ratios.Select(r => (double)r).ToArray(),
                Amounts: g.Select(p => (double)p.Amount).ToArray()))
            .ToList();
        var sums = new double[draws];
        var state = Seed;
        for (var draw = 0; draw < draws; draw++)
        {
            foreach (var (odds, ratios, amounts) in stages)
            {
                var (came, of) = ((uint)odds.Came, (uint)odds.Observations);
                foreach (var amount in amounts)
                {
                    if (Below(of, ref state) < came)
                    {
                        sums[draw] += amount * ratios[Below((uint)ratios.Length, ref state)];
                    }
                }
            }
        }

        Array.Sort(sums);
        return (Reached(sums, 50), Reached(sums, 90));
    }

    /// <summary>The largest sum that so many per cent of the draws reached or exceeded, to the fen.</summary>
    private static decimal Reached(double[] ascending, int percent) =>
        Math.Round((decimal)ascending[ascending.Length * (100 - percent) / 100], 2, MidpointRounding.AwayFromZero);

    /// <summary>SplitMix64, scaled down to a number below the limit.</summary>
    private static uint Below(uint limit, ref ulong state)
    {
        var z = state += 0x9E37_79B9_7F4A_7C15;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return (uint)((ulong)(uint)((z ^ (z >> 31)) >> 32) * limit >> 32);
    }
}
