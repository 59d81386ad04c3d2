using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Leads.Assignments;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.Investors;
using Qibin.Crm.Sheets;
using Qibin.Crm.Web.Audit;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Idempotency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.OpenApi;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Leads.Imports;

/// <summary>A table to be imported; its file comes next.</summary>
public sealed record ImportRequest
{
    /// <summary>Name of the file, for the list of imports.</summary>
    [Needed, Line(200)]
    public string? FileName { get; init; }
}

/// <summary>How an import is to be run.</summary>
public sealed record ImportExecutionRequest
{
    /// <summary>
    /// Dry run: each row is checked against the present data, and nothing is written. A lead that an earlier row of the same file
    /// would open is not there for a later one. Default false.
    /// </summary>
    public bool? DryRun { get; init; }

    /// <summary>
    /// By what a row finds the lead that it changes; default <c>externalKey</c> when a column holds it, otherwise <c>none</c>.
    /// </summary>
    public ImportKey? Key { get; init; }

    /// <summary>
    /// Field of each column in the order of the file, empty for a column that is not read. When left out: as guessed from the headings,
    /// or as in the execution before. It must be given in the first execution when a column that has values is not read.
    /// </summary>
    [Items(1, ImportRoutes.LargestColumns)]
    public IReadOnlyList<string>? Fields { get; init; }

    /// <summary>Who follows the leads that are opened, as for a first contact.</summary>
    public Guid? OwnerId { get; init; }

    /// <summary>
    /// Enters investors although some of the same name exist, each audited with this reason; without it these rows are linked to those.
    /// </summary>
    public DuplicateOverride? DuplicateOverride { get; init; }
}

/// <summary>The job that does it.</summary>
public sealed record ImportReceipt : Receipt
{
    public required Guid JobId { get; init; }
}

/// <summary>A column of the file.</summary>
public sealed record ImportColumn
{
    public required string Heading { get; init; }

    /// <summary>The field that it is read into; null when it is not read.</summary>
    public string? Field { get; init; }

    /// <summary>
    /// It has values and is not read, and nobody has said so yet: an execution without <c>fields</c> answers 409
    /// <c>import.columnsUnread</c>.
    /// </summary>
    public required bool Unread { get; init; }
}

/// <summary>An import and how far it is.</summary>
public sealed record ImportAnswer : IVersioned
{
    public required Guid Id { get; init; }
    public required string FileName { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The columns; empty until the file is uploaded.</summary>
    public required IReadOnlyList<ImportColumn> Columns { get; init; }

    /// <summary>Rows below the headings.</summary>
    public required int Rows { get; init; }

    /// <summary>When its rows began to be imported; null before, dry runs aside.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When its reversal began.</summary>
    public DateTimeOffset? RevertedAt { get; init; }

    /// <summary>Until when its rows are kept and it can be reverted.</summary>
    public required DateTimeOffset KeptUntil { get; init; }

    /// <summary>The newest job: the reading of the file, a dry run, the import or its reversal.</summary>
    public JobAnswer? Job { get; init; }

    /// <summary>What became of the rows in that job so far; null while the file is read.</summary>
    public ImportTally? Tally { get; init; }

    /// <summary>Where the refused rows are fetched, with their reasons; null when there are none.</summary>
    public string? Errors { get; init; }

    public required long Version { get; init; }

    /// <summary>The run goes on without a new version of the import.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string? Variant => Job is null ? null : $"{Job.State}-{Job.Done}{(Job.Cancelling ? "-c" : "")}";

    internal static ImportAnswer From(Import import, Job? job)
    {
        var file = job?.Kind == ImportFileJob.Kind ? ImportedFile.Of(job.Result) : null;
        var tally = job is null || file is not null ? null : ImportTally.Of(job.Result);
        return new()
        {
            Id = import.Id,
            FileName = import.FileName,
            CreatedAt = import.CreatedAt,
            Columns = [.. import.Headings.Zip(import.Fields, (heading, field) => (heading, field)).Select((column, i) => new ImportColumn
            {
                Heading = column.heading,
                Field = column.field.Length > 0 ? column.field : null,
                Unread = column.field.Length == 0 && file?.Filled.Contains(i) == true,
            })],
            Rows = import.Rows,
            StartedAt = import.StartedAt,
            RevertedAt = import.RevertedAt,
            KeptUntil = import.CreatedAt + Import.Kept,
            Job = job is null ? null : JobAnswer.From(job),
            Tally = tally,
            Errors = tally is { Failed: > 0 } or { Left: > 0 } ? $"/api/v1/imports/{import.Id}/errors" : null,
            Version = import.Version,
        };
    }
}

/// <summary>Imports of leads: upload, dry run, run, revert. Only its creator sees an import.</summary>
internal static class ImportRoutes
{
    public const int LargestColumns = 100;
    public const int LargestRows = 50_000;
    public static readonly SheetLimits Limits = new(LargestRows, LargestColumns);

