using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Pipeline;

/// <summary>What a rebuild was asked to do.</summary>
internal sealed record RebuildRun
{
    public required bool Adopt { get; init; }
}

/// <summary>
/// Makes the contributions of all journeys again from their facts, as a generation beside the live one, while events go on being
/// consumed into both. When both say the same, or the new one is wanted in any case, it becomes the live one; the other is cleared.
/// </summary>
internal sealed class RebuildJob : IJobKind<PipelineDb>
{
    public const string Kind = "pipeline.rebuild";

    /// <summary>Journeys of one step: half a second.</summary>
    private const int Portion = 400;

    /// <summary>Deltas of the new generation that are folded in one step: a minute's work.</summary>
    private const int Folded = 1_000_000;

    /// <summary>Rows cleared in one step.</summary>
    private const int Cleared = 50_000;

    private const int Listed = 100;

    private static readonly string StatusOf =
        $"(array[{string.Join(", ", Enum.GetNames<JourneyStatus>().Select(name => $"'{JsonNamingPolicy.CamelCase.ConvertName(name)}'"))}])[status + 1]";

    private static readonly string CellOf =
        $"concat_ws(' ', {StatusOf}, set, 'stage', stage, chain_code, nullif(unit_id, '{Guid.Empty}'), "
        + $"nullif(owner_id, '{Guid.Empty}'), node_code, source_region, 'band', band, nullif(month, 0), currency)";

    private static readonly string FlowOf =
        $"concat_ws(' ', {StatusOf}, set, (at - 1) / 12 || '-' || lpad(((at - 1) % 12 + 1)::text, 2, '0') || coalesce('-' || lpad(nullif(day, 0)::text, 2, '0'), ''), 'stage', stage, then_chain, "
        + $"nullif(then_unit, '{Guid.Empty}'), node_code, source_region, 'band', band, nullif(unit_id, '{Guid.Empty}'), chain_code, currency)";

    private enum Phase { Making, Folding, Comparing, Clearing }

    private sealed record Place(Phase Phase, int Gen, Guid After);

    public async Task<bool> StepAsync(PipelineDb db, Job job, Caller caller, CancellationToken ct)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var transaction = (NpgsqlTransaction)db.Database.CurrentTransaction!.GetDbTransaction();
        if (job.Position is not { } position)
        {
            job.Position = JsonSerializer.Serialize(await BeginAsync(db, job, ct));
            return true;
        }

        var place = JsonSerializer.Deserialize<Place>(position)!;
        switch (place.Phase)
        {
            case Phase.Folding:
                if (await Fold.TakeAsync(connection, [place.Gen], Folded, ct) < Folded)
                {
                    job.Position = JsonSerializer.Serialize(place with { Phase = Phase.Comparing });
                }

                return true;
            case Phase.Comparing:
                await Fold.AloneAsync(connection, ct);
                var live = await db.Live.SingleAsync(ct);
                // Both by the same statement: what is committed between two would be in one of them only.
                while (await Fold.TakeAsync(connection, [live, place.Gen], Folded, ct) == Folded)
                {
                    // More waits.
                }

                job.Result = JsonSerializer.Serialize(await CompareAsync(db, connection, transaction, live, place.Gen, job.Read<RebuildRun>().Adopt, ct), StrictJson.Options);
                job.Position = JsonSerializer.Serialize(place with { Phase = Phase.Clearing });
                return true;
            case Phase.Clearing:
                return await ClearAsync(db, ct);
        }

        var leads = await db.Set<LeadRow>().Where(l => l.LeadId > place.After).OrderBy(l => l.LeadId).Take(Portion).Select(l => l.LeadId).ToListAsync(ct);
        if (leads.Count > 0)
        {
            // Whoever comes later finds the generation.
            await db.HoldJourneysAsync(leads, ct);
            await Retelling.RunAsync(connection, leads, place.Gen, ct);
            job.Done += leads.Count;
            place = place with { After = leads[^1] };
        }
        else
        {
            place = place with { Phase = Phase.Folding };
        }

