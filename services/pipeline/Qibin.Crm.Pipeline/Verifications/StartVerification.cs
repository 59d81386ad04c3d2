namespace Qibin.Crm.Pipeline.Verifications;

internal static class StartVerification
{
    internal static async Task<Accepted<VerificationReceipt>> Handle(PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var job = await db.UnderWayAsync(VerificationJob.Kind, ct);
        if (job is null)
        {
            job = Job.Of(VerificationJob.Kind, new { }, caller, clock);
            db.Add(job);
            db.Audit(caller, clock, "pipeline.verified", "verification", job.Id);
            await db.SaveChangesAsync(ct);
        }

        return TypedResults.Accepted($"/api/v1/pipeline/verifications/{job.Id}", new VerificationReceipt { Id = job.Id });
    }

    /// <summary>The verification that was begun, or is under way.</summary>
    public sealed record VerificationReceipt : IReceipt
    {
        public required Guid Id { get; init; }
    }
}
