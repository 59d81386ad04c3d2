namespace Qibin.Crm.Pipeline.Verifications;

/// <summary>A verification and how far it is.</summary>
/// <param name="Job">Its progress; <c>done</c> counts what was compared.</param>
/// <param name="Findings">What it has found so far.</param>
public sealed record VerificationAnswer(JobAnswer Job, VerificationFindings Findings);

/// <summary>
/// What was compared, and what differs: the states of the services with the stored events, the journeys with a fold of those events, and
/// the
/// sums that totals are answered from with the intervals of the journeys.
/// </summary>
public sealed record VerificationFindings
{
    /// <summary>Leads that the leads service holds.</summary>
    public long Leads { get; init; }

    /// <summary>Projects that the projects service holds.</summary>
    public long Projects { get; init; }

    /// <summary>Enterprises that the enterprises service holds.</summary>
    public long Enterprises { get; init; }

    /// <summary>Journeys that are counted.</summary>
    public long Journeys { get; init; }

    /// <summary>Differences found; 0 when the totals are right.</summary>
    public long Differing { get; init; }

    /// <summary>The first 1000 of them.</summary>
    public IReadOnlyList<VerificationDifference> Differences { get; init; } = [];
}

/// <summary>Reads a verification: how far it is, and every difference.</summary>
internal static class ReadVerification
{
    internal static async Task<Results<Ok<VerificationAnswer>, NotFound>> Handle(Guid verificationId, PipelineDb db, CancellationToken ct)
    {
        var job = await db.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.Id == verificationId && j.Kind == VerificationJob.Kind, ct);
        return job is null ? TypedResults.NotFound()
            : TypedResults.Ok(new VerificationAnswer(JobAnswer.From(job), VerificationJob.Found(job)));
    }
}
