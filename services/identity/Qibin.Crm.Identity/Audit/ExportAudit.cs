using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Kernel;
using Qibin.Crm.Sheets;

namespace Qibin.Crm.Identity.Audit;

/// <summary>Writes the entries of a period as csv, oldest first: what the list shows, with the hashes of the chain.</summary>
internal static class ExportAudit
{
    /// <summary>Days of one file.</summary>
    private const int MostDays = 366;

    private const int RowsOfAPiece = 500;

    private static readonly string[] Headings =
    [
        "序号 Number", "时间 At", "服务 Service", "操作 Operation", "结果 Outcome", "操作人 Actor", "操作人编号 Actor id", "客户端 Client",
        "地址 Address", "对象 Subjects", "变更 Changes", "理由 Reason", "追踪号 Trace", "校验值 Hash",
    ];

    public static PushStreamHttpResult Handle(
        [AsParameters] AuditQueryFilter query, IDbContextFactory<IdentityDb> databases, CancellationToken ct)
    {
        if (query is not { From: { } from, Until: { } until })
        {
            throw Refusal.Invalid(query.From is null ? "from" : "until", "value.required");
        }

        return until - from is { Ticks: > 0, TotalDays: <= MostDays }
            ? TypedResults.Stream(
                output => SheetWriter.WriteTextAsync(output, PiecesAsync(databases, query, ct), ct),
                SheetWriter.TypeOf(SheetFormat.Csv), "audit.csv")
            : throw Refusal.Invalid("until", "audit.period", MostDays);
    }

    private static async IAsyncEnumerable<byte[]> PiecesAsync(
        IDbContextFactory<IdentityDb> databases, AuditQueryFilter query, [EnumeratorCancellation] CancellationToken ct)
    {
        yield return SheetWriter.Rows(SheetFormat.Csv, [Headings]);
        var last = 0L;
        while (true)
        {
            await using var db = await databases.CreateDbContextAsync(ct);
            var records = await ReadAudit.Filtered(db, query).Where(r => r.Number > last).OrderBy(r => r.Number).Take(RowsOfAPiece)
                .ToListAsync(ct);
            if (records.Count == 0)
            {
                yield break;
            }

            last = records[^1].Number;
            yield return SheetWriter.Rows(SheetFormat.Csv, (await ReadAudit.AnswersAsync(db, records, ct)).Select(Row));
        }
    }

    private static IReadOnlyList<object?> Row(AuditAnswer entry) =>
    [
        entry.Number, entry.At, entry.Service, entry.Operation, entry.Refused ? "拒绝 refused" : "完成 done", entry.ActorName,
        entry.ActorId.ToString(), entry.ClientId, entry.Address,
        entry.Withheld ? "涉密 confidential" : string.Join("; ", entry.Subjects.Select(s => $"{s.Type} {s.Id}")),
        string.Join("; ", entry.Changes.SelectMany(c => c.Fields.Select(f => $"{c.Type}.{f.Name}: {Values(f)}"))),
        entry.Reason, entry.TraceId, entry.Hash,
    ];

    private static string Values(AuditedField field) => field.Withheld ? "***" : $"{field.Before ?? "–"} → {field.After ?? "–"}";
}
