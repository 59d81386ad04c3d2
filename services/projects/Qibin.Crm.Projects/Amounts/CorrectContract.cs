using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Projects.Amounts;

/// <summary>
/// Corrects the contract amount of a signed project, such as after a supplementary agreement. The history keeps the former amount.
/// </summary>
public sealed record CorrectContractRequest
{
    [Needed, PositiveMoney]
    public Money? Amount { get; init; }

    [Needed, TextLength(1000)]
    public string Reason { get; init; } = "";

    /// <summary>Business date from which it holds; not before signing, not after today. Default: today.</summary>
    [BusinessDate]
    public DateOnly? OccurredOn { get; init; }
}

/// <summary>Corrects the contract amount of a signed project from a business date on.</summary>
internal static class CorrectContract
{
    public static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid projectId, CorrectContractRequest request, IfMatch ifMatch, ProjectsDb db, Caller caller, TimeProvider clock,
        CancellationToken ct)
    {
        var on = clock.NotAfterToday(request.OccurredOn, "/occurredOn");
        var project = await db.ForWorkAsync(projectId, caller, ifMatch, ct);
        if (project is null)
        {
            return TypedResults.NotFound();
        }

        project.CorrectContract(request.Amount!, request.Reason, on, caller.Id, clock.GetUtcNow());
        db.Publish(project, new ProjectAmended { Project = project.State(), OccurredOn = on });
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(project.Receipt());
    }
}
