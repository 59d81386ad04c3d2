using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Entry;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Enterprises.Tenancies;

/// <summary>An end of a tenancy.</summary>
public sealed record EndTenancyRequest
{
    /// <summary>The day from which the spaces are free; today when left out, never later, and not before the tenancy began.</summary>
    [BusinessDate]
    public DateOnly? EndedOn { get; init; }

    [Needed, TextLength(500)]
    public string? Reason { get; init; }
}

/// <summary>Ends a tenancy 离园: its spaces are free from that day, and its application is left.</summary>
internal static class EndTenancy
{
    internal static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid tenancyId, EndTenancyRequest request, IfMatch ifMatch, EnterprisesDb db, Caller caller, TimeProvider clock,
        CancellationToken ct)
    {
        var step = clock.StepOf(caller, request.EndedOn, request.Reason, "/endedOn");
        var enterpriseId = await db.Tenancies.EditableInCity(caller).Where(t => t.Id == tenancyId).Select(t => (Guid?)t.EnterpriseId)
            .SingleOrDefaultAsync(ct);
        if (enterpriseId is null)
        {
            return TypedResults.NotFound();
        }

        // Always the enterprise before its tenancies and applications, as the consumers do.
        var enterprise = await db.Enterprises.Locked(enterpriseId.Value).Include(e => e.Links).AsSplitQuery().SingleAsync(ct);
        var tenancy = await db.Tenancies.EditableInCity(caller).ForUpdate(tenancyId, ct);
        if (tenancy is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(tenancy);
        tenancy.End(step.On, request.Reason!, step.At);
        var application = await db.EntryApplications.EditableInCity(caller).WholeForUpdate(tenancy.ApplicationId, ct);
        var from = application!.Leave(step);
        enterprise.SetInCity(await db.Tenancies.AnyAsync(
            t => t.EnterpriseId == enterprise.Id && t.Id != tenancyId && t.EndedOn == null, ct), step.At);
        db.PublishMove(application, from);
        db.Publish(enterprise, new EnterpriseLeft
        {
            Enterprise = enterprise.State(),
            TenancyId = tenancy.Id,
            ProjectId = tenancy.ProjectId,
            OccurredOn = step.On,
        }, EntryChanges.About(enterprise.Id, tenancy.ProjectId));
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = tenancy.Id, Code = tenancy.Code, Version = tenancy.Version });
    }
}
