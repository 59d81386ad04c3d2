using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Validation;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Idempotency;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

#pragma warning disable ASP0029 // The batch validates its items by this evaluation API.

namespace Qibin.Crm.Enterprises.Entry;

/// <summary>
/// An application and the steps it went through, in their order; each asks what it asks when taken alone, and a step after one
/// that was left out is refused.
/// </summary>
[ValidatableType] // Items of a batch are validated one by one, so the framework does not meet this type by itself.
public sealed record RecordEntryApplicationRequest
{
    [Needed]
    public DraftEntryApplicationRequest? Draft { get; init; }

    public FairCompetitionRequest? FairCompetitionReview { get; init; }
    public StepRequest? Acceptance { get; init; }
    public ReviewRequest? Review { get; init; }
    public ApprovalRequest? Approval { get; init; }
    public AgreementRequest? Agreement { get; init; }
    public StepRequest? Handover { get; init; }
    public StepRequest? MoveIn { get; init; }
}

/// <summary>Records applications that another system took through their steps.</summary>
internal static class RecordEntryApplications
{
    internal static async Task<Ok<BatchAnswer>> Handle(
        BatchRequest<RecordEntryApplicationRequest> batch, HttpContext http, EnterprisesDb db, Caller caller, PeopleCodes codes,
        TimeProvider clock,
        CancellationToken ct) =>
        TypedResults.Ok(await Batch.RunAsync(http, batch, async item => await RecordAsync(item, db, caller, codes, clock, ct)));

    private static async Task<IResult> RecordAsync(
        RecordEntryApplicationRequest request, EnterprisesDb db, Caller caller, PeopleCodes codes, TimeProvider clock, CancellationToken ct)
    {
        // Each step is saved by itself and so has a version of its own, as when it is taken alone.
        var application = await DraftEntryApplication.ApplyAsync(request.Draft!, db, caller, codes, clock, ct);
        if (request.FairCompetitionReview is { } fair)
        {
            await RecordFairCompetition.ApplyAsync(application, fair, db, caller, clock, "/fairCompetitionReview/on", ct);
        }

        if (request.Acceptance is { } accepted)
        {
            await PlainSteps.ApplyAsync(
                application, (a, s) => a.Accept(s), clock.StepOf(caller, accepted.On, accepted.Opinion, "/acceptance/on"), db, ct);
        }

        if (request.Review is { } review)
        {
            await ReviewEntryApplication.ApplyAsync(application, review, db, caller, clock, "/review", ct);
        }

        if (request.Approval is { } approval)
        {
            await ApproveEntryApplication.ApplyAsync(application, approval, db, caller, clock, "/approval", ct);
        }

        if (request.Agreement is { } agreement)
        {
            await AgreeEntryApplication.ApplyAsync(application, agreement, db, caller, clock, "/agreement/on", ct);
        }

        if (request.Handover is { } handover)
        {
            await PlainSteps.ApplyAsync(
                application, (a, s) => a.HandOver(s), clock.StepOf(caller, handover.On, handover.Opinion, "/handover/on"), db, ct);
        }

        if (request.MoveIn is not { } moveIn)
        {
            return TypedResults.Created($"/api/v1/entry-applications/{application.Id}", application.Receipt());
        }

        // The draft has locked the enterprise.
        var enterprise = await db.Enterprises.Include(e => e.Links).SingleAsync(e => e.Id == application.EnterpriseId, ct);
        var tenancy = await MoveIn.ApplyAsync(
            application, enterprise, clock.StepOf(caller, moveIn.On, moveIn.Opinion, "/move-in/on"), db, codes, ct);
        return TypedResults.Created($"/api/v1/entry-applications/{application.Id}", new MoveInReceipt
        {
            Id = application.Id,
            Code = application.Code,
            Version = application.Version,
            TenancyId = tenancy.Id,
        });
    }
}
