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

        query.CheckPast(clock);
        Conversion.Check(query.ConvertTo);
        var cells = await db.TotalCells(query, by, caller).ToListAsync(ct);
        var units = by.Contains(Dimension.Unit) ? await db.Units.AsNoTracking().NamesAsync(ct) : [];
        var conversion = await db.ConversionAsync(query.ConvertTo, query, cells.Select(c => c.Currency), clock, ct);
        var statuses = query.Statuses();
        var kept = JourneyLinks.To(query, by);
        var counted = cells.Where(c => c.Kind == CellKind.Figure).ToLookup(c => statuses.Contains(c.Status!.Value));
        var groups =
            from cell in counted[true]
            group cell by (cell.Stage, cell.Chain, cell.Unit, cell.Owner, cell.Node, cell.SourceRegion, cell.Band, cell.Month) into same
            where same.Sum(c => c.Count) > 0
            select (Key: same.First(), Cells: same);
        return TypedResults.Ok(new Totals
        {
            AsOf = cells.Max(c => c.AsOf),
            Day = query.AsOf,
            KnownAt = query.KnownAt,
            Conversion = conversion,
            GroupBy = by,
            Status = statuses,
            Groups =
            [
                .. groups.OrderBy(g => g.Key.Place(by[0], units), StringComparer.Ordinal)
                    .ThenBy(g => g.Key.Place(by[^1], units), StringComparer.Ordinal)
                    .Select(g => new TotalsGroup(g.Key, units, JourneyLinks.To(kept, by, g.Key), Figures.Of(g.Cells, conversion))),
            ],
            Total = Figures.Of(counted[true], conversion),
            Apart = [.. counted[false].GroupBy(c => c.Status!.Value).OrderBy(g => g.Key)
                .Select(g => new StatusFigures(g.Key, Figures.Of(g, conversion))).Where(f => f.Count > 0)],
            Hidden = (int)cells.Where(c => c.Kind == CellKind.Hidden).Sum(c => c.Count),
        });
    }
}
