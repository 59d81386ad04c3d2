using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Enterprises.Entry;

/// <summary>The receipt of moving in.</summary>
public sealed record MoveInReceipt : Receipt
{
    /// <summary>The tenancy that it opened.</summary>
    public required Guid TenancyId { get; init; }
}

/// <summary>Moves the enterprise into its spaces 入驻 and opens the tenancy.</summary>
internal static class MoveIn
{
    internal static async Task<Results<Ok<MoveInReceipt>, NotFound>> Handle(
        Guid applicationId, StepRequest request, IfMatch ifMatch, EnterprisesDb db, Caller caller, PeopleCodes codes, TimeProvider clock,
        CancellationToken ct)
    {
        var enterpriseId = await db.EntryApplications.EditableInCity(caller).Where(a => a.Id == applicationId)
            .Select(a => (Guid?)a.EnterpriseId).SingleOrDefaultAsync(ct);
        if (enterpriseId is null)
        {
            return TypedResults.NotFound();
        }

        // Always the enterprise before its applications, as the consumers do.
        var enterprise = await db.Enterprises.Locked(enterpriseId.Value).Include(e => e.Links).AsSplitQuery().SingleAsync(ct);
        var application = await db.EntryApplications.EditableInCity(caller).WholeForUpdate(applicationId, ct);
        if (application is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(application);
        var tenancy = await ApplyAsync(application, enterprise, clock.StepOf(caller, request.On, request.Opinion), db, codes, ct);
        return TypedResults.Ok(new MoveInReceipt
        {
            Id = application.Id,
            Code = application.Code,
            Version = application.Version,
            TenancyId = tenancy.Id,
        });
    }

    internal static async Task<Tenancy> ApplyAsync(
        EntryApplication application, Enterprise enterprise, Step step, EnterprisesDb db, PeopleCodes codes, CancellationToken ct)
    {
        var from = application.State;
        var leadId = enterprise.Links.FirstOrDefault(l => l.ProjectId == application.ProjectId)?.LeadId;
        var tenancy = application.MoveIn(step, await codes.NextAsync("T", ct), leadId);
        enterprise.SetInCity(inCity: true, step.At);
        db.Add(tenancy);
        db.PublishMove(application, from);
        db.Publish(enterprise, new EnterpriseMovedIn
        {
            Enterprise = enterprise.State(),
            ApplicationId = application.Id,
            TenancyId = tenancy.Id,
            SpaceIds = application.SpaceIds,
            ProjectId = application.ProjectId,
            LeadId = leadId,
            OccurredOn = step.On,
        }, EntryChanges.About(enterprise.Id, application.ProjectId));
        await db.SaveChangesAsync(ct);
        return tenancy;
    }
}
