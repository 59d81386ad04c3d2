using System.Text.Json;
using Npgsql;
using Qibin.Crm.Contracts;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Messaging.EventLog;
using Qibin.Crm.Web.Hosting;

namespace Qibin.Crm.Messaging.Queries;

/// <summary>
/// Gives this service's audit entries to the chain, in the order of their transactions and with no gap, as the change feed does. The head
/// of the chain that comes with the question is kept, one an hour.
/// </summary>
public sealed class AuditAnswer(NpgsqlDataSource database, ServiceDescription service)
    : IAnswer<AuditQuery, AuditReply>, IAnswer<AuditHeadsQuery, AuditHeadsReply>
{
    private const int MostEntries = 500;

    /// <summary>Characters of one answer: the broker takes larger messages, but keeps them in memory.</summary>
    private const int MostText = 2_000_000;

    private static readonly string Read = LogOrder.Select(
        "e.id, e.at, e.actor_id, e.client_id, e.operation, e.refused, e.reason, e.address, e.trace_id, e.confidential, e.subjects::text, "
            + "e.changes::text",
        "api.audit_entry");

    private const string KeepHead =
        """
        insert into api.audit_head (number, hash)
        select $1, $2 where not exists (select from api.audit_head where kept_at > now() - interval '1 hour')
        on conflict do nothing
        """;

    public async Task<AuditReply> AnswerAsync(AuditQuery question, CancellationToken ct)
    {
        if (question.Head is { } head)
        {
            await using var keep = database.CreateCommand(KeepHead);
            keep.Parameters.Add(new NpgsqlParameter { Value = head.Number });
            keep.Parameters.Add(new NpgsqlParameter { Value = head.Hash });
            await keep.ExecuteNonQueryAsync(ct);
        }

        await using var read = database.CreateCommand(Read);
        var (rows, more) = await read.ReadLogAsync(
            new LogPlace(question.AfterXid, question.AfterSeq),
            MostEntries,
            row => JsonSerializer.Serialize(ContentOf(row), StrictJson.Options),
            ct);
        var (lines, text) = (new List<AuditLine>(), 0);
        foreach (var (place, content) in rows.TakeWhile(_ => text <= MostText))
        {
            text += content.Length;
            lines.Add(new AuditLine { Xid = place.Xid, Seq = place.Seq, Content = content });
        }

        return new AuditReply { Entries = [.. lines], More = more || lines.Count < rows.Count };
    }

    public async Task<AuditHeadsReply> AnswerAsync(AuditHeadsQuery question, CancellationToken ct)
    {
        await using var read = database.CreateCommand("select number, hash from api.audit_head order by number desc limit 1000");
        await using var reader = await read.ExecuteReaderAsync(ct);
        var heads = new List<AuditHead>();
        while (await reader.ReadAsync(ct))
        {
            heads.Add(new AuditHead { Number = reader.GetInt64(0), Hash = reader.GetString(1) });
        }

        return new AuditHeadsReply { Heads = [.. heads] };
    }

    private AuditContent ContentOf(NpgsqlDataReader row) => new()
    {
        Service = service.Name,
        Id = row.GetGuid(2),
        At = row.GetFieldValue<DateTimeOffset>(3),
        ActorId = row.GetGuid(4),
        ClientId = Text(row, 5),
        Operation = row.GetString(6),
        Refused = row.GetBoolean(7),
        Reason = Text(row, 8),
        Address = Text(row, 9),
        TraceId = Text(row, 10),
        Confidential = row.GetBoolean(11),
        Subjects = JsonSerializer.Deserialize<AuditSubject[]>(row.GetString(12), StrictJson.Options)!,
        Changes = JsonSerializer.Deserialize<AuditChange[]>(row.GetString(13), StrictJson.Options)!,
    };

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
