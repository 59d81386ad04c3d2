using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.Queries;

namespace Qibin.Crm.Identity.Audit;

/// <summary>
/// Computes the hashes of the chain anew, and compares it with the heads that the other services keep: a record that was changed or taken
/// out breaks the chain, and a chain that was made anew differs from the heads.
/// </summary>
public static class VerifyAudit
{
    /// <summary>Records of one answer.</summary>
    private const int Most = 20_000;

    /// <summary>What was checked, and what is wrong with it.</summary>
    public sealed record Answer
    {
        /// <summary>The first record that was checked; null when there was none.</summary>
        public long? First { get; init; }

        /// <summary>The last record that was checked.</summary>
        public long? Last { get; init; }

        /// <summary>The chain has more records; go on after <c>last</c>.</summary>
        public required bool More { get; init; }

        /// <summary>Whether nothing is wrong.</summary>
        public required bool Whole { get; init; }

        /// <summary>Records that do not follow from the one before: changed, or the one before them is missing. The first 100.</summary>
        public required IReadOnlyList<long> Broken { get; init; }

        /// <summary>Services that keep a head that this chain does not have.</summary>
        public required IReadOnlyList<string> DiffersFrom { get; init; }

        /// <summary>Services that could not be asked for their heads.</summary>
        public required IReadOnlyList<string> NotAsked { get; init; }
    }

    /// <param name="after">Number of the record to begin after; from the first without it.</param>
    /// <param name="db">The chain.</param>
    /// <param name="questions">Asks the services.</param>
    /// <param name="ct">Cancels it.</param>
    internal static async Task<Ok<Answer>> Handle(long? after, IdentityDb db, Questions questions, CancellationToken ct)
    {
        if (after < 0)
        {
            throw Refusal.Invalid("after", "value.range", 0, long.MaxValue);
        }

        var from = after ?? 0;
        var records = await db.Set<AuditRecord>().AsNoTracking().Where(r => r.Number > from).OrderBy(r => r.Number).Take(Most)
            .Select(r => new { r.Number, r.Content, r.Hash }).ToListAsync(ct);
        var before = await db.Set<AuditRecord>().AsNoTracking().Where(r => r.Number <= from).OrderByDescending(r => r.Number)
            .Select(r => new AuditHead { Number = r.Number, Hash = r.Hash }).FirstOrDefaultAsync(ct)
            ?? new AuditHead { Number = 0, Hash = "" };
        var broken = new List<long>();
        foreach (var record in records)
        {
            if (record.Number != before.Number + 1 || record.Hash != AuditRecord.HashOf(before.Hash, record.Number, record.Content))
            {
                broken.Add(record.Number);
            }

            before = new AuditHead { Number = record.Number, Hash = record.Hash };
        }

        var (differs, silent) = await HeadsAsync(db, questions, ct);
        return TypedResults.Ok(new Answer
        {
            First = records.FirstOrDefault()?.Number,
            Last = records.LastOrDefault()?.Number,
            More = records.Count == Most,
            Whole = broken.Count == 0 && differs.Count == 0,
            Broken = [.. broken.Take(100)],
            DiffersFrom = differs,
            NotAsked = silent,
        });
    }

    private static async Task<(List<string> Differs, List<string> Silent)> HeadsAsync(
        IdentityDb db, Questions questions, CancellationToken ct)
    {
        var (differs, silent) = (new List<string>(), new List<string>());
        foreach (var service in AuditCollector.Services.Where(s => s != IdentityService.Description.Name))
        {
            try
            {
                var kept = await questions.AskAsync<AuditHeadsQuery, AuditHeadsReply>(service, new AuditHeadsQuery(), ct);
                long[] numbers = [.. kept.Heads.Select(h => h.Number)];
                var here = await db.Set<AuditRecord>().AsNoTracking().Where(r => numbers.Contains(r.Number))
                    .ToDictionaryAsync(r => r.Number, r => r.Hash, ct);
                if (kept.Heads.Any(h => here.GetValueOrDefault(h.Number) != h.Hash))
                {
                    differs.Add(service);
                }
            }
            catch (TimeoutException)
            {
                silent.Add(service);
            }
        }

        return (differs, silent);
    }
}
