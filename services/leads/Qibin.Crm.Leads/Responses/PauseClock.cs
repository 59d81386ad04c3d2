using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Responses;

/// <summary>The clock waits for the investor.</summary>
public sealed record ClockPauseRequest
{
    /// <summary>What the investor is waited for.</summary>
    [Needed, TextLength(500)]
    public string? Reason { get; init; }
}

/// <summary>
/// Pauses the response clock of a lead and resumes it. From the day of the pause to the day before it is resumed, days do not
/// count; what was breached before stays so.
/// </summary>
internal static class PauseClock
{
    internal static Task<Results<Ok<Receipt>, NotFound>> Pause(
        Guid leadId, ClockPauseRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct) =>
        ChangeAsync(leadId, ifMatch, db, caller, lead =>
        {
            lead.PauseClock(request.Reason!, caller.Actor(clock));
            return new ResponseClockPaused { Lead = lead.State(), OccurredOn = clock.Today() };
        }, ct);

    internal static Task<Results<Ok<Receipt>, NotFound>> Resume(
        Guid leadId, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct) =>
        ChangeAsync(leadId, ifMatch, db, caller, lead =>
        {
            lead.ResumeClock(caller.Actor(clock));
            return new ResponseClockResumed { Lead = lead.State(), OccurredOn = clock.Today() };
        }, ct);

    private static async Task<Results<Ok<Receipt>, NotFound>> ChangeAsync(
        Guid leadId, IfMatch ifMatch, LeadsDb db, Caller caller, Func<Lead, IEvent> change, CancellationToken ct)
    {
        var lead = await db.Leads.EditableBy(caller).ForUpdate(leadId, ct);
        if (lead is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(lead);
        db.Publish(lead, change(lead));
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = lead.Id, Code = lead.Code, Version = lead.Version });
    }
}
