using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Assignments;

/// <summary>Gives the leads of one officer to another, at most 200 at once, the oldest first.</summary>
public sealed record HandoverRequest
{
    /// <summary>Whose leads; that officer may have left.</summary>
    [Needed]
    public Guid? FromId { get; init; }

    /// <summary>An active officer; the leads' unit becomes that officer's.</summary>
    [Needed]
    public Guid? ToId { get; init; }

    [Needed, TextLength(1000)]
    public string? Reason { get; init; }

    /// <summary>False leaves the projects of converted leads with their owner. Default: they go along, where it is the same one.</summary>
    public bool? WithProjects { get; init; }
}

/// <summary>Whose leads would be handed over.</summary>
public sealed record HandoverQuery
{
    public required Guid FromId { get; init; }
}

/// <summary>What a handover would take, of that which the caller may give away. Closed leads stay where they are.</summary>
public sealed record HandoverPreview
{
    public required int Leads { get; init; }

    /// <summary>Of them with a project.</summary>
    public required int Converted { get; init; }

    /// <summary>Of them with a next step that is overdue.</summary>
    public required int Overdue { get; init; }
}

/// <summary>What was handed over.</summary>
public sealed record HandoverAnswer : IReceipt
{
    /// <summary>The leads that changed hands.</summary>
    public required IReadOnlyList<Guid> LeadIds { get; init; }

    /// <summary>How many are left; send the request again for them.</summary>
    public required int Left { get; init; }
}

/// <summary>Hands the open leads of somebody over, as when that person leaves, each as an assignment of its own.</summary>
internal static class HandOver
{
    private const int Most = 200;

    public static void MapHandovers(this RouteGroupBuilder api)
    {
        api.MapGet("/handovers/preview", Preview).Allow(Scopes.LeadsRead, LeadsService.Assigners)
            .WithName("previewHandover").WithSummary("移交预览 · What a handover would take");
        api.MapPost("/handovers", Handle).Allow(Scopes.LeadsWrite, LeadsService.Assigners)
            .WithName("handOverLeads").WithSummary("批量移交线索 · Give the leads of one officer to another");
    }

    private static async Task<Ok<HandoverPreview>> Preview(
        [AsParameters] HandoverQuery query, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var today = clock.Today();
        var preview = await Of(db, caller, query.FromId).GroupBy(_ => 1).Select(g => new HandoverPreview
        {
            Leads = g.Count(),
            Converted = g.Count(l => l.ProjectId != null),
            Overdue = g.Count(l => l.NextStepDueOn < today),
        }).SingleOrDefaultAsync(ct);
        return TypedResults.Ok(preview ?? new HandoverPreview { Leads = 0, Converted = 0, Overdue = 0 });
    }

    private static async Task<Ok<HandoverAnswer>> Handle(
        HandoverRequest request, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        if (request.FromId == request.ToId)
        {
            throw new RuleViolation("lead.sameOwner");
        }

        var from = request.FromId!.Value;
        var owner = await Owners.ReachedAsync(db, caller, request.ToId!.Value, ct);
        var leads = await Of(db, caller, from).Locked().Take(Most).ToListAsync(ct);
        var actor = caller.Actor(clock);
        foreach (var lead in leads)
        {
            AssignLead.Give(db, lead, owner, request.Reason!, actor.At.OnDay(), actor, request.WithProjects);
        }

        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new HandoverAnswer
        {
            LeadIds = leads.ConvertAll(l => l.Id),
            Left = await Of(db, caller, from).CountAsync(ct),
        });
    }

    /// <summary>The leads of somebody that are not closed and that the caller may give away.</summary>
    private static IQueryable<Lead> Of(LeadsDb db, Caller caller, Guid owner) =>
        db.Leads.EditableBy(caller).Where(l => l.OwnerId == owner && l.Stage != LeadStage.Invalid);
}
