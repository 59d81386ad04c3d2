using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Funds;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Projects.Completion;

/// <summary>Takes an entry of completed investment back by another one with the opposite amount and the same date.</summary>
internal static class ReverseCompleted
{
    public static async Task<Results<Created<FundsReceipt>, NotFound>> Handle(
        Guid projectId, Guid completionId, ReverseFundsRequest request, IfMatch ifMatch, ProjectsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var project = await db.Projects.EditableBy(caller).ForUpdate(projectId, ct);
        var entry = project is null ? null : await db.Completed.SingleOrDefaultAsync(f => f.Id == completionId && f.ProjectId == projectId, ct);
        if (project is null || entry is null)
        {
            return TypedResults.NotFound();
        }

        caller.MustWork(project);
        ifMatch.Check(project);
        var now = clock.GetUtcNow();
        var back = project.Reverse(Guid.CreateVersion7(now), entry, request.Reason, caller.Id, now);
        db.Add(back);
        db.Publish(project, new InvestmentCompleted { Project = project.State(), Amount = back.Amount, OccurredOn = back.CompletedOn });
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v1/projects/{project.Id}/completed-investment/{back.Id}", FundsReceipt.Of(project, back));
    }
}
