using Npgsql;

namespace Qibin.Crm.Pipeline;

/// <summary>
/// Folds deltas into cells. Consumers only append, so that no two of them wait for one cell; one folder at a time, over all
/// instances, takes what has been committed. A reader's snapshot has each delta either by itself or in its cells.
/// </summary>
internal static class Fold
{
    private static readonly string Cells = Sql(
        "delta", "cell", ["status", "confidential"],
        [.. Enum.GetValues<Dimension>().Select(Sets.Column)], Sets.All);

    private static readonly string FlowCells = Sql(
        "flow_delta", "flow", ["at", "status", "confidential"],
        ["stage", "then_chain", "then_unit", "node_code", "source_region", "band", "unit_id", "chain_code"], Flows.Sets);

    /// <summary>The statement: takes deltas, sums them by each set of dimensions, and adds the sums to the cells.</summary>
    /// <param name="from">The deltas.</param>
    /// <param name="to">The cells.</param>
    /// <param name="always">Columns that every set has.</param>
    /// <param name="dimensions">Columns of the dimensions, in the order of their bits.</param>
    /// <param name="sets">The sets, a bit for each dimension.</param>
    private static string Sql(string from, string to, string[] always, string[] dimensions, IReadOnlyList<int> sets)
    {
        var (fixedColumns, columns) = (string.Join(", ", always), string.Join(", ", dimensions));
        // A column that a set does not have is null in it; where the table wants a value, it has its type's default.
        var values = string.Join(", ", dimensions.Select(column => column switch
        {
            "stage" or "band" or "month" => $"coalesce({column}, 0)",
            "unit_id" or "owner_id" or "then_unit" => $"coalesce({column}, '{Guid.Empty}')",
            _ => column,
        }));
        return
            $$"""
            with taken as (
                delete from {{from}} where id in (select id from {{from}} order by id limit $1)
                returning gen, {{fixedColumns}}, {{columns}}, currency, count, estimated, contract, paid_in),
            summed as (
                select gen, {{(1 << dimensions.Length) - 1}} - grouping({{string.Join(", ", dimensions.Reverse())}}) as set, {{fixedColumns}}, {{columns}},
                    currency, sum(count)::bigint as count, sum(estimated) as estimated, sum(contract) as contract, sum(paid_in) as paid_in
                from taken
                group by gen, {{fixedColumns}}, currency, grouping sets (
                    {{string.Join(", ", sets.Select(set => $"({string.Join(", ", dimensions.Where((_, bit) => (set & (1 << bit)) != 0))})"))}})
                having sum(count) <> 0 or sum(estimated) <> 0 or sum(contract) <> 0 or sum(paid_in) <> 0),
            folded as (
                insert into {{to}} as kept (gen, key, set, {{fixedColumns}}, {{columns}}, currency, count, estimated, contract, paid_in, readers)
                select gen, md5(row(set, {{fixedColumns}}, {{columns}}, currency)::text)::uuid, set, {{fixedColumns}}, {{values}}, currency, count, estimated, contract,
                    paid_in, '{}'
                from summed
                on conflict (gen, key) do update set count = kept.count + excluded.count, estimated = kept.estimated + excluded.estimated,
                    contract = kept.contract + excluded.contract, paid_in = kept.paid_in + excluded.paid_in)
            select count(*) from taken
            """;
    }

    /// <summary>Folds what waits, so many deltas of each kind at most.</summary>
    /// <returns>How many of the more numerous kind were folded; 0 when none waits, or somebody else is folding.</returns>
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

        var folded = await TakeAsync(connection, transaction, most, ct);
        await transaction.CommitAsync(ct);
        return folded;
    }

    /// <summary>Folds a portion of what waits, in the caller's transaction.</summary>
    /// <returns>Whether all that had been committed is folded, and nobody else folds until the transaction ends.</returns>
    public static async Task<bool> StepAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken ct)
    {
        // The folder may be at a long portion; it is worth waiting for.
        await using var alone = new NpgsqlCommand("set local statement_timeout = 0; set local lock_timeout = 0; select pg_advisory_xact_lock(4, 0)", connection, transaction);
        await alone.ExecuteNonQueryAsync(ct);
        return await TakeAsync(connection, transaction, Folding.Portion, ct) < Folding.Portion;
    }

    private static async Task<long> TakeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, int most, CancellationToken ct)
    {
        // Folding is nobody's request, and a long backlog is folded in long portions.
        await using var fold = new NpgsqlCommand("set local statement_timeout = 0", connection, transaction);
        await fold.ExecuteNonQueryAsync(ct);
        fold.CommandTimeout = 0;
        fold.Parameters.Add(new NpgsqlParameter { Value = most });
        var folded = 0L;
        foreach (var sql in (string[])[Cells, FlowCells])
        {
            fold.CommandText = sql;
            folded = Math.Max(folded, (long)(await fold.ExecuteScalarAsync(ct))!);
        }

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
