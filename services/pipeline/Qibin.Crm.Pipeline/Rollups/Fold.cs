using Npgsql;

namespace Qibin.Crm.Pipeline;

/// <summary>
/// Folds deltas into cells. Consumers only append, so that no two of them wait for one cell; one folder at a time, over all
/// instances, takes what has been committed. A reader's snapshot has each delta either by itself or in its cells.
/// </summary>
/// <remarks>
/// The folder takes the live generation's. Those of one that is being made again wait until it is made: what many journeys have in
/// common is then added up once, instead of in each of many portions.
/// </remarks>
internal static class Fold
{
    private static readonly Kind Cells = new("delta", "cell", ["status", "confidential"], [.. Enum.GetValues<Dimension>().Select(Sets.Column)]);

    private static readonly Kind FlowCells = new("flow_delta", "flow", ["at", "status", "confidential"],
        ["stage", "then_chain", "then_unit", "node_code", "source_region", "band", "unit_id", "chain_code", "day"]);

    private static readonly string[] Statements = [Cells.Fold(Sets.Threes, Sets.Twos), FlowCells.Fold(Flows.Sets, [])];

    /// <param name="From">The deltas.</param>
    /// <param name="To">The cells.</param>
    /// <param name="Always">Columns that every set has.</param>
    /// <param name="Dimensions">Columns of the dimensions, in the order of their bits.</param>
    private sealed record Kind(string From, string To, string[] Always, string[] Dimensions)
    {
        private string Columns => $"gen, {string.Join(", ", Always)}, {string.Join(", ", Dimensions)}, currency, count, estimated, contract, paid_in, completed";

        /// <summary>Takes deltas, sums them by each set of dimensions, and adds the sums to the cells.</summary>
        /// <param name="sets">Sets that are summed from the deltas.</param>
        /// <param name="further">Sets that are summed from one of those, which are fewer.</param>
        // By ctid: the planner takes a table that is emptied again and again for an empty one, and would join it with itself row by row.
        public string Fold(IReadOnlyList<int> sets, IReadOnlyList<(int Set, int From)> further) => Add(
            $"delete from {From} where ctid = any (array(select ctid from {From} where gen = any ($1) order by id limit $2)) returning {Columns}", sets, further);

        /// <summary>Makes the live cells of a set from those of another that has all its dimensions.</summary>
        public string Make(int set, int from) =>
            Add($"select {Columns} from {To} where gen = (select id from generation where live) and set = {from}", [All], [(set, All)]);

        /// <summary>Makes the cells of sets from rows that are no deltas.</summary>
        public string Fill(IReadOnlyList<int> sets, string rows) => Add(rows, sets, []);

        private int All => (1 << Dimensions.Length) - 1;

        /// <param name="rows">The statement that gives the rows to add.</param>
        /// <param name="sets">The sets, a bit for each dimension; every dimension is in one of them.</param>
        /// <param name="further">Sets that are summed from one of those.</param>
        private string Add(string rows, IReadOnlyList<int> sets, IReadOnlyList<(int Set, int From)> further)
        {
            var (always, columns) = (string.Join(", ", Always), string.Join(", ", Dimensions));
            // A column that a set does not have is null in it; where the table wants a value, it has its type's default.
            var values = string.Join(", ", Dimensions.Select(column => column switch
            {
                "stage" or "band" or "month" or "day" => $"coalesce({column}, 0)",
                "unit_id" or "owner_id" or "then_unit" => $"coalesce({column}, '{Guid.Empty}')",
                _ => column,
            }));
            const string sums = "sum(count)::bigint as count, sum(estimated) as estimated, sum(contract) as contract, sum(paid_in) as paid_in, sum(completed) as completed";
            const string something = "sum(count) <> 0 or sum(estimated) <> 0 or sum(contract) <> 0 or sum(paid_in) <> 0 or sum(completed) <> 0";
            // Of one scope side by side: a total reads some thousand cells, which else lay on as many pages.
            return
                $$"""
                with taken as ({{rows}}),
                summed as (
                    select gen, {{All}} - grouping({{string.Join(", ", Dimensions.Reverse())}}) as set, {{always}}, {{columns}}, currency, {{sums}}
                    from taken
                    group by gen, {{always}}, currency, grouping sets ({{string.Join(", ", sets.Select(set => $"({string.Join(", ", Of(set))})"))}})
                    having {{something}}),
                cells as (
                    {{string.Join(" union all ", (string[])[$"select * from summed where set <> {All}", .. further.Select(Further)])}}),
                folded as (
                    insert into {{To}} as kept (gen, key, set, {{always}}, {{columns}}, currency, count, estimated, contract, paid_in, completed, readers)
                    select gen, md5(row(set, {{always}}, {{columns}}, currency)::text)::uuid, set, {{always}}, {{values}}, currency, count, estimated,
                        contract, paid_in, completed, '{}'
                    from cells
                    order by set, unit_id, chain_code
                    on conflict (gen, key) do update set count = kept.count + excluded.count, estimated = kept.estimated + excluded.estimated,
                        contract = kept.contract + excluded.contract, paid_in = kept.paid_in + excluded.paid_in,
                        completed = kept.completed + excluded.completed)
                select count(*) from taken
                """;

            IEnumerable<string> Of(int set) => Dimensions.Where((_, bit) => (set & (1 << bit)) != 0);

            string Further((int Set, int From) one) =>
                $"""
                select gen, {one.Set}, {always}, {string.Join(", ", Dimensions.Select((column, bit) => (one.Set & (1 << bit)) != 0 ? column : "null"))}, currency, {sums}
                from summed where set = {one.From}
                group by gen, {always}, currency, {string.Join(", ", Of(one.Set))}
                having {something}
                """;
        }
    }

