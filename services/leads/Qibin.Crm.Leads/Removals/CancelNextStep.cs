using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Removals;

/// <summary>Cancels the open next step, which stays in the lead's history with the reason.</summary>
internal static class CancelNextStep
{
    public static async Task<Results<Ok<CancellationReceipt>, NotFound>> Handle(
        Guid leadId, RemovalRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock,
        IOptions<BinSettings> settings, CancellationToken ct)
    {
        var lead = await db.Leads.EditableBy(caller).ForUpdate(leadId, ct);
        if (lead is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(lead);
        var removal = request.Removal(caller, clock, settings);
        var step = lead.NextStepId is { } open ? await db.NextSteps.SingleAsync(s => s.Id == open, ct) : null;
        lead.FinishNextStep(removal.Actor);
        step!.End(NextStepOutcome.Cancelled, removal.Actor, note: removal.Reason);
        db.Publish(lead, new NextStepPlanned { Lead = lead.State() });
        var item = BinItem.Of(clock.NewId(), lead, step, removal);
        await db.PutIntoBinAsync(item, ct);
        return TypedResults.Ok(new CancellationReceipt
        {
            Id = item.Id,
            SubjectId = item.SubjectId,
            RestorableUntil = item.DueAt,
            Version = lead.Version,
        });
    }
}
