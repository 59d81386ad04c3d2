using System.Data;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Pipeline;

/// <summary>Makes every journey again from the facts, and compares with what the totals are counted from.</summary>
internal static class Recount
{
    /// <summary>Leads recounted at a time.</summary>
    private const int Portion = 500;

    /// <summary>Differences listed in one answer.</summary>
    private const int Listed = 100;

    public static void MapRecount(this RouteGroupBuilder api) => api.MapGet("/pipeline/recount", Handle)
        .Allow(Scopes.OpsRead, Roles.Administrator)
        .WithName("recountJourneys")
        .WithSummary("全程核对 · Recounts every journey from the events and lists differences");

    internal static async Task<Ok<Response>> Handle(PipelineDb db, CancellationToken ct)
    {
        // Recounted at one instant, while events go on arriving.
        await using var snapshot = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        var (after, journeys, waiting) = (Guid.Empty, 0, 0);
        var (differing, differences) = (0, new List<Difference>());
        while (await NextAsync(db, after, ct) is { Count: > 0 } leads)
        {
            var found = await OfAsync(db, leads, ct);
            (after, journeys, waiting, differing) = (leads[^1], journeys + found.Journeys, waiting + found.Waiting, differing + found.Differing);
            differences.AddRange(found.Differences.Take(Listed - differences.Count));
        }

        return TypedResults.Ok(new Response { Journeys = journeys, Waiting = waiting, Differing = differing, Differences = differences });
    }

    /// <summary>The next leads that somebody has told of or that are counted, in the order of their ids.</summary>
    internal static async Task<List<Guid>> NextAsync(PipelineDb db, Guid after, CancellationToken ct)
    {
        List<Guid> ids =
        [
            .. await db.Facts.Where(f => f.LeadId > after).Select(f => f.LeadId!.Value).Distinct().OrderBy(id => id).Take(Portion).ToListAsync(ct),
            .. await db.Journeys.Where(j => j.LeadId > after).Select(j => j.LeadId).OrderBy(id => id).Take(Portion).ToListAsync(ct),
        ];
        return [.. ids.Distinct().Order().Take(Portion)];
    }

    /// <summary>Recounts these leads; all their differences are listed.</summary>
    internal static async Task<Response> OfAsync(PipelineDb db, List<Guid> leads, CancellationToken ct)
    {
        var told = Story.Read(await db.Facts.AsNoTracking().Where(f => leads.Contains(f.LeadId!.Value)).ToListAsync(ct)).ToLookup(s => s.Fact.LeadId!.Value);
        var kept = await db.Journeys.AsNoTracking().Include(j => j.Amounts).Where(j => leads.Contains(j.LeadId)).ToDictionaryAsync(j => j.LeadId, ct);
        var milestones = (await db.Milestones.AsNoTracking().Where(m => leads.Contains(m.LeadId)).ToListAsync(ct)).ToLookup(m => m.LeadId);
        var (waiting, differences) = (0, new List<Difference>());
        foreach (var id in leads)
        {
            var recounted = Features.Recounted([.. told[id]]);
            var counted = kept.TryGetValue(id, out var row) ? Features.Of(row, milestones[id]) : null;
            waiting += counted is null && recounted is null ? 1 : 0;
            differences.AddRange(Features.Differences(counted, recounted)
                .Select(d => new Difference { LeadId = id, What = d.What, Counted = d.Counted, Recounted = d.Recounted }));
        }

        return new Response { Journeys = kept.Count, Waiting = waiting, Differing = differences.Count, Differences = differences };
    }

    /// <summary>What the recount found.</summary>
    public sealed record Response
    {
        /// <summary>Journeys recounted.</summary>
        public required int Journeys { get; init; }

        /// <summary>Leads of which only others have told so far, so that they are no journeys yet.</summary>
        public required int Waiting { get; init; }

        /// <summary>Differences found; 0 when the totals are right.</summary>
        public required int Differing { get; init; }

        /// <summary>The first 100 of them.</summary>
        public required IReadOnlyList<Difference> Differences { get; init; }
    }

    /// <summary>Something that the totals count otherwise than the events tell.</summary>
    public sealed record Difference
    {
        public required Guid LeadId { get; init; }

        /// <summary>What differs, such as <c>stage</c> or <c>paidIn CNY</c>.</summary>
        public required string What { get; init; }

        /// <summary>As the totals count it; null when they do not.</summary>
        public required string? Counted { get; init; }

        /// <summary>As the events tell it.</summary>
        public required string? Recounted { get; init; }
    }
}