    /// <summary>Makes the cells and flows of those sets that the live generation does not have yet.</summary>
    public static async Task CompleteAsync(NpgsqlDataSource database, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        // Nearly always all are there: nobody waits for a folder, or has one wait, to find that out.
        if ((await MissingAsync(connection, "cell", Sets.All, ct)).Missing.Length == 0 && (await MissingAsync(connection, "flow", Flows.Sets, ct)).Missing.Length == 0)
        {
            return;
        }

        await using var transaction = await connection.BeginTransactionAsync(ct);
        await AloneAsync(connection, ct);
        var (missing, kept) = await MissingAsync(connection, "cell", Sets.All, ct);
        foreach (var set in missing)
        {
            await RunAsync(Cells.Make(set, kept.First(k => (k & set) == set)));
        }

        if ((await MissingAsync(connection, "flow", Flows.Sets, ct)).Missing.Length > 0)
        {
            await RunAsync("delete from flow");
            await RunAsync(FlowCells.Fill(Flows.Sets, Flows.OfStretches));
        }

        await transaction.CommitAsync(ct);

        async Task RunAsync(string sql)
        {
            await using var make = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
            await make.ExecuteNonQueryAsync(ct);
        }
    }

    /// <summary>The sets that the live generation does not have, and those it has. What has none at all is empty, and misses none.</summary>
    private static async Task<(int[] Missing, int[] Kept)> MissingAsync(NpgsqlConnection connection, string table, IReadOnlyList<int> sets, CancellationToken ct)
    {
        await using var find = new NpgsqlCommand(
            $"select coalesce(array_agg(s.set), '{{}}') from unnest($1) as s(set) where exists (select from {table} c where c.gen = (select id from generation where live) and c.set = s.set)", connection);
        find.Parameters.Add(new NpgsqlParameter { Value = sets.ToArray() });
        var kept = (int[])(await find.ExecuteScalarAsync(ct))!;
        return (kept.Length == 0 ? [] : [.. sets.Except(kept)], kept);
    }

    /// <summary>Folds what waits of the live generation, so many deltas of each kind at most.</summary>
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

        await using var live = new NpgsqlCommand("select id from generation where live", connection, transaction);
        var folded = await live.ExecuteScalarAsync(ct) is int gen ? await TakeAsync(connection, [gen], most, ct) : 0;
        await transaction.CommitAsync(ct);
        return folded;
    }

    /// <summary>From here to the end of the transaction nobody else folds the live generation.</summary>
    public static async Task AloneAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        // The folder may be at a long portion; it is worth waiting for.
        await using var alone = new NpgsqlCommand("set local statement_timeout = 0; set local lock_timeout = 0; select pg_advisory_xact_lock(4, 0)", connection);
        await alone.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Folds what waits of generations, all as of one instant, in the caller's transaction; nobody else may be at them.</summary>
    /// <returns>How many of the more numerous kind were folded.</returns>
    public static async Task<long> TakeAsync(NpgsqlConnection connection, int[] generations, int most, CancellationToken ct)
    {
        // Folding is nobody's request, and a long backlog is folded in long portions, its sums side by side in memory.
        await using var fold = new NpgsqlCommand("set local statement_timeout = 0; set local work_mem = '256MB'", connection);
        await fold.ExecuteNonQueryAsync(ct);
        fold.CommandTimeout = 0;
        fold.Parameters.Add(new NpgsqlParameter { Value = generations });
        fold.Parameters.Add(new NpgsqlParameter { Value = most });
        var folded = 0L;
        foreach (var sql in Statements)
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
