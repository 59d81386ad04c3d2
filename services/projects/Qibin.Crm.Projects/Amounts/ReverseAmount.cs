using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Projects.Amounts;

/// <summary>Reverses an entry by another one with the opposite amount and the same date.</summary>
public sealed record ReverseAmountRequest
{
    [Needed, TextLength(1000)]
    public string Reason { get; init; } = "";
}

/// <summary>Reverses an entry by another one with the opposite amount and the same date, once.</summary>
internal static class ReverseAmount
{
    public static async Task<Results<Created<AmountReceipt>, NotFound>> Handle(
        Guid projectId, Guid entryId, ReverseAmountRequest request, IfMatch ifMatch, ProjectsDb db, Caller caller, TimeProvider clock,
        CancellationToken ct)
    {
        var project = await db.ForWorkAsync(projectId, caller, ct);
        var entry = project is null ? null : await db.Amounts.SingleOrDefaultAsync(f => f.Id == entryId && f.ProjectId == projectId, ct);
        if (project is null || entry is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(project);
        var now = clock.GetUtcNow();
        var reversal = project.Reverse(Guid.CreateVersion7(now), entry, request.Reason, caller.Id, now);
        db.Add(reversal);
        db.PublishAmount(project, reversal);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v1/projects/{project.Id}/amounts/{reversal.Id}", AmountReceipt.Of(project, reversal));
    }
}
