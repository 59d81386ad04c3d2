using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Projects.Stages;

/// <summary>What an approver says.</summary>
public enum ClaimDecision { Approved, Refused }

/// <summary>An approver's decision on a claim.</summary>
public sealed record DecideClaimRequest
{
    [Needed]
    public ClaimDecision? Decision { get; init; }

    /// <summary>Needed for a refusal.</summary>
    [TextLength(1000)]
    public string? Note { get; init; }
}

internal static class DecideClaim
{
    public static async Task<Results<Ok<ClaimReceipt>, NotFound>> Handle(
        Guid projectId, Guid claimId, DecideClaimRequest request, IfMatch ifMatch, ProjectsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        if (request is { Decision: ClaimDecision.Refused, Note: null })
        {
            throw Refusal.Invalid("/note", "value.required");
        }

        var project = await db.Projects.EditableBy(caller).ForUpdate(projectId, ct);
        var claim = project is null ? null : await db.Claims.SingleOrDefaultAsync(c => c.Id == claimId && c.ProjectId == projectId, ct);
        if (project is null || claim is null)
        {
            return TypedResults.NotFound();
        }

        caller.MustApprove(project, claim.To);
        ifMatch.Check(project);
        var now = clock.GetUtcNow();
        if (request.Decision == ClaimDecision.Approved)
        {
            db.Approve(project, claim, caller.Id, request.Note, now);
        }
        else
        {
            project.Refuse(claim, caller.Id, request.Note, now);
        }

        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(ClaimReceipt.Of(project, claim));
    }
}
