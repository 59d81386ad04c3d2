using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Validation;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Documents;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Idempotency;
using Qibin.Crm.Web.Validation;

#pragma warning disable ASP0029 // The batch validates its items by this evaluation API.

namespace Qibin.Crm.Projects.Amounts;

/// <summary>Funds paid in to a signed project, or investment that it completed.</summary>
public record RecordAmountRequest
{
    /// <summary>到位资金 or 完成投资.</summary>
    [Needed]
    public AmountKind? Kind { get; init; }

    /// <summary>What was paid in, or completed since the entry before; not the sum so far.</summary>
    [Needed, PositiveMoney]
    public Money? Amount { get; init; }

    /// <summary>
    /// Business date of the payment, or up to which the investment was completed, such as the last day of the month; not before signing,
    /// not after today.
    /// </summary>
    [Needed, BusinessDate]
    public DateOnly? OccurredOn { get; init; }

    /// <summary>内资 or 外资. Needed for <c>paidIn</c>, not given for <c>completedInvestment</c>.</summary>
    public FundsOrigin? Origin { get; init; }

    public DocumentReference? Document { get; init; }
}

/// <summary>One entry of a batch.</summary>
[ValidatableType] // Items of a batch are validated one by one, so the framework does not meet this type by itself.
public sealed record RecordAmountItem : RecordAmountRequest
{
    [Needed]
    public Guid? ProjectId { get; init; }
}

/// <summary>The receipt of an entry; the version is the project's.</summary>
public sealed record AmountReceipt : Receipt
{
    public required Guid ProjectId { get; init; }

    internal static AmountReceipt Of(Project project, AmountEntry entry) =>
        new() { Id = entry.Id, ProjectId = project.Id, Code = project.Code, Version = project.Version };
}

/// <summary>Records paid-in funds or completed investment of a signed project. An entry is never changed, only reversed.</summary>
internal static class RecordAmount
{
    public static async Task<Results<Created<AmountReceipt>, NotFound>> Handle(
        Guid projectId, RecordAmountRequest request, ProjectsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        if (request.Kind == AmountKind.PaidIn != request.Origin.HasValue)
        {
            throw Refusal.Invalid("/origin", request.Origin is null ? "value.required" : "amount.originNotAsked");
        }

        var on = clock.NotAfterToday(request.OccurredOn, "/occurredOn");
        var document = request.Document?.Read(clock, "/document");
        var project = await db.ForWorkAsync(projectId, caller, ct);
        if (project is null)
        {
            return TypedResults.NotFound();
        }

        var now = clock.GetUtcNow();
        var entry = project.Record(
            Guid.CreateVersion7(now), request.Kind!.Value, request.Amount!, on, request.Origin, document, caller.Id, now);
        db.Add(entry);
        db.PublishAmount(project, entry);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v1/projects/{project.Id}/amounts/{entry.Id}", AmountReceipt.Of(project, entry));
    }

    public static async Task<Ok<BatchAnswer>> HandleBatch(
        BatchRequest<RecordAmountItem> batch, HttpContext http, ProjectsDb db, Caller caller, TimeProvider clock, CancellationToken ct) =>
        TypedResults.Ok(await Batch.RunAsync(http, batch, async item => await Handle(item.ProjectId!.Value, item, db, caller, clock, ct)));

    /// <summary>Publishes the event of the entry's kind.</summary>
    internal static void PublishAmount(this ProjectsDb db, Project project, AmountEntry entry)
    {
        if (entry.Kind == AmountKind.PaidIn)
        {
            db.Publish(project, new FundsPaidIn { Project = project.State(), Amount = entry.Amount, OccurredOn = entry.OccurredOn });
        }
        else
        {
            db.Publish(project, new InvestmentCompleted
            {
                Project = project.State(),
                Amount = entry.Amount,
                OccurredOn = entry.OccurredOn,
            });
        }
    }
}
