using Qibin.Crm.Pipeline.Totals;
using Qibin.Crm.Sheets;

namespace Qibin.Crm.Pipeline.Reports;

/// <summary>How a report comes about: first what it is made from is noted, then it is made from that, once or again.</summary>
internal static class ReportMaking
{
    /// <summary>Notes the journeys within the caller's scope, as it is now.</summary>
    public static async Task<ReportMaterialRow> GatherAsync(PipelineDb db, ReportRow report, Caller caller, CancellationToken ct)
    {
        var stood = db.IntervalsOn(Moment(report));
        var visible = db.AllJourneys.ReadableBy(caller);
        var names = await db.Units.AsNoTracking().ToDictionaryAsync(u => u.UnitId, u => u.Name, ct);
        return new ReportMaterialRow
        {
            ReportId = report.Id,
            Leads = await stood.Within(visible.Where(h => !h.Confidential)).Select(s => s.LeadId).OrderBy(id => id).ToArrayAsync(ct),
            Confidential = await stood.Within(visible.Where(h => h.Confidential)).CountAsync(ct)
                + await stood.Within(db.AllJourneys.HiddenFrom(caller)).CountAsync(ct),
            Names = Json(new(ReportScope.Text(caller, names), names, new Dictionary<Guid, ReportedProject>())),
        };
    }

    /// <summary>Makes the report from what was noted. The names of what is listed are noted the first time.</summary>
    public static async Task<TableReport> MakeAsync(PipelineDb db, ReportRow report, ReportMaterialRow material, CancellationToken ct)
    {
        var (leads, known, day, kinds) = (material.Leads, report.KnownAt, report.AsOf, MonthlyReport.Milestones);
        var begin = MonthlyReport.FirstOfQuarter(report.Month);
        var stood = db.IntervalsOn(Moment(report)).Where(s => leads.Contains(s.LeadId));
        var cells = await stood.Counted([Dimension.Stage, Dimension.Chain, Dimension.Unit], [JourneyStatus.Active]).ToListAsync(ct);

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

        return MonthlyReport.Of(report, material, names, cells, reached);
    }

    private static JourneyFilter Moment(ReportRow report) => new() { AsOf = report.AsOf, KnownAt = report.KnownAt };

    private static string Json(ReportNames names) => JsonSerializer.Serialize(names, StrictJson.Options);
}
