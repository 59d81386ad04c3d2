using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Audit;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Pipeline;

internal static class StartReconciliation
{
    public static void MapStartReconciliation(this RouteGroupBuilder api) => api.MapPost("/pipeline/reconciliations", Handle)
        .Allow(null, Roles.Administrator)
        .WithName("startReconciliation")
        .WithSummary("对账 · Compare what the totals are counted from with the state of each service, and name every difference");

    internal static async Task<Accepted<ReconciliationReceipt>> Handle(PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        if (await db.UnderWayAsync(ReconciliationJob.Kind, ct) is { } running)
        {
            return Accepted(running);
        }

        var job = Job.Of(ReconciliationJob.Kind, new { }, caller, clock);
        db.Add(job);
        db.Audit(caller, clock, "pipeline.reconciled", "reconciliation", job.Id);
        await db.SaveChangesAsync(ct);
        return Accepted(job);
    }

    private static Accepted<ReconciliationReceipt> Accepted(Job job) =>
        TypedResults.Accepted($"/api/v1/pipeline/reconciliations/{job.Id}", new ReconciliationReceipt { Id = job.Id });

    /// <summary>The reconciliation that was begun, or is under way.</summary>
    public sealed record ReconciliationReceipt : IReceipt
    {
        public required Guid Id { get; init; }
    }
}
