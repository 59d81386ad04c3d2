using Npgsql;

namespace Qibin.Crm.Pipeline.Rollups;

/// <summary>
/// Compares what totals are answered from, the rollups and the deltas that wait, with what the intervals come to: by one statement, so of
/// one instant, while nobody compacts.
/// </summary>
internal static class RollupCheck
{
    private static readonly string[] Waiting = [.. Compaction.Measures.Select(m => m + "_waiting")];

    // What has ended counts nothing today: its begin and its end differ only in the day. A sum passes nulls over, and reads zeros.
    private static readonly string Compared =
        $"""
        with taken as materialized (
            select s.day_to is null as open, s.status, j.confidential, s.stage, j.chain_code, j.unit_id, j.owner_id, s.node_code,
                s.source_region, s.band, s.month, s.chain_code as then_chain, s.unit_id as then_unit,
                (extract(year from edge.day) * 12 + extract(month from edge.day))::int as at, extract(day from edge.day)::int as day,
                amount.currency,
                {string.Join(", ", Compaction.Measures.Select(m => $"edge.sign * amount.{m} as {m}"))},
                {string.Join(", ", Waiting.Select(m => $"{(m == Waiting[0] ? "null::int" : "null::numeric")} as {m}"))}
            from interval s join journey j using (lead_id)
            cross join lateral (values (s.day_from, 1), (s.day_to, -1)) as edge (day, sign)
            cross join lateral (
                select '' as currency, 1 as count,
                    null::numeric as estimated, null::numeric as contract, null::numeric as paid_in, null::numeric as completed
                union all
                select currency, null, estimated, contract, paid_in, completed
                from jsonb_to_recordset(s.amounts)
                    as m (currency text, estimated numeric, contract numeric, paid_in numeric, completed numeric)) amount
            where s.known_to is null and edge.day is not null
            union all
            select true, status, confidential, {Compaction.Names}, currency, {string.Join(", ", Compaction.Measures.Select(_ => "null"))},
                {string.Join(", ", Compaction.Measures)}
            from delta),
        {Compaction.Grouped([.. Compaction.Measures, .. Waiting], set => Sets.OfToday.Contains(set) ? "taken where open" : "taken")},
        compared as (
            select key, {string.Join(", ", Compaction.Keys.Select(c => $"coalesce(g.{c}, r.{c}) as {c}"))},
                {string.Join(", ", Compaction.Measures.Select(m =>
                    $"coalesce(g.{m}, 0) as {m}, coalesce(r.{m}, 0) as {m}_kept, "
                        + $"coalesce(r.{m}, 0) + coalesce({m}_waiting, 0) as {m}_found"))}
            from grouped g full join rollup r using (key)),
        differing as (select * from compared where {Unequal("_found")})
        """;

    private static readonly string Name =
        $"select concat_ws(' ', 'set', set, 'status', status, case when confidential then 'confidential' end, "
        + string.Join(", ", Compaction.Columns.Select((c, bit) =>
            $"case when set & {1 << bit} <> 0 then '{c} ' || coalesce({c}::text, 'none') end"))
        + $", nullif(currency, '')), {Shown("")}, {Shown("_found")}, "
        + "count(*) over () from differing order by key limit $1";

    private static readonly string Repaired =
        $"""
        ,
        merged as (delete from delta),
        repaired as (
            {Compaction.InsertFrom($"compared where {Unequal("_kept")}")}
            on conflict (key) do update set {string.Join(", ", Compaction.Measures.Select(m => $"{m} = excluded.{m}"))})
        """;

    private static string Unequal(string suffix) => string.Join(" or ", Compaction.Measures.Select(m => $"{m} <> {m}{suffix}"));

    private static string Shown(string suffix) =>
        $"concat_ws(' ', {string.Join(", ", Compaction.Measures.Select(m => m == "count" ? m + suffix : $"trim_scale({m}{suffix})"))})";

    /// <summary>
    /// Compares all sums, in the caller's transaction. Repaired, they are what the intervals come to, and no delta waits.
    /// </summary>
    public static async Task<(long Differing, IReadOnlyList<VerificationDifference> Differences)> RunAsync(
        PipelineDb db, int most, bool repair, CancellationToken ct)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        await AdvisoryLocks.LockCompactionAsync(connection, ct);
        await using var compare = new NpgsqlCommand(Compaction.Settings, connection) { CommandTimeout = 0 };
        await compare.ExecuteNonQueryAsync(ct);
        compare.CommandText = Compared + (repair ? Repaired : "") + "\n" + Name;
        compare.Parameters.Add(new NpgsqlParameter { Value = most });
        var (differing, differences) = (0L, new List<VerificationDifference>());
        await using var reader = await compare.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            differences.Add(
                new() { Of = "rollup", What = reader.GetString(0), Expected = reader.GetString(1), Found = reader.GetString(2) });
            differing = reader.GetInt64(3);
        }

        return (differing, differences);
    }
}
