using Qibin.Crm.Pipeline.Verifications;

namespace Qibin.Crm.Pipeline.Rebuilds;

/// <summary>
/// Asks for all journeys to be derived again. While one is under way, it is the answer to everybody who asks for the same.
/// </summary>
public sealed record StartRebuildRequest
{
    /// <summary>True changes nothing and only names what differs; false, the default when absent, repairs it.</summary>
    public bool? DryRun { get; init; }

    /// <summary>
    /// A verification that has ended. What it named of leads, projects and enterprises is first read again from the logs of their services:
    /// events that were lost are stored, and events that the service does not have are removed, such as forged ones or those that a
    /// restored backup does not know. A dry run leaves this out.
    /// </summary>
    public Guid? VerificationId { get; init; }
}

/// <summary>Starts a job that derives all journeys and sums again from the stored events.</summary>
internal static class StartRebuild
{
    internal static async Task<Accepted<JobReceipt>> Handle(
        StartRebuildRequest request, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        if (request.VerificationId is { } id
            && !await db.Jobs.AnyAsync(j => j.Id == id && j.Kind == VerificationJob.Kind && j.State == JobState.Succeeded, ct))
        {
            throw Refusal.Invalid("/verificationId", "verification.unknown");
        }

        var run = request with { DryRun = request.DryRun == true };
        var job = await db.OneAtATimeAsync(RebuildJob.Kind, run, caller, clock, ct);
        return job.Read<StartRebuildRequest>() == run
            ? TypedResults.Accepted($"/api/v1/pipeline/rebuilds/{job.Id}", new JobReceipt(job.Id))
            : throw new RuleViolation("rebuild.running");
    }
}
