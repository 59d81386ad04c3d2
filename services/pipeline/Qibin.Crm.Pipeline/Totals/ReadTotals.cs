namespace Qibin.Crm.Pipeline.Totals;

/// <summary>How many journeys and how much, by one or two dimensions; per currency, never over currencies.</summary>
internal static class ReadTotals
{
    internal static async Task<Ok<Totals>> Handle(
        [AsParameters] TotalsQuery query, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var by = query.GroupBy?.Values ?? [Dimension.Stage];
        if (by.Length > 2)
        {
            throw Refusal.Invalid("groupBy", "groupBy.count");
        }

        Conversion.Check(query.ConvertTo);
        var (asked, putBack) = await db.AskedAsync(query, by.Contains(Dimension.Band), clock, ct);
        var known = asked.KnownAt;
        await using var snapshot = await db.SnapshotAsync(ct);
        var cells = await db.TotalCells(asked, by, caller).ToListAsync(ct);
        var units = by.Contains(Dimension.Unit) ? await db.Units.AsNoTracking().NamesAsync(ct) : [];
        var conversion = await db.ConversionAsync(query.ConvertTo, asked, cells.Select(c => c.Currency), clock, ct);
        var statuses = query.Statuses();
        var kept = JourneyLinks.To(asked, by);
        var counted = cells.ToLookup(c => statuses.Contains(c.Key.Status));
        var groups = counted[true].GroupBy(c => c.Key with { Status = default }).Where(g => g.Sum(c => c.Count) > 0);
        return TypedResults.Ok(new Totals
        {
            AsOf = await db.Received.Where(e => known == null || e.RecordedAt <= known).MaxAsync(e => (DateTimeOffset?)e.RecordedAt, ct),
            Day = query.AsOf,
            KnownAt = known,
            PutBack = putBack,
            Conversion = conversion,
            GroupBy = by,
            Status = statuses,
            Groups = groups.OrderBy(g => g.Key.Place(by[0], units), StringComparer.Ordinal)
                .ThenBy(g => g.Key.Place(by[^1], units), StringComparer.Ordinal)
                .Select(g => new TotalsGroup(g.Key, units, g, JourneyLinks.To(kept, by, g.Key), conversion)).ToList(),
            Total = new Figures(counted[true], JourneyLinks.To(asked), conversion),
            Apart = counted[false].GroupBy(c => c.Key.Status).OrderBy(same => same.Key).Select(same => new StatusFigures(
                same.Key, same, JourneyLinks.To(asked with { Status = Words<JourneyStatus>.Of([same.Key]) }), conversion))
                .Where(figures => figures.Count > 0).ToList(),
            Hidden = (int)cells.Sum(c => c.Hidden),
        });
    }
}
