using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Sheets;
using Qibin.Crm.Web.Audit;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.OpenApi;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Exports;

/// <summary>Exports of lists. Whoever asked for one sees it, and nobody else.</summary>
public static class ExportRoutes
{
    private const string Exports = "/exports";

    /// <summary>Maps the exports of a service's lists.</summary>
    /// <param name="api">The service's operations.</param>
    /// <param name="under">Address below which they are, such as <c>/projects</c>.</param>
    /// <param name="of">What the operations' names say of it, such as <c>Project</c>.</param>
    /// <param name="scope">The scope by which integrations read the lists.</param>
    public static void MapExports(this RouteGroupBuilder api, string under, string of, string scope)
    {
        ArgumentNullException.ThrowIfNull(api);
        var exports = api.MapGroup(under + Exports);
        exports.MapPost("", Create).AllowTheTrade(scope)
            .WithName($"create{of}Export").WithSummary("导出列表 · Export a list as xlsx or csv");
        exports.MapGet("/{exportId:guid}", Read).AllowTheTrade(scope)
            .WithName($"read{of}Export").WithSummary("导出进度 · An export and its progress");
        exports.MapPost("/{exportId:guid}/cancellation", Cancel).AllowTheTrade(scope)
            .WithName($"cancel{of}Export").WithSummary("中止导出 · Stop an export");
        exports.MapGet("/{exportId:guid}/file", Fetch).AllowTheTrade(scope)
            .WithMetadata(new GivesFile(SheetReader.Xlsx, "text/csv")).AuditEachRead()
            .WithName($"read{of}ExportFile").WithSummary("下载导出文件（24 小时内）· Fetch the table, within 24 hours");
    }

    /// <summary>
    /// The caller's exports, as long as it sees what it saw: whoever has moved to another unit does not take along what the old one saw.
    /// </summary>
    private static async Task<Job?> FindAsync(IQueryable<Job> jobs, Guid id, Caller caller, CancellationToken ct)
    {
        var me = caller.Id;
        var job = await jobs.Where(j => j.Id == id && j.OwnerId == me && j.Kind == ExportsHost.Kind).SingleOrDefaultAsync(ct);
        return job?.Caller().Claims.SeesAs(caller.Claims) == true ? job : null;
    }

    /// <summary>The address of an export, from that of a request about exports.</summary>
    private static string Address(HttpRequest http, Guid exportId)
    {
        var path = http.Path.Value!;
        return $"{path[..(path.IndexOf(Exports, StringComparison.Ordinal) + Exports.Length)]}/{exportId}";
    }

    /// <summary>Begins an export of a list, with the list's own filters and order. What the list would refuse is refused at once.</summary>
    private static async Task<Accepted<ExportReceipt>> Create(
        ExportRequest request, IEnumerable<ExportedList> lists, ScopedDb scoped, Caller caller, TimeProvider clock, HttpRequest http,
        CancellationToken ct)
    {
        var list = lists.SingleOrDefault(l => l.Word == request.List)
            ?? throw Refusal.Invalid("/list", "word.unknown", string.Join(", ", lists.Select(l => l.Word)));
        await list.CheckAsync(scoped.Context, caller, request.Query, ct);
        var job = Job.Of(ExportsHost.Kind, new ExportRun
        {
            List = list.Word,
            Format = request.Format!.Value,
            Query = request.Query,
            Unit = request.Unit ?? AmountUnit.Yuan,
        }, caller, clock);
        scoped.Context.Add(job);
        await scoped.Context.SaveChangesAsync(ct);
        return TypedResults.Accepted(Address(http, job.Id), new ExportReceipt { Id = job.Id });
    }

    /// <summary>One of the caller's exports: how far it is, and where its table is once it is whole.</summary>
    private static async Task<Results<Ok<ExportAnswer>, NotFound>> Read(
        Guid exportId, ScopedDb scoped, Caller caller, TimeProvider clock, HttpRequest http, CancellationToken ct)
    {
        var job = await FindAsync(scoped.Context.Set<Job>().AsNoTracking(), exportId, caller, ct);
        if (job is null)
        {
            return TypedResults.NotFound();
        }

        var whole = job.State == JobState.Succeeded && job.ResultUntil > clock.GetUtcNow();
        return TypedResults.Ok(new ExportAnswer
        {
            Job = JobAnswer.From(job),
            File = whole ? Address(http, exportId) + "/file" : null,
            Until = job.ResultUntil,
        });
    }

    /// <summary>Stops an export that has not ended; no table is left of it.</summary>
    private static async Task<Results<Accepted<ExportReceipt>, NotFound>> Cancel(
        Guid exportId, ScopedDb scoped, Caller caller, TimeProvider clock, HttpRequest http, CancellationToken ct)
    {
        var job = await FindAsync(
            scoped.Context.Set<Job>().FromSql($"select * from jobs.job where id = {exportId} for update"), exportId, caller, ct);
        if (job is null)
        {
            return TypedResults.NotFound();
        }

        if (job.IsEnded)
        {
            throw new RuleViolation("export.notRunning");
        }

        job.Cancel(clock.GetUtcNow());
        await scoped.Context.SaveChangesAsync(ct);
        return TypedResults.Accepted(Address(http, exportId), new ExportReceipt { Id = job.Id });
    }

    /// <summary>The table without the rows that the caller may no longer see.</summary>
    private static async Task<Results<PushStreamHttpResult, NotFound>> Fetch(
        Guid exportId, IEnumerable<ExportedList> lists, ScopedDb scoped, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var job = await FindAsync(scoped.Context.Set<Job>().AsNoTracking(), exportId, caller, ct);
        if (job is not { State: JobState.Succeeded } || job.ResultUntil <= clock.GetUtcNow())
        {
            return TypedResults.NotFound();
        }

        var run = job.Read<ExportRun>();
        var list = lists.Single(l => l.Word == run.List);
        var layout = new SheetLayout(list.Title, [.. list.Headings(run.Unit).Select(c => c.Width)], job.Done);
        return TypedResults.Stream(
            output => SheetWriter.WriteAsync(
                output, run.Format, layout, ExportPieces.ReadAsync(scoped.Context, exportId, list, caller, ct), ct),
            SheetWriter.TypeOf(run.Format), list.Title + (run.Format == SheetFormat.Xlsx ? ".xlsx" : ".csv"));
    }
}
