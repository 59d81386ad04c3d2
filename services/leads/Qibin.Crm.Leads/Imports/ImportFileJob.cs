using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Sheets;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Leads.Imports;

/// <summary>Where the rows of an uploaded file are.</summary>
internal sealed record ImportedSheet
{
    public required Guid ImportId { get; init; }

    /// <summary>Place among the visible sheets, from 0.</summary>
    public required int Sheet { get; init; }

    /// <summary>Row of the headings.</summary>
    public required int Row { get; init; }
}

/// <summary>What the rows of a file are found to hold.</summary>
internal sealed record ImportedFile
{
    /// <summary>Columns that have a value in a row, from 0.</summary>
    public IReadOnlyList<int> Filled { get; init; } = [];

    public static ImportedFile Of(string? result) =>
        result is null ? new() : JsonSerializer.Deserialize<ImportedFile>(result, StrictJson.Options)!;
}

/// <summary>
/// Reads the rows of an uploaded file, some thousand at each step. The file is kept with the job until its last row has been read; a
/// killed run reads on where the last step ended.
/// </summary>
internal sealed class ImportFileJob : IJobKind<LeadsDb>
{
    public const string Kind = "leads.importFile";

    private const int BatchSize = 10_000;
    private const int PartSize = 1 << 20;

    /// <summary>The file in pieces, in their order.</summary>
    public static IEnumerable<JobPart> Parts(Guid jobId, MemoryStream file) => file.GetBuffer().Take((int)file.Length).Chunk(PartSize)
        .Select((content, number) => new JobPart { JobId = jobId, Number = number, Content = content });

    public async Task<bool> StepAsync(LeadsDb db, Job job, Caller caller, CancellationToken ct)
    {
        var run = job.Read<ImportedSheet>();
        var from = job.Position is null ? run.Row : int.Parse(job.Position, CultureInfo.InvariantCulture);
        if (job.Position is null)
        {
            await db.Database.ExecuteSqlAsync($"delete from import_row where import_id = {run.ImportId}", ct);
        }

        using var file = await FileAsync(db, job.Id, ct);
        using var reader = SheetReader.Open(file, ImportRoutes.Limits);
        reader.GoTo(run.Sheet, from);
        var filled = ImportedFile.Of(job.Result).Filled.ToHashSet();
        var (rows, cells) = (new List<ImportRow>(), default(string?[]));
        while (rows.Count < BatchSize && (cells = reader.Read()) is not null)
        {
            if (ImportFields.IsClosing(cells))
            {
                continue;
            }

            rows.Add(new ImportRow
            {
                ImportId = run.ImportId,
                Number = reader.Row,
                Cells = [.. cells.Select(cell => cell?.Replace("\0", "\uFFFD", StringComparison.Ordinal))],
            });
            filled.UnionWith(Enumerable.Range(0, cells.Length).Where(i => !string.IsNullOrWhiteSpace(cells[i])));
            if (job.Done + rows.Count > ImportRoutes.LargestRows)
            {
                throw Refusal.BadRequest("sheet.tooManyRows", ImportRoutes.LargestRows);
            }
        }

        await db.CopyAsync(rows, ct);
        (job.Done, job.Position) = (job.Done + rows.Count, reader.Row.ToString(CultureInfo.InvariantCulture));
        job.Result = JsonSerializer.Serialize(new ImportedFile { Filled = [.. filled.Order()] }, StrictJson.Options);
        if (cells is not null)
        {
            return true;
        }

        job.Total = job.Done;
        (await db.Imports.Locked(run.ImportId).SingleAsync(ct)).Fill((int)job.Done);
        await db.JobParts.Where(p => p.JobId == job.Id).ExecuteDeleteAsync(ct);
        return false;
    }

    private static async Task<MemoryStream> FileAsync(LeadsDb db, Guid jobId, CancellationToken ct)
    {
        var file = new MemoryStream();
        await foreach (var part in db.JobParts.AsNoTracking().Where(p => p.JobId == jobId).OrderBy(p => p.Number)
            .Select(p => p.Content).AsAsyncEnumerable().WithCancellation(ct))
        {
            file.Write(part);
        }

        return file;
    }
}
