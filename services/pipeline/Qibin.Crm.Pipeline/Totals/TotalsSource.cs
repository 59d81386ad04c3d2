using Microsoft.EntityFrameworkCore;
using Qibin.Crm.ServiceDefaults;

namespace Qibin.Crm.Pipeline;

/// <summary>
/// Where a total is counted from. Usually from the cells and the deltas not yet folded, to which come the few journeys that the
/// caller sees although they are confidential, or only because they are shared. An officer's own journeys, and more filters than
/// there are cells for, are counted from the journeys themselves. Either way it is one statement, so that counts, amounts, the
/// hidden ones and the instant are of one snapshot.
/// </summary>
internal static class TotalsSource
{
    public static IQueryable<Cell> TotalCells(this PipelineDb db, JourneyFilter filter, Dimension[] by, Caller caller)
    {
        var journeys = db.Journeys.AsNoTracking();
        var newest = db.Facts.Newest();
        if (SetFor(filter, by, caller) is not { } set)
        {
            var visible = journeys.VisibleTo(caller).Matching(filter);
            return visible.Counts(by).Concat(visible.Amounts(by)).Concat(journeys.HiddenFrom(caller).Select(_ => 1L).Hidden()).Concat(newest);
        }

        var cells = db.Cells.Where(c => c.Gen == db.Generations.Where(g => g.Live).Select(g => g.Id).FirstOrDefault() && c.Set == set);
        var deltas = db.Deltas.Where(d => d.Gen == db.Generations.Where(g => g.Live).Select(g => g.Id).FirstOrDefault());
        var me = caller.Id;
        // The predicate says who reads a confidential journey; to look for the reader first is what finds it by an index.
        var read = journeys.Where(j => j.Confidential && j.Readers.Contains(me)).VisibleTo(caller);
        var total = cells.VisibleTo(caller).Matching(filter).Figures(by)
            .Concat(deltas.VisibleTo(caller).Matching(filter).Figures(by))
            .Concat(read.Matching(filter).Counts(by))
            .Concat(read.Matching(filter).Amounts(by))
            .Concat(cells.HiddenFrom(caller).Select(c => c.Count).Hidden())
            .Concat(deltas.HiddenFrom(caller).Select(d => d.Count).Hidden())
            .Concat(read.Select(_ => -1L).Hidden())
            .Concat(newest);
        if (caller.Reach is Reach.Unit or Reach.Subtree)
        {
            var shared = journeys.OnlySharedWith(caller);
            var open = shared.Where(j => !j.Confidential).Matching(filter);
            total = total.Concat(open.Counts(by)).Concat(open.Amounts(by)).Concat(shared.Where(j => j.Confidential).Select(_ => 1L).Hidden());
        }

        return total;
    }

    /// <summary>The set of dimensions whose cells answer; null when the journeys themselves have to.</summary>
    private static int? SetFor(JourneyFilter filter, Dimension[] by, Caller caller) =>
        caller.Reach == Reach.Own || filter.Officer is not null ? null : Sets.With(Sets.Of(
        [
            .. by, .. filter.Dimensions(),
            .. caller.Reach switch
            {
                Reach.All => Array.Empty<Dimension>(),
                Reach.Chain => [Dimension.Chain],
                _ => [Dimension.Unit],
            },
        ]));
}
