using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Stages;

/// <summary>Corrects the business date of a stage that a lead has reached, whatever its stage is now.</summary>
internal static class CorrectStageDate
{
    public static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid leadId, StageDateRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var on = clock.NotAfterToday(request.OccurredOn, "/occurredOn");
        var lead = await db.Leads.EditableBy(caller).ForUpdate(leadId, ct);
        if (lead is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(lead);
        var history = await db.StageMoves.Where(m => m.LeadId == leadId).OrderBy(m => m.Version).ToListAsync(ct);
        var signedOn = await db.Projects.Where(p => p.ProjectId == lead.ProjectId).Select(p => p.SignedOn).SingleOrDefaultAsync(ct);
        var move = lead.CorrectStageDate(history, request.MoveVersion!.Value, on, request.Reason!, signedOn, caller.Actor(clock));
        db.Publish(lead, new LeadStageDateCorrected
        {
            Lead = lead.State(),
            MoveVersion = move.Version,
            Stage = move.To,
            PreviousOn = move.Corrections[^1].PreviousOn,
            OccurredOn = on,
        });
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = lead.Id, Code = lead.Code, Version = lead.Version });
    }
}
