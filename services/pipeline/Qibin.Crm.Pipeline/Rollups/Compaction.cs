using Npgsql;
using Qibin.Crm.Work.Resilience;
using Qibin.Crm.Work.Telemetry;

namespace Qibin.Crm.Pipeline.Rollups;

/// <summary>Merges the deltas that consumers append into the rollups: one compaction at a time, over all instances.</summary>
internal static class Compaction
{
    public static readonly string[] Columns = [.. Enum.GetNames<RollupColumn>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    /// <summary>All that the key of a sum is the hash of.</summary>
    public static readonly string[] Keys = ["set", "status", "confidential", .. Columns, "currency"];

    public static readonly string[] Measures = ["count", "estimated", "contract", "paid_in", "completed"];

    public static readonly string Names = string.Join(", ", Columns);
    private static readonly string Amounts = string.Join(", ", Measures);

    // By ctid: the planner takes a table that is emptied again and again for an empty one, and would join it with itself row by row.
    private static readonly string Merge =
        $"""
        with taken as (
            delete from delta where ctid = any (array(select ctid from delta order by id limit $1))
            returning status, confidential, {Names}, currency, {Amounts}),
        {Grouped(Measures, _ => "taken")},
        merged as (
            {InsertFrom("grouped")}
            order by set, unit_id, chain_code
            on conflict (key) do update set {string.Join(", ", Measures.Select(m => $"{m} = kept.{m} + excluded.{m}"))})
        select count(*) from taken
        """;

    /// <summary>
    /// It is nobody's request, and long: its sums lie side by side in memory, hashed, since there are far fewer than the planner expects.
    /// </summary>
    public const string Settings = "set local statement_timeout = 0; set local work_mem = '256MB'; set local enable_sort = off";

    /// <summary>Inserts sums of these rows; the clause for those that are there already follows.</summary>
    public static string InsertFrom(string rows) =>
        $"insert into rollup as kept (key, {string.Join(", ", Keys)}, {Amounts}, readers) "
        + $"select key, {string.Join(", ", Keys)}, {Amounts}, '{{}}' from {rows}";

    /// <summary>
    /// The sums of all sets, named <c>grouped</c>. One plain grouping for each set: grouping sets would sort all rows once for each, as the
    /// planner cannot know how few sums there are.
    /// </summary>
    /// <param name="measures">What is summed.</param>
    /// <param name="from">The rows that a set is summed from.</param>
    public static string Grouped(string[] measures, Func<int, string> from) =>
        $"""
        {string.Concat(Sets.Summed.Select(set => $"of{set} as materialized (select {Sum(Of(set), set, measures, from(set))}),\n"))}
        sets as (
            select 0 as set, status, confidential, {Names}, currency, {string.Join(", ", measures)} from taken where false
            {string.Concat(Sets.Summed.Select(set =>
                $"union all select {set}, status, confidential, {OrNull(set)}, currency, {string.Join(", ", measures)} from of{set}\n"))}
            {string.Concat(Sets.Further.Select(one =>
                $"union all select {one.Set}, {Sum(OrNull(one.Set), one.Set, measures, $"of{one.From}")}\n"))}),
        grouped as (
            select md5(row(set, status, confidential, {Names}, currency)::text)::uuid as key, set, status, confidential, {Values}, currency,
                {string.Join(", ", measures)}
            from sets)
        """;

    /// <summary>A column that a set does not have is null in it; where the table wants a value, it has its type's default.</summary>
    private static string Values => string.Join(", ", Columns.Select(column => column switch
    {
        "stage" or "band" or "month" or "at" or "day" => $"coalesce({column}, 0) as {column}",
        "unit_id" or "owner_id" or "then_unit" => $"coalesce({column}, '{Guid.Empty}') as {column}",
        _ => column,
    }));

    /// <summary>Merges what waits, so many deltas at most.</summary>
    /// <returns>How many were merged; 0 when none waits, or somebody else is at it.</returns>
    public static async Task<long> RunAsync(NpgsqlDataSource database, int most, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (!await AdvisoryLocks.TryCompactionAsync(transaction, ct))
        {
            return 0;
        }

        await using var merge = new NpgsqlCommand(Settings, connection);
        await merge.ExecuteNonQueryAsync(ct);
        merge.CommandText = Merge;
        merge.CommandTimeout = 0;
        merge.Parameters.Add(new NpgsqlParameter { Value = most });
        var merged = (long)(await merge.ExecuteScalarAsync(ct))!;
        await transaction.CommitAsync(ct);
        return merged;
    }

    private static string Sum(string columns, int set, string[] measures, string from) =>
        $"""
        status, confidential, {columns}, currency,
            {string.Join(", ", measures.Select(Summed))}
        from {from}
        group by status, confidential, currency, {Of(set)}
        having {string.Join(" or ", measures.Select(m => $"sum({m}) <> 0"))}
        """;

    private static string Summed(string measure) =>
        $"sum({measure}){(measure.StartsWith(Measures[0], StringComparison.Ordinal) ? "::bigint" : "")} as {measure}";

    private static string Of(int set) => string.Join(", ", Columns.Where((_, column) => Sets.Has(set, (RollupColumn)column)));

    private static string OrNull(int set) =>
        string.Join(", ", Columns.Select((column, bit) => Sets.Has(set, (RollupColumn)bit) ? column : "null"));
}

/// <summary>
/// Compacts every two seconds: what changes to and fro meanwhile cancels out, and a total reads no more than that beside the rollups.
/// </summary>
internal sealed class CompactionTimer(NpgsqlDataSource database, DatabaseOutage outage, ILogger<CompactionTimer> log) : BackgroundService
{
    /// <summary>
    /// Deltas merged in one transaction. A backlog's sums overlap, so that few long batches cost half of many short ones.
    /// </summary>
    private const int Batch = 200_000;

    public static DatabaseGauge Backlog { get; } = new(
        "qibin.rollup.backlog", "{delta}", "Deltas that wait to be merged into the rollups, counted up to a million.",
        "select count(*)::float8 from (select from delta limit 1000000) waiting");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => outage.EveryAsync(
        TimeSpan.FromSeconds(2), CompactAsync, reason => log.LogWarning("Deltas wait to be compacted: {Reason}", reason), stoppingToken);

    private async Task CompactAsync(CancellationToken ct)
    {
        while (await Compaction.RunAsync(database, Batch, ct) == Batch)
        {
            // More waits.
        }
    }
}
