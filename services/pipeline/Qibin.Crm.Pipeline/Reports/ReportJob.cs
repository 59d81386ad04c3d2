using System.Security.Cryptography;
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
            db.Add(await ReportMaking.GatherAsync(db, report, caller, clock, ct));
            job.Total = 2;
            (job.Done, job.Position) = (1, "gathered");
            return true;
        }

        var material = await db.ReportMaterials.SingleAsync(m => m.ReportId == report.Id, ct);
        var made = await ReportMaking.MakeAsync(db, report, material, ct);
        (material.Workbook, material.Document) = (Workbook.Of(made), Document.Of(made));
        (report.WorkbookHash, report.WorkbookLength) = (Hash(material.Workbook), material.Workbook.Length);
        (report.DocumentHash, report.DocumentLength) = (Hash(material.Document), material.Document.Length);
        job.Done = 2;
        return false;
    }

    public static string Hash(byte[] file) => Convert.ToHexStringLower(SHA256.HashData(file));
}
