using Qibin.Crm.Pipeline.Targets;
using Qibin.Crm.Pipeline.Totals;
using Qibin.Crm.Sheets;

namespace Qibin.Crm.Pipeline.Reports;

/// <summary>Makes a report in two steps: what it is made from, and its files.</summary>
internal sealed class ReportJob(TimeProvider clock) : IJobKind<PipelineDb>
{
    public const string Kind = "pipeline.report";

    public async Task<bool> StepAsync(PipelineDb db, Job job, Caller caller, CancellationToken ct)
    {
        var report = await db.Reports.SingleAsync(r => r.Id == job.Id, ct);
        if (job.Position is null)
        {
            db.Add(await GatherAsync(db, report, caller, clock, ct));
            job.Total = 2;
            (job.Done, job.Position) = (1, "gathered");
            return true;
        }

        var material = await db.ReportMaterials.SingleAsync(m => m.ReportId == report.Id, ct);
        var made = await MakeAsync(db, report, material, ct);
        (material.Workbook, material.Document) = (Workbook.Of(made), Document.Of(made));
        report.Files =
        [
            ReportFile.Of(report.Id, ReportFormat.Xlsx, material.Workbook), ReportFile.Of(report.Id, ReportFormat.Docx, material.Document),
        ];
        job.Done = 2;
        return false;
    }

    /// <summary>Notes the journeys within the caller's scope, as it is now.</summary>
    private static async Task<ReportMaterialRow> GatherAsync(
        PipelineDb db, ReportRow report, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var period = new JourneyFilter { AsOf = report.AsOf, KnownAt = report.KnownAt };
        var stood = db.IntervalsOn(period);
        var visible = db.AllJourneys.ReadableBy(caller);
        var names = Names(await db.Units.AsNoTracking().ToDictionaryAsync(u => u.UnitId, ct));
        var leads = await stood.Within(visible.Where(h => !h.Confidential)).Select(s => s.LeadId).OrderBy(id => id).ToArrayAsync(ct);
        return new ReportMaterialRow
        {
            ReportId = report.Id,
            Leads = leads,
            Confidential = await stood.Within(visible.Where(h => h.Confidential)).CountAsync(ct)
                + await db.HiddenAsync(period, caller, ct),
            Names = new(ReportScope.Text(caller, names), names, new Dictionary<Guid, ReportedProject>(),
                await TargetsAsync(db, period, [.. leads], caller, clock, ct)),
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
        PipelineDb db, JourneyFilter period, HashSet<Guid> leads, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var indicators = Enum.GetValues<Indicator>();
        var (credits, _) = await db.CreditsAsync(period, indicators, caller, clock, ct);
        var (targets, penalties) = await ReadAssessment.EnteredAsync(db, period, caller.Reach != Reach.Own, caller, ct);
        return indicators.Select(indicator => new ReportedTarget(
            indicator, targets.Where(t => t.Indicator == indicator).Sum(t => t.Value),
            credits.Where(c => c.Indicator == indicator && leads.Contains(c.Journey.LeadId)).Sum(c => c.Value)
                - penalties.Where(p => p.Indicator == indicator).Sum(p => p.Value))).ToList();
    }

    /// <summary>Makes the report from what was noted. The names of what is listed are noted the first time.</summary>
    public static async Task<TableReport> MakeAsync(PipelineDb db, ReportRow report, ReportMaterialRow material, CancellationToken ct)
    {
        var (leads, known, day, kinds) = (material.Leads, report.KnownAt, report.AsOf, MonthlyReport.Milestones);
        var begin = MonthlyReport.FirstOfQuarter(report.Month);
        var (cells, month, year) = (
            await CellsAsync(day), await CellsAsync(report.Month.AddDays(-1)), await CellsAsync(day.AddYears(-1)));

        // A milestone that was taken back counts for as long as that was not known.
        var firsts = db.Milestones.AsNoTracking()
            .Where(m => kinds.Contains(m.Kind) && m.OccurredOn <= day && m.RecordedAt <= known)
            .Where(m => m.TakenBackVersion == null || m.TakenBackAt > known)
            .GroupBy(m => new { m.LeadId, m.Kind })
            .Select(g => new { g.Key.LeadId, g.Key.Kind, On = g.Min(m => m.OccurredOn) })
            .Where(m => m.On >= begin);
        var reached = await StoodOn(day).Join(firsts, s => s.LeadId, m => m.LeadId, (s, m) => new Reached(m.Kind, m.On, s)).ToListAsync(ct);

        if (material.Workbook is null)
        {
            material.Listed = [.. reached.Select(r => r.Journey.LeadId).Distinct().Order()];
            var projects = await db.Journeys.AsNoTracking().Where(j => material.Listed.Contains(j.LeadId)).ToDictionaryAsync(
                j => j.LeadId, j => new ReportedProject(j.ProjectCode ?? j.Code, j.ProjectName ?? j.InvestorName), ct);
            material.Names = material.Names with { Projects = projects };
        }

        return MonthlyReport.Of(report, material, cells, month, year, reached);

        IQueryable<Interval> StoodOn(DateOnly on) =>
            db.IntervalsOn(new JourneyFilter { AsOf = on, KnownAt = known }).Where(s => leads.Contains(s.LeadId));

        Task<List<Cell>> CellsAsync(DateOnly on) =>
            StoodOn(on).Counted([Dimension.Stage, Dimension.Chain, Dimension.Unit], [JourneyStatus.Active]).ToListAsync(ct);
    }
}