    private static readonly Listing<Import> Listing = new Listing<Import>(i => i.Id, "-createdAt").Sort("createdAt", i => i.CreatedAt);

    public static void MapImports(this RouteGroupBuilder api)
    {
        api.MapGet("/imports/template", Template).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithMetadata(new GivesFile(SheetReader.Xlsx, "text/csv")).AuditEachRead()
            .WithName("readImportTemplate").WithSummary("下载导入模板 · Template of an import");
        api.MapPost("/imports", Create).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("createImport").WithSummary("新建导入 · Begin an import");
        api.MapGet("/imports", List).Allow(Scopes.LeadsWrite, LeadsService.Writers).WithMetadata(Listing)
            .WithName("listImports").WithSummary("我的导入 · The caller's imports");
        api.MapGet("/imports/{importId:guid}", Read).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("readImport").WithSummary("导入进度与结果 · An import, its progress and result");
        api.MapPut("/imports/{importId:guid}/file", Upload).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithMetadata(new TakesFile(RequestBody.LargestFile))
            .WithName("uploadImportFile").WithSummary("上传导入文件（xlsx、csv，最多 50,000 行）· Upload the file, xlsx or csv, at most 50,000 rows");
        api.MapPost("/imports/{importId:guid}/execution", Execute).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("executeImport").WithSummary("试导入或正式导入 · Run an import, dry or in earnest");
        api.MapPost("/imports/{importId:guid}/cancellation", Cancel).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("cancelImport").WithSummary("中止导入（已导入的行保留）· Stop the run; rows already in stay");
        api.MapPost("/imports/{importId:guid}/reversal", Revert).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("revertImport").WithSummary("撤销导入，恢复导入前的数据 · Revert an import");
        api.MapGet("/imports/{importId:guid}/errors", Errors).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithMetadata(new GivesFile(SheetReader.Xlsx)).AuditEachRead()
            .WithName("readImportErrors").WithSummary("下载未导入的行及原因 · The refused rows with their reasons, as xlsx");
    }

    private static IQueryable<Import> Of(this IQueryable<Import> imports, Caller caller)
    {
        var me = caller.Id;
        return imports.Where(i => i.CreatedBy == me);
    }

    private static async Task<FileContentHttpResult> Template([AsParameters] TemplateQuery query, CancellationToken ct)
    {
        var format = query.Format.One(SheetFormat.Xlsx, "format");
        var headings = ImportFields.Template.Select(field => (object?)(field.Needed ? field.Chinese + "*" : field.Chinese)).ToList();
        return TypedResults.File(
            await SheetWriter.TableAsync(format, [headings], ct), SheetWriter.TypeOf(format),
            $"线索导入模板.{(format == SheetFormat.Xlsx ? "xlsx" : "csv")}");
    }

    /// <summary>Which template.</summary>
    internal sealed record TemplateQuery
    {
        /// <summary><c>xlsx</c> (default) or <c>csv</c>.</summary>
        public Words<SheetFormat>? Format { get; init; }
    }

    private static async Task<Created<Receipt>> Create(
        ImportRequest request, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var import = Import.Of(clock.NewId(), request.FileName!, caller.Actor(clock));
        db.Add(import);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v1/imports/{import.Id}", new Receipt { Id = import.Id, Version = import.Version });
    }

    private static async Task<Ok<Page<ImportAnswer>>> List(
        [AsParameters] PageQuery page, LeadsDb db, Caller caller, HttpRequest request, CancellationToken ct)
    {
        var found = await Listing.PageAsync(db.Imports.AsNoTracking().Of(caller), page, request, import => import, ct);
        Guid[] ids = [.. found.Items.Select(i => i.JobId).OfType<Guid>()];
        var jobs = await db.Jobs.AsNoTracking().Where(j => ids.Contains(j.Id)).ToDictionaryAsync(j => j.Id, ct);
        return TypedResults.Ok(new Page<ImportAnswer>
        {
            Items = [.. found.Items.Select(i => ImportAnswer.From(i, i.JobId is { } id ? jobs.GetValueOrDefault(id) : null))],
            Next = found.Next,
            Total = found.Total,
        });
    }

    private static async Task<Results<Ok<ImportAnswer>, NotFound>> Read(Guid importId, LeadsDb db, Caller caller, CancellationToken ct)
    {
        // One statement: the run that has ended and the version that it left are of one moment.
        var found = await db.Imports.AsNoTracking().Of(caller).Where(i => i.Id == importId)
            .LeftJoin(db.Jobs, i => i.JobId, j => (Guid?)j.Id, (i, j) => new { Import = i, Job = j }).SingleOrDefaultAsync(ct);
        return found is null ? TypedResults.NotFound() : TypedResults.Ok(ImportAnswer.From(found.Import, found.Job));
    }

