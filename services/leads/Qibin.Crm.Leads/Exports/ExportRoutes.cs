using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Investors;
using Qibin.Crm.Leads.Register;
using Qibin.Crm.Sheets;
using Qibin.Crm.Web.Audit;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.OpenApi;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Leads.Exports;

/// <summary>Lists that can be exported: <c>GET /leads</c> and <c>GET /investors</c>.</summary>
public enum ExportedList { Leads, Investors }

/// <summary>What amounts of an export are counted in: yuan 元, 10,000 yuan 万元, 100 million yuan 亿元, or the same of another
/// currency.</summary>
public enum AmountUnit { Yuan, Wan, Yi }

/// <summary>A list to be exported.</summary>
public sealed record ExportRequest
{
    [Needed]
    public ExportedList? List { get; init; }

    [Needed]
    public SheetFormat? Format { get; init; }

    /// <summary>
    /// Filters and sort as in the query of the list itself, such as <c>stage=new,assessing&amp;sort=-createdAt</c>; all rows when left
    /// out.
    /// </summary>
    [TextLength(2000)]
    public string? Query { get; init; }

    /// <summary>What amounts are counted in; <c>yuan</c> when left out. The heading says it.</summary>
    public AmountUnit? Unit { get; init; }
}

/// <summary>An export and how far it is.</summary>
public sealed record ExportAnswer
{
    public required JobAnswer Job { get; init; }

    /// <summary>Where the table is fetched; null while it is not whole, and after its time.</summary>
    public string? File { get; init; }

    /// <summary>Until when it can be fetched: 24 hours.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>The export that was asked for.</summary>
public sealed record ExportReceipt : IReceipt
{
    public required Guid Id { get; init; }
}

/// <summary>Exports of lists. Whoever asked for one sees it, and nobody else.</summary>
internal static class ExportRoutes
{
    public static void MapExports(this RouteGroupBuilder api)
    {
        api.MapPost("/exports", Create).AllowTheTrade(Scopes.LeadsRead)
            .WithName("createExport").WithSummary("导出列表 · Export a list as xlsx or csv");
        api.MapGet("/exports/{exportId:guid}", Read).AllowTheTrade(Scopes.LeadsRead)
            .WithName("readExport").WithSummary("导出进度 · An export and its progress");
        api.MapPost("/exports/{exportId:guid}/cancellation", Cancel).AllowTheTrade(Scopes.LeadsRead)
            .WithName("cancelExport").WithSummary("中止导出 · Stop an export");
        api.MapGet("/exports/{exportId:guid}/file", Fetch).AllowTheTrade(Scopes.LeadsRead)
            .WithMetadata(new GivesFile(SheetReader.Xlsx, "text/csv")).AuditEachRead()
            .WithName("readExportFile").WithSummary("下载导出文件（24 小时内）· Fetch the table, within 24 hours");
    }

    /// <summary>
    /// The caller's exports, as long as it sees what it saw: whoever has moved to another unit does not take along what the old one saw.
    /// </summary>
    private static async Task<Job?> FindAsync(IQueryable<Job> jobs, Guid id, Caller caller, CancellationToken ct)
    {
        var me = caller.Id;
        var job = await jobs.Where(j => j.Id == id && j.OwnerId == me && j.Kind == ExportJob.Kind).SingleOrDefaultAsync(ct);
        return job?.Caller().Claims.SeesAs(caller.Claims) == true ? job : null;
    }

    private static async Task<Accepted<ExportReceipt>> Create(
        ExportRequest request, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        // What the list would refuse is refused now.
        if (request.List == ExportedList.Leads)
        {
            ReadLeads.Filter(db.Leads, QueryText.Read<LeadQuery>(request.Query, out var sort), db, clock.Today(), SearchBeside.None);
            ReadLeads.Listing.CheckSort(sort);
        }
        else
        {
            ReadInvestors.Filter(db.Investors, QueryText.Read<InvestorQuery>(request.Query, out var sort), db, SearchBeside.None);
            ReadInvestors.Listing.CheckSort(sort);
        }

        var job = Job.Of(ExportJob.Kind, new ExportRun
        {
            List = request.List!.Value,
            Format = request.Format!.Value,
            Query = request.Query,
            Unit = request.Unit ?? AmountUnit.Yuan,
        }, caller, clock);
        db.Add(job);
        await db.SaveChangesAsync(ct);
        return TypedResults.Accepted($"/api/v1/exports/{job.Id}", new ExportReceipt { Id = job.Id });
    }

    private static async Task<Results<Ok<ExportAnswer>, NotFound>> Read(
        Guid exportId, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var job = await FindAsync(db.Jobs.AsNoTracking(), exportId, caller, ct);
        if (job is null)
        {
            return TypedResults.NotFound();
        }

        var whole = job.State == JobState.Succeeded && job.ResultUntil > clock.GetUtcNow();
        return TypedResults.Ok(new ExportAnswer
        {
            Job = JobAnswer.From(job),
            File = whole ? $"/api/v1/exports/{exportId}/file" : null,
            Until = job.ResultUntil,
        });
    }

    private static async Task<Results<Accepted<ExportReceipt>, NotFound>> Cancel(
        Guid exportId, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var job = await FindAsync(db.Jobs.FromSql($"select * from jobs.job where id = {exportId} for update"), exportId, caller, ct);
        if (job is null)
        {
            return TypedResults.NotFound();
        }

        if (job.IsEnded)
        {
            throw new RuleViolation("export.notRunning");
        }

        job.Cancel(clock.GetUtcNow());
        await db.SaveChangesAsync(ct);
        return TypedResults.Accepted($"/api/v1/exports/{exportId}", new ExportReceipt { Id = job.Id });
    }

    /// <summary>The table without the rows that the caller may no longer see.</summary>
    private static async Task<Results<PushStreamHttpResult, NotFound>> Fetch(
        Guid exportId, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var job = await FindAsync(db.Jobs.AsNoTracking(), exportId, caller, ct);
        if (job is not { State: JobState.Succeeded } || job.ResultUntil <= clock.GetUtcNow())
        {
            return TypedResults.NotFound();
        }

        var run = job.Read<ExportRun>();
        var name = (run.List == ExportedList.Leads ? "线索" : "客商") + (run.Format == SheetFormat.Xlsx ? ".xlsx" : ".csv");
        return TypedResults.Stream(
            output => SheetWriter.WriteAsync(
                output, run.Format, ExportJob.Layout(job, run), ExportJob.PiecesAsync(db, exportId, run.List, caller, ct), ct),
            SheetWriter.TypeOf(run.Format), name);
    }
}
