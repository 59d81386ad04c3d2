using Npgsql;

namespace Qibin.Crm.Pipeline;

/// <summary>
/// Folds deltas into cells. Consumers only append, so that no two of them wait for one cell; one folder at a time, over all
/// instances, takes what has been committed. A reader's snapshot has each delta either by itself or in its cells.
/// </summary>
internal static class Fold
{
    private static readonly Dimension[] Dimensions = Enum.GetValues<Dimension>();

    private static readonly string Columns = string.Join(", ", Dimensions.Select(Sets.Column));

    private static readonly string Sql =
        $"""
        with taken as (
            delete from delta where id in (select id from delta order by id limit $1)
            returning gen, status, confidential, {Columns}, currency, count, estimated, contract, paid_in),
        summed as (
            select gen, {(1 << Dimensions.Length) - 1} - grouping({string.Join(", ", Dimensions.Reverse().Select(Sets.Column))}) as set, status, confidential, {Columns},
                currency, sum(count)::bigint as count, sum(estimated) as estimated, sum(contract) as contract, sum(paid_in) as paid_in
            from taken
            group by gen, status, confidential, currency, grouping sets (
                {string.Join(", ", Sets.All.Select(set => $"({string.Join(", ", Dimensions.Where(d => Sets.Has(set, d)).Select(Sets.Column))})"))})
            having sum(count) <> 0 or sum(estimated) <> 0 or sum(contract) <> 0 or sum(paid_in) <> 0),
        folded as (
            insert into cell (gen, key, set, status, confidential, {Columns}, currency, count, estimated, contract, paid_in, readers)
            select gen, md5(row(set, status, confidential, {Columns}, currency)::text)::uuid, set, status, confidential,
                coalesce(stage, 0), chain_code, coalesce(unit_id, '{Guid.Empty}'), coalesce(owner_id, '{Guid.Empty}'), node_code, source_region,
                coalesce(band, 0), coalesce(month, 0), currency, count, estimated, contract, paid_in, '{'{'}{'}'}'
            from summed
            on conflict (gen, key) do update set count = cell.count + excluded.count, estimated = cell.estimated + excluded.estimated,
                contract = cell.contract + excluded.contract, paid_in = cell.paid_in + excluded.paid_in)
        select count(*) from taken
        """;

    /// <summary>Folds what waits, so many deltas at most.</summary>
    /// <returns>How many were folded; 0 when none waits, or somebody else is folding.</returns>
    public static async Task<long> RunAsync(NpgsqlDataSource database, int most, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using (var alone = new NpgsqlCommand("select pg_try_advisory_xact_lock(4, 0)", connection, transaction))
        {
            if (!(bool)(await alone.ExecuteScalarAsync(ct))!)
            {
                return 0;
            }
        }

        // Folding is nobody's request, and a long backlog is folded in long portions.
        await using var fold = new NpgsqlCommand("set local statement_timeout = 0", connection, transaction);
        await fold.ExecuteNonQueryAsync(ct);
        fold.CommandText = Sql;
        fold.CommandTimeout = 0;
        fold.Parameters.Add(new NpgsqlParameter { Value = most });
        var folded = (long)(await fold.ExecuteScalarAsync(ct))!;
        await transaction.CommitAsync(ct);
        return folded;
    }
}

/// <summary>Folds every two seconds: what changes to and fro meanwhile is folded away, and a total reads no more than that beside its cells.</summary>
internal sealed class Folding(NpgsqlDataSource database, TimeProvider clock, ILogger<Folding> log) : BackgroundService
{
    /// <summary>Deltas folded in one transaction: a second's work or so.</summary>
    public const int Portion = 20_000;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var rhythm = new PeriodicTimer(TimeSpan.FromSeconds(2), clock);
        while (await rhythm.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await Fold.RunAsync(database, Portion, stoppingToken) == Portion)
                {
                    // More waits.
                }
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                log.LogWarning("Deltas wait to be folded: {Reason}", e.Message);
            }
        }
    }
}
