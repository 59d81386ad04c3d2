namespace Qibin.Crm.Pipeline.Verifications;

/// <summary>Starts a job that compares services, stored events, journeys and sums.</summary>
internal static class StartVerification
{
    internal static async Task<Accepted<JobReceipt>> Handle(PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var job = await db.UnderWayAsync(VerificationJob.Kind, ct);
        if (job is null)
        {
            job = Job.Of(VerificationJob.Kind, new { }, caller, clock);
            db.Add(job);
            await db.SaveChangesAsync(ct);
        }

        return TypedResults.Accepted($"/api/v1/pipeline/verifications/{job.Id}", new JobReceipt { Id = job.Id });
    }
}

/// <summary>The job that was begun, or is under way.</summary>
public sealed record JobReceipt : IReceipt
{
    public required Guid Id { get; init; }
}
