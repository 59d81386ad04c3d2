using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Register;

/// <summary>Why a coordinator has to read a confidential journey that nobody else can go on with.</summary>
public sealed record ConfidentialAccessRequest
{
    /// <summary>Code of the lead or of its project, such as <c>L-2026-000123</c>.</summary>
    [Needed, Line(20)]
    public string? Code { get; init; }

    /// <summary>Kept in the audit.</summary>
    [Needed, TextLength(1000, 4)]
    public string? Reason { get; init; }
}

/// <summary>
/// The way in for an emergency: a coordinator becomes a reader of a confidential journey, by its code. It is audited with the reason, and
/// all
/// readers see the new one among them.
/// </summary>
internal static class OpenConfidential
{
    internal static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        ConfidentialAccessRequest request, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var code = request.Code!;
        var id = await db.Leads.Where(l => l.Code == code || db.Projects.Any(p => p.Code == code && p.ProjectId == l.ProjectId))
            .Select(l => l.Id).SingleOrDefaultAsync(ct);
        if (await db.Leads.ForUpdate(id, ct) is not { } lead)
        {
            return TypedResults.NotFound();
        }

        if (!lead.Confidential || lead.Readers.Contains(caller.Id))
        {
            throw new RuleViolation("lead.readAlready");
        }

        lead.Admit(caller.Id, caller.Actor(clock));
        db.Publish(lead, new LeadAmended { Lead = lead.State() });
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = lead.Id, Code = lead.Code, Version = lead.Version });
    }
}