        job.Position = JsonSerializer.Serialize(place);
        return true;
    }

    private static async Task<Place> BeginAsync(PipelineDb db, Job job, CancellationToken ct)
    {
        // What an earlier one left half made is no generation any more.
        await db.Generations.Where(g => !g.Live).ExecuteDeleteAsync(ct);
        var live = await db.Generations.SingleAsync(ct);
        db.Add(new GenerationRow { Id = live.Id + 1, Live = false });
        job.Total = await db.Set<LeadRow>().LongCountAsync(ct);
        return new Place(Phase.Making, live.Id + 1, Guid.Empty);
    }

    /// <summary>Compares the two generations, each statement at one instant, and switches. Everything is folded, and nobody else folds meanwhile.</summary>
    private static async Task<RebuildFindings> CompareAsync(
        PipelineDb db, NpgsqlConnection connection, NpgsqlTransaction transaction, int live, int made, bool adopt, CancellationToken ct)
    {
        var differences = new List<RebuildDifference>();
        var differing = 0L;
        foreach (var (kind, sql) in new[]
        {
            ("stretch",
                """
                select lead_id || ' ' || day_from || coalesce(' ' || day_to, ''), null from (
                    (select {0} from stretch where gen = $1 except all select {0} from stretch where gen = $2)
                    union all (select {0} from stretch where gen = $2 except all select {0} from stretch where gen = $1)) s
                """.Replace("{0}", "lead_id, known_from, known_to, day_from, day_to, stage, stage_on, status, owner_id, unit_id, chain_code, node_code, source_region, band, month, first_contact_on, moved_in_on, project_id, amounts", StringComparison.Ordinal)),
            ("cell", Sums("cell", CellOf)),
            ("flow", Sums("flow", FlowOf)),
        })
        {
            await using var compare = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = 0 };
            compare.Parameters.Add(new NpgsqlParameter { Value = made });
            compare.Parameters.Add(new NpgsqlParameter { Value = live });
            await using var reader = await compare.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                differing++;
                if (differences.Count < Listed)
                {
                    differences.Add(new RebuildDifference { Kind = kind, Of = reader.GetString(0), By = reader.IsDBNull(1) ? null : reader.GetString(1) });
                }
            }
        }

        var switched = differing == 0 || adopt;
        if (switched)
        {
            await db.Database.ExecuteSqlAsync($"delete from generation where id = {live}", ct);
            await db.Database.ExecuteSqlAsync($"update generation set live = true where id = {made}", ct);
        }
        else
        {
            await db.Database.ExecuteSqlAsync($"delete from generation where id = {made}", ct);
        }

        return new RebuildFindings { Switched = switched, Differing = differing, Differences = differences };
    }

    private static string Sums(string table, string of) =>
        $"""
        select min({of}), concat_ws(' ', sum(count * side), sum(estimated * side), sum(contract * side), sum(paid_in * side), sum(completed * side))
        from (select *, case gen when $1 then 1 else -1 end as side from {table} where gen in ($1, $2)) both_sides
        group by key
        having sum(count * side) <> 0 or sum(estimated * side) <> 0 or sum(contract * side) <> 0 or sum(paid_in * side) <> 0 or sum(completed * side) <> 0
        """;

    /// <summary>Clears the contributions of what is no generation any more.</summary>
    private static async Task<bool> ClearAsync(PipelineDb db, CancellationToken ct)
    {
        var cleared = 0;
        foreach (var table in new[] { "stretch", "cell", "flow", "delta", "flow_delta" })
        {
#pragma warning disable EF1002 // The table is one of these five.
            cleared += await db.Database.ExecuteSqlRawAsync(
                $"delete from {table} where ctid = any (array(select ctid from {table} where gen < (select min(id) from generation) or gen > (select max(id) from generation) limit {Cleared}))", ct);
#pragma warning restore EF1002
        }

        return cleared > 0;
    }
}
