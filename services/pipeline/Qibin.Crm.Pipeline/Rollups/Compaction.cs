using Npgsql;
using Qibin.Crm.Work.Resilience;
using Qibin.Crm.Work.Telemetry;

namespace Qibin.Crm.Pipeline.Rollups;

/// <summary>
/// Merges deltas into rollups. Consumers only append, so that no two of them wait for one row; one compaction at a time, over all
/// instances, takes what has been committed. A reader's snapshot has each delta either by itself or in the rollups.
/// </summary>
internal static class Compaction
{
    public static readonly string[] Columns = [.. Enum.GetNames<RollupColumn>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    /// <summary>All that the key of a sum is the hash of.</summary>
    public static readonly string[] Keys = ["set", "status", "confidential", .. Columns, "currency"];

    public static readonly string[] Measures = ["count", "estimated", "contract", "paid_in", "completed"];

    public static readonly string Names = string.Join(", ", Columns);
    private static readonly string Amounts = string.Join(", ", Measures);
    private static readonly string Sums = string.Join(", ", Measures.Select(m => $"sum({m}){(m == "count" ? "::bigint" : "")} as {m}"));
    private static readonly string Something = string.Join(" or ", Measures.Select(m => $"sum({m}) <> 0"));

    // By ctid: the planner takes a table that is emptied again and again for an empty one, and would join it with itself row by row.
    private static readonly string Merge =
        $"""
        with taken as (
            delete from delta where ctid = any (array(select ctid from delta order by id limit $1))
            returning status, confidential, {Names}, currency, {Amounts}),
        {Grouped},
        merged as (
            {InsertFrom("grouped")}
            order by set, unit_id, chain_code
            on conflict (key) do update set {string.Join(", ", Measures.Select(m => $"{m} = kept.{m} + excluded.{m}"))})
        select count(*) from taken
        """;

    /// <summary>Inserts sums of these rows; the clause for those that are there already follows.</summary>
    public static string InsertFrom(string rows) =>
        $"insert into rollup as kept (key, {string.Join(", ", Keys)}, {Amounts}, readers) "
        + $"select key, {string.Join(", ", Keys)}, {Amounts}, '{{}}' from {rows}";

    /// <summary>
    /// From rows named <c>taken</c>, as deltas are, the sums of all sets, named <c>grouped</c>. Rows of one scope lie side by side: a total
    /// reads some thousand of them, which otherwise lay on as many pages.
    /// </summary>
    public static string Grouped =>
        $"""
        summed as (
            select {(1 << Columns.Length) - 1} - grouping({string.Join(", ", Columns.Reverse())}) as set,
                status, confidential, {Names}, currency, {Sums}
            from taken
            group by status, confidential, currency,
                grouping sets ({string.Join(", ", Sets.Summed.Select(set => $"({string.Join(", ", Of(set))})"))})
            having {Something}),
        sets as (
            {string.Join(" union all ", (string[])["select * from summed", .. Sets.Further.Select(Further)])}),
        grouped as (
            select md5(row(set, status, confidential, {Names}, currency)::text)::uuid as key, set, status, confidential, {Values}, currency,
                {Amounts}
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

        // It is nobody's request, and a long backlog is merged in long batches, its sums side by side in memory.
        await using var merge = new NpgsqlCommand("set local statement_timeout = 0; set local work_mem = '256MB'", connection);
        await merge.ExecuteNonQueryAsync(ct);
        merge.CommandText = Merge;
        merge.CommandTimeout = 0;
        merge.Parameters.Add(new NpgsqlParameter { Value = most });
        var merged = (long)(await merge.ExecuteScalarAsync(ct))!;
        await transaction.CommitAsync(ct);
        return merged;
    }

    private static IEnumerable<string> Of(int set) => Columns.Where((_, column) => Sets.Has(set, (RollupColumn)column));

    private static string Further((int Set, int From) one) =>
        $"""
        select {one.Set}, status, confidential,
            {string.Join(", ", Columns.Select((column, bit) => Sets.Has(one.Set, (RollupColumn)bit) ? column : "null"))}, currency, {Sums}
        from summed where set = {one.From}
        group by status, confidential, currency, {string.Join(", ", Of(one.Set))}
        having {Something}
        """;
}

/// <summary>
/// Compacts every two seconds: what changes to and fro meanwhile cancels out, and a total reads no more than that beside the rollups.
/// </summary>
internal sealed class CompactionTimer(NpgsqlDataSource database, DatabaseOutage outage, TimeProvider clock, ILogger<CompactionTimer> log)
    : BackgroundService
{
    /// <summary>Deltas merged in one transaction: a second's work or so.</summary>
    private const int Batch = 20_000;

    public static DatabaseGauge Backlog { get; } = new(
        "qibin.rollup.backlog", "{delta}", "Deltas that wait to be merged into the rollups, counted up to a million.",
        "select count(*)::float8 from (select from delta limit 1000000) waiting");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var rhythm = new PeriodicTimer(TimeSpan.FromSeconds(2), clock);
        while (await rhythm.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await outage.RunAsync(
                    async stop =>
                    {
                        while (await Compaction.RunAsync(database, Batch, stop) == Batch)
                        {
                            // More waits.
                        }
                    },
                    stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                log.LogWarning("Deltas wait to be compacted: {Reason}", e.Message);
            }
        }
    }
}
