using Qibin.Crm.Sheets;
using Qibin.Crm.Web.OpenApi;

namespace Qibin.Crm.Pipeline.Reports;

/// <summary>A monthly report of all journeys that the caller sees, confidential ones aside.</summary>
public sealed record ReportRequest
{
    /// <summary>
    /// As <c>YYYY-MM</c>, not after the present month. It is as of the month's last day, or of today while the month lasts.
    /// </summary>
    [Needed, Line(7, 7)]
    public string Month { get; init; } = "";

    /// <summary>A past instant: what was recorded later does not count. When absent, the last one up to which all has arrived.</summary>
    public DateTimeOffset? KnownAt { get; init; }
}

/// <summary>The report that was asked for.</summary>
public sealed record ReportReceipt : IReceipt
{
    public required Guid Id { get; init; }

    /// <summary>What was recorded later is not in it: the instant asked for, or the last one up to which all has arrived.</summary>
    public required DateTimeOffset KnownAt { get; init; }
}

/// <summary>A monthly report.</summary>
public sealed record ReportAnswer
{
    public required Guid Id { get; init; }

    /// <summary>As <c>YYYY-MM</c>.</summary>
    public required string Month { get; init; }

    /// <summary>The business day as of which everything in it is.</summary>
    public required DateOnly AsOf { get; init; }

    /// <summary>What was recorded later is not in it.</summary>
    public required DateTimeOffset KnownAt { get; init; }

    [Named]
    public required Guid RequesterId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The job that makes it; null 30 days after it has ended.</summary>
    public required JobAnswer? Job { get; init; }

    /// <summary>The workbook and the document; none while they are being made.</summary>
    public required IReadOnlyList<ReportFile> Files { get; init; }

    internal static ReportAnswer Of(ReportRow row, Job? job) => new()
    {
        Id = row.Id,
        Month = Months.Text(row.Month.MonthNumber()),
        AsOf = row.AsOf,
        KnownAt = row.KnownAt,
        RequesterId = row.RequesterId,
        CreatedAt = row.CreatedAt,
        Job = job is null ? null : JobAnswer.From(job),
        Files = row.Files,
    };
}

/// <summary>A report that was made again from what is stored with it, beside the one that is kept.</summary>
public sealed record ReportComparison
{
    /// <summary>Whether both files are the same to the octet.</summary>
    public required bool Same { get; init; }

    public required IReadOnlyList<FileComparison> Files { get; init; }
}

/// <summary>A file that was made again.</summary>
public sealed record FileComparison
{
    public required ReportFormat Format { get; init; }
    public required bool Same { get; init; }

    /// <summary>SHA-256 of the file that is kept.</summary>
    public required string Kept { get; init; }

    /// <summary>SHA-256 of the file that was made now.</summary>
    public required string Made { get; init; }
}

/// <summary>Which file.</summary>
public sealed record ReportFileQuery
{
    /// <summary><c>xlsx</c> when absent.</summary>
    public Words<ReportFormat>? Format { get; init; }
}

/// <summary>A report with its job, as long as that is kept.</summary>
internal sealed class ReportEntry
{
    public required ReportRow Report { get; init; }
    public required Job? Job { get; init; }
}

/// <summary>Monthly reports. Whoever sees the rows that one was made from reads it, and whoever sees all.</summary>
internal static class ReportRoutes
{
    private static readonly Listing<ReportEntry> Listing = new Listing<ReportEntry>(e => e.Report.Id, "-createdAt")
        .Sort("createdAt", e => e.Report.CreatedAt)
        .Sort("month", e => e.Report.Month);

    public static void MapReports(this RouteGroupBuilder api)
    {
        api.MapPost("/pipeline/reports", Create).AllowEverybody(Scopes.PipelineRead)
            .WithName("createReport").WithSummary("生成月度报告 · Make a monthly report as xlsx and docx");
        api.MapGet("/pipeline/reports", List).AllowEverybody(Scopes.PipelineRead).WithMetadata(Listing)
            .WithName("listReports").WithSummary("月度报告列表 · Monthly reports");
        api.MapGet("/pipeline/reports/{reportId:guid}", Read).AllowEverybody(Scopes.PipelineRead)
            .WithName("readReport").WithSummary("月度报告 · A monthly report and how far it is");
        api.MapGet("/pipeline/reports/{reportId:guid}/file", Fetch).AllowEverybody(Scopes.PipelineRead)
            .WithMetadata(new GivesFile(SheetReader.Xlsx, Document.Type)).AuditEachRead()
            .WithName("readReportFile").WithSummary("下载月度报告 · Fetch a report's file");
        api.MapGet("/pipeline/reports/{reportId:guid}/comparison", Compare).AllowEverybody(Scopes.PipelineRead)
            .WithName("compareReport").WithSummary("重新生成并逐字节比对 · Make a report again and compare it to the octet");
    }

