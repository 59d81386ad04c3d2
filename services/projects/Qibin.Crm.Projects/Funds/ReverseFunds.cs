using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Projects.Funds;

/// <summary>Takes an entry back by another one with the opposite amount and the same date.</summary>
public sealed record ReverseFundsRequest
{
    [Needed, TextLength(1000)]
    public string Reason { get; init; } = "";
}

internal static class ReverseFunds
{
    public static async Task<Results<Created<FundsReceipt>, NotFound>> Handle(
        Guid projectId, Guid entryId, ReverseFundsRequest request, IfMatch ifMatch, ProjectsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var project = await db.Projects.EditableBy(caller).ForUpdate(projectId, ct);
        var entry = project is null ? null : await db.Funds.SingleOrDefaultAsync(f => f.Id == entryId && f.ProjectId == projectId, ct);
        if (project is null || entry is null)
        {
            return TypedResults.NotFound();
        }

        caller.MustWork(project);
        ifMatch.Check(project);
        var now = clock.GetUtcNow();
        var back = project.Reverse(Guid.CreateVersion7(now), entry, request.Reason, caller.Id, now);
        db.Add(back);
        db.Publish(project, new FundsPaidIn { Project = project.State(), Amount = back.Amount, OccurredOn = back.PaidOn });
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v1/projects/{project.Id}/funds/{back.Id}", FundsReceipt.Of(project, back));
    }
}
