using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Audit;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Pipeline;

/// <summary>Asks for all contributions to be made again. While one is under way, it is the answer to everybody who asks for the same.</summary>
public sealed record StartRebuildRequest
{
    /// <summary>
    /// What happens when the new contributions differ from the live ones: false (the default when absent) keeps the live ones and names the
    /// differences; true names them too and lets the new ones answer.
    /// </summary>
    public bool? Adopt { get; init; }
}

internal static class StartRebuild
{
    public static void MapStartRebuild(this RouteGroupBuilder api) => api.MapPost("/pipeline/rebuilds", Handle)
        .Allow(null, Roles.Administrator)
        .WithName("startRebuild")
        .WithSummary("重建汇总 · Make all contributions again from the events, beside the live ones");

    internal static async Task<Accepted<RebuildReceipt>> Handle(
        StartRebuildRequest request, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        if (await db.UnderWayAsync(RebuildJob.Kind, ct) is { } running)
        {
            return running.Read<RebuildRun>().Adopt == (request.Adopt == true) ? Accepted(running) : throw new RuleViolation("rebuild.running");
        }

        var job = Job.Of(RebuildJob.Kind, new RebuildRun { Adopt = request.Adopt == true }, caller, clock);
        db.Add(job);
        db.Audit(caller, clock, "pipeline.rebuilt", "rebuild", job.Id);
        await db.SaveChangesAsync(ct);
        return Accepted(job);
    }

    private static Accepted<RebuildReceipt> Accepted(Job job) => TypedResults.Accepted($"/api/v1/pipeline/rebuilds/{job.Id}", new RebuildReceipt { Id = job.Id });

    /// <summary>The rebuild that was begun.</summary>
    public sealed record RebuildReceipt : IReceipt
    {
        public required Guid Id { get; init; }
    }
}
