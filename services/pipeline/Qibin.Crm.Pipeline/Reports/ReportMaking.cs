using Qibin.Crm.Pipeline.Targets;
using Qibin.Crm.Pipeline.Totals;
using Qibin.Crm.Sheets;

namespace Qibin.Crm.Pipeline.Reports;

/// <summary>How a report comes about: first what it is made from is noted, then it is made from that, once or again.</summary>
internal static class ReportMaking
{
    /// <summary>Notes the journeys within the caller's scope, as it is now.</summary>
    public static async Task<ReportMaterialRow> GatherAsync(
        PipelineDb db, ReportRow report, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var stood = db.IntervalsOn(Moment(report));
        var visible = db.AllJourneys.ReadableBy(caller);
        var names = Names(await db.Units.AsNoTracking().ToDictionaryAsync(u => u.UnitId, ct));
        var leads = await stood.Within(visible.Where(h => !h.Confidential)).Select(s => s.LeadId).OrderBy(id => id).ToArrayAsync(ct);
        return new ReportMaterialRow
        {
            ReportId = report.Id,
            Leads = leads,
            Confidential = await stood.Within(visible.Where(h => h.Confidential)).CountAsync(ct)
                + await db.HiddenAsync(Moment(report), caller, ct),
            Names = Json(new(ReportScope.Text(caller, names), names, new Dictionary<Guid, ReportedProject>(),
                await TargetsAsync(db, new Period(report.AsOf, report.KnownAt), [.. leads], caller, clock, ct))),
        };
    }

    /// <summary>What units are called; those with one name are told apart by the unit above them.</summary>
    private static Dictionary<Guid, string> Names(Dictionary<Guid, UnitRow> units)
    {
        var names = units.Values.ToLookup(u => u.Name, StringComparer.Ordinal);
        return units.ToDictionary(u => u.Key, u => names[u.Value.Name].Count() == 1 ? u.Value.Name
            : u.Value.ParentId is { } parent && units.TryGetValue(parent, out var above) ? $"{above.Name}·{u.Value.Name}"
            : $"{u.Value.Name}（{u.Value.Code}）");
    }

    /// <summary>What the caller's units, or the caller, have achieved of the year's targets, confidential projects apart.</summary>
    private static async Task<List<ReportedTarget>> TargetsAsync(
        PipelineDb db, Period period, HashSet<Guid> leads, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var indicators = Enum.GetValues<Indicator>();
        var (credits, _) = await db.CreditsAsync(period, indicators, caller, clock, ct);
        var (targets, penalties) = await ReadAssessment.EnteredAsync(db, period, caller.Reach != Reach.Own, caller, ct);
        return
        [
            .. from indicator in indicators
               let score = credits.Where(c => c.Indicator == indicator && leads.Contains(c.Journey.LeadId)).Sum(c => c.Value)
                   - penalties.Where(p => p.Indicator == indicator).Sum(p => p.Value)
               let target = targets.Where(t => t.Indicator == indicator).Sum(t => t.Value)
               select new ReportedTarget(
                   indicator, target, score, Schedule.Completion(score, target), Schedule.Through(period.Day).IsKept(score, target)),
        ];
    }

    /// <summary>Makes the report from what was noted. The names of what is listed are noted the first time.</summary>
    public static async Task<TableReport> MakeAsync(PipelineDb db, ReportRow report, ReportMaterialRow material, CancellationToken ct)
    {
        var (leads, known, day, kinds) = (material.Leads, report.KnownAt, report.AsOf, MonthlyReport.Milestones);
        var begin = MonthlyReport.FirstOfQuarter(report.Month);
        var stood = db.IntervalsOn(Moment(report)).Where(s => leads.Contains(s.LeadId));
        var cells = await CellsAsync(stood);
        var before = await CellsAsync(
            db.IntervalsOn(Moment(report) with { AsOf = report.Month.AddDays(-1) }).Where(s => leads.Contains(s.LeadId)));

        // A milestone that was taken back counts for as long as that was not known.
        var firsts = db.Milestones.AsNoTracking()
            .Where(m => kinds.Contains(m.Kind) && m.OccurredOn <= day && m.RecordedAt <= known)
            .Where(m => m.TakenBackVersion == null || m.TakenBackAt > known)
            .GroupBy(m => new { m.LeadId, m.Kind })
            .Select(g => new { g.Key.LeadId, g.Key.Kind, On = g.Min(m => m.OccurredOn) })
            .Where(m => m.On >= begin);
        var reached = await stood.Join(firsts, s => s.LeadId, m => m.LeadId, (s, m) => new Reached(m.Kind, m.On, s)).ToListAsync(ct);

        var names = JsonSerializer.Deserialize<ReportNames>(material.Names, StrictJson.Options)!;
        if (material.Workbook is null)
        {
            material.Listed = [.. reached.Select(r => r.Journey.LeadId).Distinct().Order()];
            var projects = await db.Journeys.AsNoTracking().Where(j => material.Listed.Contains(j.LeadId)).ToDictionaryAsync(
                j => j.LeadId, j => new ReportedProject(j.ProjectCode ?? j.Code, j.ProjectName ?? j.InvestorName), ct);
            names = names with { Projects = projects };
            material.Names = Json(names);
        }

        return MonthlyReport.Of(report, material, names, cells, before, reached);

        Task<List<Cell>> CellsAsync(IQueryable<Interval> intervals) =>
            intervals.Counted([Dimension.Stage, Dimension.Chain, Dimension.Unit], [JourneyStatus.Active]).ToListAsync(ct);
    }

    private static JourneyFilter Moment(ReportRow report) => new() { AsOf = report.AsOf, KnownAt = report.KnownAt };

    private static string Json(ReportNames names) => JsonSerializer.Serialize(names, StrictJson.Options);
}
