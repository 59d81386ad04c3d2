using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Validation;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Projects.Funds;
using Qibin.Crm.Web.Idempotency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

#pragma warning disable ASP0029 // The batch validates its items by this evaluation API.

namespace Qibin.Crm.Projects.Completion;

/// <summary>Investment that a signed project completed since the entry before.</summary>
public record NoteCompletedRequest
{
    /// <summary>What was completed in this period, not the sum so far.</summary>
    [Needed, PositiveMoney]
    public Money? Amount { get; init; }

    /// <summary>Business date up to which it was completed, such as the last day of the month; not after today.</summary>
    [Needed, BusinessDate]
    public DateOnly? CompletedOn { get; init; }

    public DocumentReference? Document { get; init; }
}

/// <summary>One entry of a batch.</summary>
[ValidatableType] // Items of a batch are validated one by one, so the framework does not meet this type by itself.
public sealed record NoteCompletedItem : NoteCompletedRequest
{
    [Needed]
    public Guid? ProjectId { get; init; }
}

internal static class NoteCompleted
{
    public static async Task<Results<Created<FundsReceipt>, NotFound>> Handle(
        Guid projectId, NoteCompletedRequest request, ProjectsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var on = clock.NotAfterToday(request.CompletedOn, "/completedOn");
        request.Document?.Check(clock, "/document");
        var project = await db.Projects.EditableBy(caller).ForUpdate(projectId, ct);
        if (project is null)
        {
            return TypedResults.NotFound();
        }

        caller.MustWork(project);
        var now = clock.GetUtcNow();
        var entry = project.Complete(Guid.CreateVersion7(now), request.Amount!, on, request.Document, caller.Id, now);
        db.Add(entry);
        db.Publish(project, new InvestmentCompleted { Project = project.State(), Amount = entry.Amount, OccurredOn = entry.CompletedOn });
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v1/projects/{project.Id}/completed-investment/{entry.Id}", FundsReceipt.Of(project, entry));
    }

    public static async Task<Ok<BatchAnswer>> HandleBatch(
        BatchRequest<NoteCompletedItem> batch, HttpContext http, ProjectsDb db, Caller caller, TimeProvider clock, CancellationToken ct) =>
        TypedResults.Ok(await Batch.RunAsync(http, batch, async item => await Handle(item.ProjectId!.Value, item, db, caller, clock, ct)));
}
