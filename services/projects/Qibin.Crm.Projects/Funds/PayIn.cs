using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Validation;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Idempotency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

#pragma warning disable ASP0029 // The batch validates its items by this evaluation API.

namespace Qibin.Crm.Projects.Funds;

/// <summary>Funds that were paid in to a signed project.</summary>
public record PayInRequest
{
    [Needed, PositiveMoney]
    public Money? Amount { get; init; }

    /// <summary>Business date of the payment; not after today.</summary>
    [Needed, BusinessDate]
    public DateOnly? PaidOn { get; init; }

    /// <summary>内资 or 外资.</summary>
    [Needed]
    public FundsOrigin? Origin { get; init; }

    public DocumentReference? Document { get; init; }
}

/// <summary>One entry of a batch.</summary>
[ValidatableType] // Items of a batch are validated one by one, so the framework does not meet this type by itself.
public sealed record PayInItem : PayInRequest
{
    [Needed]
    public Guid? ProjectId { get; init; }
}

/// <summary>What a write on a project's ledger answers; the version is the project's.</summary>
public sealed record FundsReceipt : Receipt
{
    public required Guid ProjectId { get; init; }

    internal static FundsReceipt Of(Project project, LedgerEntry entry) =>
        new() { Id = entry.Id, ProjectId = project.Id, Code = project.Code, Version = project.Version };
}

internal static class PayIn
{
    public static async Task<Results<Created<FundsReceipt>, NotFound>> Handle(
        Guid projectId, PayInRequest request, ProjectsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var on = clock.NotAfterToday(request.PaidOn, "/paidOn");
        request.Document?.Check(clock, "/document");
        var project = await db.Projects.EditableBy(caller).ForUpdate(projectId, ct);
        if (project is null)
        {
            return TypedResults.NotFound();
        }

        caller.MustWork(project);
        var now = clock.GetUtcNow();
        var entry = project.PayIn(Guid.CreateVersion7(now), request.Amount!, on, request.Origin!.Value, request.Document, caller.Id, now);
        db.Add(entry);
        db.Publish(project, new FundsPaidIn { Project = project.State(), Amount = entry.Amount, OccurredOn = entry.PaidOn });
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v1/projects/{project.Id}/funds/{entry.Id}", FundsReceipt.Of(project, entry));
    }

    public static async Task<Ok<BatchAnswer>> HandleBatch(
        BatchRequest<PayInItem> batch, HttpContext http, ProjectsDb db, Caller caller, TimeProvider clock, CancellationToken ct) =>
        TypedResults.Ok(await Batch.RunAsync(http, batch, async item => await Handle(item.ProjectId!.Value, item, db, caller, clock, ct)));
}
