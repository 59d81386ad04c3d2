using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Projects.Stages;

/// <summary>Moves a project back to an earlier stage.</summary>
public sealed record StepBackRequest
{
    /// <summary>Any stage before the present one.</summary>
    [Needed]
    public ProjectStage? To { get; init; }

    [Needed, TextLength(1000)]
    public string Reason { get; init; } = "";

    /// <summary>Business date; not before that of the present stage, not after today. Default: today.</summary>
    [BusinessDate]
    public DateOnly? OccurredOn { get; init; }
}

/// <summary>Moves a project back to an earlier stage, with a reason. An open submission has to be decided or withdrawn first.</summary>
internal static class StepBack
{
    public static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid projectId, StepBackRequest request, IfMatch ifMatch, ProjectsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var on = clock.NotAfterToday(request.OccurredOn, "/occurredOn");
        var project = await db.ForWorkAsync(projectId, caller, ifMatch, ct);
        if (project is null)
        {
            return TypedResults.NotFound();
        }

        var from = project.StepBack(request.To!.Value, request.Reason, on, caller.Id, clock.GetUtcNow());
        db.Publish(project, new ProjectSteppedBack
        {
            Project = project.State(),
            From = from,
            To = project.Stage,
            Reason = request.Reason,
            OccurredOn = on,
        });
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(project.Receipt());
    }
}
