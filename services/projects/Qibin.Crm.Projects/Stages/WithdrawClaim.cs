using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Projects.Stages;

/// <summary>Takes a claim back before it is decided.</summary>
public sealed record WithdrawClaimRequest
{
    [TextLength(1000)]
    public string? Note { get; init; }
}

internal static class WithdrawClaim
{
    public static async Task<Results<Ok<ClaimReceipt>, NotFound>> Handle(
        Guid projectId, Guid claimId, WithdrawClaimRequest request, IfMatch ifMatch, ProjectsDb db, Caller caller, TimeProvider clock,
        CancellationToken ct)
    {
        var project = await db.Projects.EditableBy(caller).ForUpdate(projectId, ct);
        var claim = project is null ? null : await db.Claims.SingleOrDefaultAsync(c => c.Id == claimId && c.ProjectId == projectId, ct);
        if (project is null || claim is null)
        {
            return TypedResults.NotFound();
        }

        if (caller.Id != claim.ClaimedBy && caller.Id != claim.RecordedBy && !caller.Is(Roles.UnitHead, Roles.Coordinator))
        {
            throw new Refusal(StatusCodes.Status403Forbidden, "stage.notClaimant");
        }

        ifMatch.Check(project);
        project.Withdraw(claim, caller.Id, request.Note, clock.GetUtcNow());
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(ClaimReceipt.Of(project, claim));
    }
}
