using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Assignments;

/// <summary>Gives a lead to an officer.</summary>
public sealed record AssignmentRequest
{
    /// <summary>An active officer; the lead's unit becomes that officer's.</summary>
    [Needed]
    public Guid? OwnerId { get; init; }

    [Needed, TextLength(1000)]
    public string? Reason { get; init; }

    /// <summary>Today when left out; never in the future, nor before the first contact.</summary>
    [BusinessDate]
    public DateOnly? OccurredOn { get; init; }

    /// <summary>False leaves the project of a converted lead with its owner. Default: it goes along, where it has the same one.</summary>
    public bool? WithProject { get; init; }
}

/// <summary>One change of owner.</summary>
public sealed record AssignmentAnswer
{
    [Named]
    public required Guid FromOwnerId { get; init; }

    [Named]
    public required Guid FromUnitId { get; init; }

    [Named]
    public required Guid ToOwnerId { get; init; }

    [Named]
    public required Guid ToUnitId { get; init; }

    public required string Reason { get; init; }
    public required DateOnly OccurredOn { get; init; }

    [Named]
    public required Guid ActorId { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>The lead's version after it.</summary>
    public required long Version { get; init; }

    internal static AssignmentAnswer From(Assignment assignment) => new()
    {
        FromOwnerId = assignment.FromOwnerId,
        FromUnitId = assignment.FromUnitId,
        ToOwnerId = assignment.ToOwnerId,
        ToUnitId = assignment.ToUnitId,
        Reason = assignment.Reason,
        OccurredOn = assignment.OccurredOn,
        ActorId = assignment.ActorId,
        RecordedAt = assignment.RecordedAt,
        Version = assignment.Version,
    };
}

/// <summary>Gives leads to officers, and keeps who had them before.</summary>
internal static class AssignLead
{
    public static void MapAssignments(this RouteGroupBuilder api)
    {
        api.MapPost("/leads/{leadId:guid}/assignment", Handle).Allow(Scopes.LeadsWrite, LeadsService.Assigners)
            .WithName("assignLead").WithSummary("分派线索 · Assign a lead");
        api.MapGet("/leads/{leadId:guid}/assignments", List).AllowEverybody(Scopes.LeadsRead)
            .WithName("listAssignments").WithSummary("分派记录 · Who had the lead, oldest first");
        api.MapSuggestions();
        api.MapHandovers();
        api.MapLeaves();
    }

    private static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid leadId, AssignmentRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var occurredOn = clock.NotAfterToday(request.OccurredOn, "/occurredOn");
        var lead = await db.Leads.EditableBy(caller).ForUpdate(leadId, ct);
        if (lead is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(lead);
        var owner = await Owners.ReachedAsync(db, caller, request.OwnerId!.Value, ct);
        Give(db, lead, owner, request.Reason!, occurredOn, caller.Actor(clock), request.WithProject);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = lead.Id, Code = lead.Code, Version = lead.Version });
    }

    /// <summary>Gives the lead to its new owner, records the change and publishes it.</summary>
    internal static void Give(
        LeadsDb db, Lead lead, Owner owner, string reason, DateOnly occurredOn, Actor actor, bool? withProject = null)
    {
        var assignment = lead.Assign(owner.Id, owner.UnitId, reason, occurredOn, actor);
        db.Add(assignment);
        db.Publish(lead, new LeadAssigned
        {
            Lead = lead.State(),
            PreviousOwnerId = assignment.FromOwnerId,
            WithProject = withProject,
            OccurredOn = occurredOn,
        });
    }

    private static Task<Results<Ok<IReadOnlyList<AssignmentAnswer>>, NotFound>> List(
        Guid leadId, LeadsDb db, Caller caller, CancellationToken ct) =>
        db.Assignments.Where(a => a.LeadId == leadId).OrderBy(a => a.Version)
            .HistoryOfAsync(db.Leads.ReadableBy(caller).Where(l => l.Id == leadId), AssignmentAnswer.From, ct);
}