    private static async Task<Accepted<ReportReceipt>> Create(
        ReportRequest request, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var month = Months.Read("/month", request.Month);
        clock.NotAfterToday(month, "/month");
        var now = clock.GetUtcNow();
        var known = (await db.SettledAsync(request.KnownAt ?? now, "/knownAt", clock, ct)).KnownAt!.Value;
        var job = Job.Of(ReportJob.Kind, new { }, caller, clock);
        db.Add(job);
        db.Add(new ReportRow
        {
            Id = job.Id,
            Month = month,
            AsOf = month.End(clock.Today()),
            KnownAt = known,
            Scope = ReportScope.Of(caller),
            RequesterId = caller.Id,
            CreatedAt = now,
        });
        await db.SaveChangesAsync(ct);
        return TypedResults.Accepted($"/api/v1/pipeline/reports/{job.Id}", new ReportReceipt { Id = job.Id, KnownAt = known });
    }

    private static async Task<Ok<Page<ReportAnswer>>> List(
        [AsParameters] PageQuery page, HttpRequest request, PipelineDb db, Caller caller, CancellationToken ct) =>
        TypedResults.Ok(await Listing.PageAsync(Entries(db, caller), page, request, e => ReportAnswer.Of(e.Report, e.Job), ct));

    private static async Task<Results<Ok<ReportAnswer>, NotFound>> Read(
        Guid reportId, PipelineDb db, Caller caller, CancellationToken ct) =>
        await Entries(db, caller).SingleOrDefaultAsync(e => e.Report.Id == reportId, ct) is { } entry
            ? TypedResults.Ok(ReportAnswer.Of(entry.Report, entry.Job)) : TypedResults.NotFound();

    private static IQueryable<ReportEntry> Entries(PipelineDb db, Caller caller) => db.Reports.AsNoTracking().ReadableBy(caller)
        .Select(r => new ReportEntry { Report = r, Job = db.Jobs.SingleOrDefault(j => j.Id == r.Id) });

    private static async Task<Results<FileContentHttpResult, NotFound>> Fetch(
        Guid reportId, [AsParameters] ReportFileQuery query, PipelineDb db, Caller caller, CancellationToken ct)
    {
        var format = query.Format.One(ReportFormat.Xlsx, "format");
        return await FindAsync(db, reportId, caller, ct) is not var (report, material) ? TypedResults.NotFound()
            : format == ReportFormat.Docx ? TypedResults.File(material.Document!, Document.Type, Name(report, "docx"))
            : TypedResults.File(material.Workbook!, SheetReader.Xlsx, Name(report, "xlsx"));

        static string Name(ReportRow report, string extension) => $"月度报告-{Months.Text(report.Month.MonthNumber())}.{extension}";
    }

    private static async Task<Results<Ok<ReportComparison>, NotFound>> Compare(
        Guid reportId, PipelineDb db, Caller caller, CancellationToken ct)
    {
        await using var snapshot = await db.SnapshotAsync(ct);
        if (await FindAsync(db, reportId, caller, ct) is not var (report, material))
        {
            return TypedResults.NotFound();
        }

        var made = await ReportJob.MakeAsync(db, report, material, ct);
        FileComparison[] files =
        [
            Of(ReportFormat.Xlsx, material.Workbook!, Workbook.Of(made)),
            Of(ReportFormat.Docx, material.Document!, Document.Of(made)),
        ];
        return TypedResults.Ok(new ReportComparison { Same = files.All(f => f.Same), Files = files });

        static FileComparison Of(ReportFormat format, byte[] kept, byte[] made) =>
            new() { Format = format, Same = kept.AsSpan().SequenceEqual(made), Kept = ReportFile.Hash(kept), Made = ReportFile.Hash(made) };
    }

    /// <summary>A report that has been made.</summary>
    /// <exception cref="RuleViolation">409 <c>report.confidential</c>: it names a project that has since become confidential to the
    /// caller.</exception>
    private static async Task<(ReportRow Report, ReportMaterialRow Material)?> FindAsync(
        PipelineDb db, Guid id, Caller caller, CancellationToken ct)
    {
        if (await db.Reports.AsNoTracking().ReadableBy(caller).SingleOrDefaultAsync(r => r.Id == id, ct) is not { Files.Count: > 0 } report)
        {
            return null;
        }

        var material = await db.ReportMaterials.AsNoTracking().SingleAsync(m => m.ReportId == id, ct);
        var listed = material.Listed;
        var named = db.AllJourneys.Where(h => listed.Contains(h.LeadId));
        return await named.CountAsync(ct) == await named.DisclosedTo(caller).CountAsync(ct) ? (report, material)
            : throw new RuleViolation("report.confidential");
    }
}
