namespace Qibin.Crm.Pipeline.Journeys;

internal static class AskedFilters
{
    /// <summary>
    /// The filter with all that it means: the instant that is answered for, the units below the one that is named, and where bands are
    /// asked for the rates of the day.
    /// </summary>
    /// <returns>The filter, and why its instant is not the one asked for.</returns>
    public static async Task<(JourneyFilter Filter, PutBack? PutBack)> AskedAsync(
        this PipelineDb db, JourneyFilter asked, bool bands, TimeProvider clock, CancellationToken ct)
    {
        asked.CheckPast(clock);
        var (known, putBack) = await db.SettledAsync(asked.KnownAt, ct);
        var filter = asked with { KnownAt = known };
        return (filter with
        {
            Units = filter is { Unit: { } unit, SubUnits: true } ? await db.UnitsBelowAsync(unit, ct) : null,
            Rates = bands || filter.Band is not null ? DayRates.Of(await db.RatesAsync(filter.AsOf, known, clock, ct)) : null,
        }, putBack);
    }

    /// <summary>A unit and all below it.</summary>
    private static async Task<Guid[]> UnitsBelowAsync(this PipelineDb db, Guid unit, CancellationToken ct)
    {
        var below = (await db.Units.AsNoTracking().ToListAsync(ct)).ToLookup(u => u.ParentId, u => u.UnitId);
        List<Guid> units = [unit];
        for (var i = 0; i < units.Count; i++)
        {
            units.AddRange(below[units[i]].Except(units));
        }

        return [.. units];
    }
}
