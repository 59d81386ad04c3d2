using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Sheets;
using Qibin.Crm.Web.Names;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Exports;

/// <summary>What an export was asked for.</summary>
internal sealed record ExportRun
{
    public required string List { get; init; }
    public required SheetFormat Format { get; init; }

    /// <summary>The list's own query: filters and sort.</summary>
    public string? Query { get; init; }

    public AmountUnit Unit { get; init; }
}

/// <summary>
/// Writes the next rows of a list at each step, as a piece of the table that is put together when it is fetched: a walk by key like
/// that of the list itself, with the same rows for the same caller, in bounded memory.
/// </summary>
internal sealed class ExportJob<TDb>(IEnumerable<ExportedList> lists, DirectoryNames names, TimeProvider clock) : IJobKind<TDb>
    where TDb : DbContext, IServiceDb
{
    /// <summary>How long the table can be fetched.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    private const int BatchSize = 2000;
    private const long Most = 1_000_000;

    public async Task<bool> StepAsync(TDb db, Job job, Caller caller, CancellationToken ct)
    {
        var run = job.Read<ExportRun>();
        var list = lists.Single(l => l.Word == run.List);
        if (job.Position is null)
        {
            await CheckAgainAsync(db, caller, ct);
            job.Total = await list.CountAsync(db, caller, run.Query, ct);
            if (job.Total > Most)
            {
                throw new RuleViolation("export.tooLarge");
            }

            db.Add(new JobPart
            {
                JobId = job.Id,
                Number = 0,
                Content = SheetWriter.Rows(run.Format, [[.. list.Headings(run.Unit).Select(c => c.Heading)]], SheetStyle.Heading),
            });
            job.Position = JsonSerializer.Serialize(new Place(1, null));
            return true;
        }

        await names.ReadAgainAsync(ct);
        var place = JsonSerializer.Deserialize<Place>(job.Position)!;
        var (rows, after) = await list.ReadAsync(db, caller, run, place.After, BatchSize, ct);
        db.Add(Piece(job, run, place.Part, rows, [.. list.Headings(run.Unit).Select(c => c.Width)]));
        job.Done += rows.Count;
        job.Position = JsonSerializer.Serialize(new Place(place.Part + 1, after));
        if (after is not null)
        {
            return true;
        }

        job.Total = job.Done;
        job.ResultUntil = clock.GetUtcNow() + Kept;
        return false;
    }

    private static JobPart Piece(Job job, ExportRun run, int number, IReadOnlyList<ExportedRow> rows, double[] widths)
    {
        using var content = new MemoryStream();
        var ends = new List<int>(rows.Count);
        foreach (var row in rows)
        {
            content.Write(SheetWriter.Rows(run.Format, [row.Cells], widths: widths));
            ends.Add((int)content.Length);
        }

        return new JobPart
        {
            JobId = job.Id,
            Number = number,
            Content = content.ToArray(),
            RowIds = [.. rows.Select(r => r.Id)],
            RowEnds = [.. ends],
            UnmaskedIds = [.. rows.Where(r => r.Unmasked).Select(r => r.Id)],
        };
    }

    /// <exception cref="RuleViolation"><c>export.ownerInactive</c>: the directory says that this person is not active any more.</exception>
    private static async Task CheckAgainAsync(TDb db, Caller caller, CancellationToken ct)
    {
        if (!caller.IsIntegration && await db.Set<OfficerRow>().AsNoTracking().AnyAsync(o => o.OfficerId == caller.Id && !o.Active, ct))
        {
            throw new RuleViolation("export.ownerInactive");
        }
    }

    private sealed record Place(int Part, string? After);
}

/// <summary>The pieces of an ended export.</summary>
internal static class ExportPieces
{
    /// <summary>
    /// The pieces for their owner as of now: without the rows that have since become confidential or have been given to somebody else, and
    /// without those that show in full what is masked for the owner by now.
    /// </summary>
    public static async IAsyncEnumerable<byte[]> ReadAsync(
        DbContext db, Guid exportId, ExportedList list, Caller caller, [EnumeratorCancellation] CancellationToken ct)
    {
        for (var number = 0; await db.Set<JobPart>().AsNoTracking()
            .SingleOrDefaultAsync(p => p.JobId == exportId && p.Number == number, ct) is { } part; number++)
        {
            yield return part.RowIds is [] ? part.Content : Rows(part, await list.VisibleAsync(db, caller, part, ct));
        }
    }

    private static byte[] Rows(JobPart part, HashSet<Guid> visible)
    {
        if (part.RowIds.All(visible.Contains))
        {
            return part.Content;
        }

        using var left = new MemoryStream(part.Content.Length);
        for (var i = 0; i < part.RowIds.Length; i++)
        {
            if (visible.Contains(part.RowIds[i]))
            {
                left.Write(part.Content.AsSpan()[(i == 0 ? 0 : part.RowEnds[i - 1])..part.RowEnds[i]]);
            }
        }

        return left.ToArray();
    }
}