    /// <summary>Which sheet of a workbook.</summary>
    internal sealed record UploadQuery
    {
        /// <summary>
        /// Name of the sheet. When left out: the only visible one whose headings are known; several answer 400 <c>sheet.several</c>.
        /// </summary>
        [Line(200)]
        public string? Sheet { get; init; }
    }

    /// <summary>Keeps the file and looks for its headings; a job reads its rows.</summary>
    private static async Task<Results<Accepted<ImportReceipt>, NotFound>> Upload(
        Guid importId, [AsParameters] UploadQuery query, HttpRequest request, IfMatch ifMatch, LeadsDb db, Caller caller,
        TimeProvider clock, CancellationToken ct)
    {
        var import = await db.Imports.Locked(importId).Of(caller).SingleOrDefaultAsync(ct);
        if (import is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(import);
        await RefuseRunningAsync(db, import, ct);
        var file = request.Body as MemoryStream ?? new MemoryStream();
        using var reader = SheetReader.Open(file, Limits);
        var headings = reader.FindHeadings(ImportFields.Known, query.Sheet);
        if (headings.OtherSheets.Count > 1)
        {
            throw Refusal.BadRequest("sheet.several", string.Join('、', headings.OtherSheets));
        }

        var job = Job.Of(
            ImportFileJob.Kind, new ImportedSheet { ImportId = importId, Sheet = headings.Sheet, Row = headings.Row }, caller, clock);
        import.Load(job.Id, [.. headings.Cells.Select(h => Text.Clean(h?.Trim() ?? "") ?? "?")],
            ImportFields.Guess(headings.Cells, headings.Above));
        db.Add(job);
        db.AddRange(ImportFileJob.Parts(job.Id, file));
        await db.SaveChangesAsync(ct);
        return TypedResults.Accepted(
            $"/api/v1/imports/{importId}", new ImportReceipt { Id = import.Id, Version = import.Version, JobId = job.Id });
    }

    private static async Task<Results<Accepted<ImportReceipt>, NotFound>> Execute(
        Guid importId, ImportExecutionRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var import = await db.Imports.Locked(importId).Of(caller).SingleOrDefaultAsync(ct);
        if (import is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(import);
        await RefuseRunningAsync(db, import, ct);
        string[] fields = [.. request.Fields ?? import.Fields];
        RefuseFields(fields, import.Headings.Length);
        var key = request.Key ?? (fields.Contains("externalKey") ? ImportKey.ExternalKey : ImportKey.None);
        if (key != ImportKey.None && !fields.Contains(NameOf(key)))
        {
            throw Refusal.Invalid("/key", "import.keyColumn");
        }

        var earlier = import.JobId is { } before ? await db.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.Id == before, ct) : null;
        if (request.Fields is null)
        {
            RefuseUnread(import, earlier);
        }

        var owner = await Owners.ForNewLeadAsync(db, caller, request.OwnerId, ct);
        var job = Job.Of(ImportJob.Kind, new ImportRun
        {
            ImportId = importId,
            DryRun = request.DryRun == true,
            Key = key,
            OwnerId = owner.Id,
            UnitId = owner.UnitId,
            Fields = fields,
            DuplicateReason = request.DuplicateOverride?.Reason,
        }, caller, clock);
        import.Execute(
            job.Id, fields, request.DryRun == true, finished: earlier?.State == JobState.Succeeded, clock.GetUtcNow());
        db.Add(job);
        await db.SaveChangesAsync(ct);
        return TypedResults.Accepted(
            $"/api/v1/imports/{importId}", new ImportReceipt { Id = importId, Version = import.Version, JobId = job.Id });
    }

    private static async Task<Results<Accepted<ImportReceipt>, NotFound>> Cancel(
        Guid importId, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var import = await db.Imports.AsNoTracking().Of(caller).SingleOrDefaultAsync(i => i.Id == importId, ct);
        if (import?.JobId is not { } jobId
            || await db.Jobs.FromSql($"select * from jobs.job where id = {jobId} for update").SingleOrDefaultAsync(ct) is not { } job)
        {
            return import is null ? TypedResults.NotFound() : throw new RuleViolation("import.notRunning");
        }

        if (job.IsEnded)
        {
            throw new RuleViolation("import.notRunning");
        }

        job.Cancel(clock.GetUtcNow());
        await db.SaveChangesAsync(ct);
        return TypedResults.Accepted(
            $"/api/v1/imports/{importId}", new ImportReceipt { Id = importId, Version = import.Version, JobId = job.Id });
    }

    private static async Task<Results<Accepted<ImportReceipt>, NotFound>> Revert(
        Guid importId, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var import = await db.Imports.Locked(importId).Of(caller).SingleOrDefaultAsync(ct);
        if (import is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(import);
        await RefuseRunningAsync(db, import, ct);
        var job = Job.Of(RevertJob.Kind, new ImportReversal { ImportId = importId }, caller, clock);
        import.Revert(job.Id, clock.GetUtcNow());
        db.Add(job);
        await db.SaveChangesAsync(ct);
        return TypedResults.Accepted(
            $"/api/v1/imports/{importId}", new ImportReceipt { Id = importId, Version = import.Version, JobId = job.Id });
    }

    private static async Task<Results<PushStreamHttpResult, NotFound>> Errors(
        Guid importId, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var import = await db.Imports.AsNoTracking().Of(caller).SingleOrDefaultAsync(i => i.Id == importId, ct);
        var refused = db.ImportRows.AsNoTracking()
            .Where(r => r.ImportId == importId && (r.Outcome == ImportOutcome.Failed || r.Outcome == ImportOutcome.Left));
        if (import is null || import.CreatedAt + Import.Kept < clock.GetUtcNow() || !await refused.AnyAsync(ct))
        {
            return TypedResults.NotFound();
        }

        var layout = new SheetLayout(
            "未导入的行", [.. import.Headings.Append("原文件行号").Select(SheetWriter.WidthOf), 60], await refused.LongCountAsync(ct));
        return TypedResults.Stream(
            output => SheetWriter.WriteAsync(
                output, SheetFormat.Xlsx, layout, PiecesAsync(import, refused, layout.Widths, ct), ct),
            SheetReader.Xlsx, "未导入的行.xlsx");
    }

    private static async IAsyncEnumerable<byte[]> PiecesAsync(
        Import import, IQueryable<ImportRow> refused, IReadOnlyList<double> widths,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        yield return SheetWriter.Rows(SheetFormat.Xlsx, [[.. import.Headings, "原文件行号", "失败原因"]], SheetStyle.Heading);
        for (var after = 0; ;)
        {
            var from = after;
            var rows = await refused.Where(r => r.Number > from).OrderBy(r => r.Number).Take(1000).ToListAsync(ct);
            if (rows.Count == 0)
            {
                yield break;
            }

            yield return SheetWriter.Rows(SheetFormat.Xlsx, rows.Select(r =>
                (IReadOnlyList<object?>)[.. Enumerable.Range(0, import.Headings.Length)
                    .Select(i => r.Cells.ElementAtOrDefault(i)), r.Number, r.Reason]), widths: widths);
            after = rows[^1].Number;
        }
    }

    private static async Task RefuseRunningAsync(LeadsDb db, Import import, CancellationToken ct)
    {
        if (import.JobId is { } id
            && await db.Jobs.AnyAsync(j => j.Id == id && (j.State == JobState.Queued || j.State == JobState.Running), ct))
        {
            throw new RuleViolation("import.running");
        }
    }

    /// <exception cref="RuleViolation"><c>import.columnsUnread</c>: what a column holds would be left out without anybody saying
    /// so.</exception>
    private static void RefuseUnread(Import import, Job? newest)
    {
        if (newest?.Kind != ImportFileJob.Kind)
        {
            return;
        }

        string[] unread =
        [
            .. ImportedFile.Of(newest.Result).Filled.Order().Where(i => import.Fields.ElementAtOrDefault(i) is null or "")
                .Select(i => import.Headings.ElementAtOrDefault(i) is { Length: > 0 } heading ? Text.OnOneLine(heading)
                    : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"（第 {i + 1} 列，无标题）")),
        ];
        if (unread.Length > 0)
        {
            throw new RuleViolation("import.columnsUnread", string.Join('、', unread));
        }
    }

    private static void RefuseFields(string[] fields, int columns)
    {
        if (fields.Length > columns)
        {
            throw Refusal.Invalid("/fields", "value.range", 1, columns);
        }

        for (var i = 0; i < fields.Length; i++)
        {
            if (fields[i].Length > 0 && !ImportFields.Exists(fields[i]))
            {
                throw Refusal.Invalid($"/fields/{i}", "word.unknown", string.Join(", ", ImportFields.All.Select(f => f.Name)));
            }

            if (fields[i].Length > 0 && Array.FindIndex(fields, f => ImportFields.Once(f) == ImportFields.Once(fields[i])) < i)
            {
                throw Refusal.Invalid($"/fields/{i}", "import.fieldTwice");
            }
        }
    }

    private static string NameOf(ImportKey key) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(key.ToString());
}
