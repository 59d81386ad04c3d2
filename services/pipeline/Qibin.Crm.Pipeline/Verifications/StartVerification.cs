namespace Qibin.Crm.Pipeline.Verifications;

/// <summary>Starts a job that compares services, stored events, journeys and sums.</summary>
internal static class StartVerification
{
    internal static async Task<Accepted<JobReceipt>> Handle(PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var job = await db.OneAtATimeAsync(VerificationJob.Kind, new { }, caller, clock, ct);
        return TypedResults.Accepted($"/api/v1/pipeline/verifications/{job.Id}", new JobReceipt(job.Id));
    }
}

/// <summary>The job that was begun, or is under way.</summary>
public sealed record JobReceipt(Guid Id) : IReceipt;
