using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Messaging.Parked;

/// <summary>Puts messages aside, each in a transaction of its own.</summary>
internal sealed class Parking(NpgsqlDataSource database, TimeProvider clock)
{
    private const int LongestException = 8000;

    private const string Insert =
        """
        insert into messaging.parked_message (id, version, queue, consumer, message_id, type, body, headers, exception, attempts, state)
        values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, 0) on conflict do nothing
        """;

    public async Task ParkAsync(Arrival arrival, string? consumer, Exception cause, int attempts)
    {
        var exception = cause.ToString();
        await using var insert = database.CreateCommand(Insert);
        insert.Parameters.Add(new NpgsqlParameter { Value = Guid.CreateVersion7(clock.GetUtcNow()) });
        insert.Parameters.Add(new NpgsqlParameter { Value = arrival.Queue });
        insert.Parameters.Add(new NpgsqlParameter { Value = (object?)consumer ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        insert.Parameters.Add(new NpgsqlParameter
        {
            Value = Guid.TryParse(arrival.MessageId, out var id) ? id : DBNull.Value,
            NpgsqlDbType = NpgsqlDbType.Uuid,
        });
        insert.Parameters.Add(new NpgsqlParameter
        {
            Value = (object?)Cut(arrival.Type, 200) ?? DBNull.Value,
            NpgsqlDbType = NpgsqlDbType.Text,
        });
        insert.Parameters.Add(new NpgsqlParameter { Value = arrival.Body });
        insert.Parameters.Add(new NpgsqlParameter
        {
            Value = Clean(JsonSerializer.Serialize(arrival.Headers))!,
            NpgsqlDbType = NpgsqlDbType.Jsonb,
        });
        insert.Parameters.Add(new NpgsqlParameter { Value = Cut(exception, LongestException)! });
        insert.Parameters.Add(new NpgsqlParameter { Value = attempts });
        await insert.ExecuteNonQueryAsync();
    }

    private static string? Cut(string? text, int longest) => Clean(text is null || text.Length <= longest ? text : text[..longest]);

    /// <summary>PostgreSQL keeps no NUL in text, and jsonb none in a string.</summary>
    private static string? Clean(string? text) =>
        text?.Replace("\0", "", StringComparison.Ordinal).Replace("\\u0000", "", StringComparison.Ordinal);
}
