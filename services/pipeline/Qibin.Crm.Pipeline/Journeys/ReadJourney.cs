using System.Data;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Pipeline;

/// <summary>One prospect from first contact on, over all services: what happened, when, by whom, and how long it took.</summary>
internal static class ReadJourney
{
    public static void MapReadJourney(this RouteGroupBuilder api) => api.MapGet("/pipeline/journeys/{leadId:guid}", Handle)
        .AllowEverybody(Scopes.PipelineRead)
        .WithName("readJourney")
        .WithSummary("单个线索全程 · One journey with every milestone");

    internal static async Task<Results<Ok<Journey>, NotFound>> Handle(Guid leadId, PipelineDb db, Caller caller, CancellationToken ct)
    {
        // Several statements tell one story, so they look at one snapshot.
        await using var snapshot = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        var row = await db.Journeys.AsNoTracking().Include(j => j.Amounts).ReadableBy(caller).SingleOrDefaultAsync(j => j.LeadId == leadId, ct);
        if (row is null)
        {
            return TypedResults.NotFound();
        }

        // What the enterprises service tells may name the project alone.
        var facts = await db.Facts.AsNoTracking()
            .Where(f => f.LeadId == leadId || (f.ProjectId != null && f.ProjectId == row.ProjectId))
            .OrderBy(f => f.RecordedAt).ThenBy(f => f.StreamId).ThenBy(f => f.Version).ThenBy(f => f.Ordinal)
            .ToListAsync(ct);
        var milestones = await db.Milestones.AsNoTracking().Where(m => m.LeadId == leadId)
            .OrderBy(m => m.OccurredOn).ThenBy(m => m.RecordedAt).ThenBy(m => m.StreamId).ThenBy(m => m.Version).ThenBy(m => m.Ordinal)
            .ToListAsync(ct);
        var project = await db.Projects.AsNoTracking().SingleOrDefaultAsync(p => p.ProjectId == row.ProjectId, ct);
        // The enterprise may be told before the project has it linked; by its code it is known all the same.
        var (enterpriseId, uscc) = (project?.EnterpriseId, project?.Uscc);
        var enterprise = await db.Enterprises.AsNoTracking()
            .Where(e => e.EnterpriseId == enterpriseId || (enterpriseId == null && e.Uscc == uscc)).FirstOrDefaultAsync(ct);
        var units = await db.Units.AsNoTracking().Where(u => u.UnitId == row.UnitId).NamesAsync(ct);
        return TypedResults.Ok(new Journey(JourneySummary.Of(row, units.Of(row.UnitId)), project, enterprise, milestones, Story.Read(facts)));
    }
}
