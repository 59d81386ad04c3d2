using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
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

namespace Qibin.Crm.Leads.NextSteps;

/// <summary>What to do next on a lead.</summary>
public sealed record NextStepRequest
{
    [Needed, TextLength(500)]
    public string? What { get; init; }

    /// <summary>Day by which it is due; not before the lead's first contact.</summary>
    [Needed, BusinessDate]
    public DateOnly? DueOn { get; init; }
}

/// <summary>The open next step is done.</summary>
public sealed record NextStepDoneRequest
{
    /// <summary>Day on which it was done; today when left out, never in the future.</summary>
    [BusinessDate]
    public DateOnly? DoneOn { get; init; }

    [TextLength(1000)]
    public string? Note { get; init; }

    /// <summary>What to do after it.</summary>
    public NextStepRequest? Next { get; init; }
}

/// <summary>A next step of a lead, and what became of it.</summary>
public sealed record NextStepEntry
{
    public required Guid Id { get; init; }
    public required string What { get; init; }
    public required DateOnly DueOn { get; init; }

    /// <summary>
    /// How it ended: done, replaced by another step, dropped with the lead's closure, or cancelled; null while it is open.
    /// </summary>
    public NextStepOutcome? Outcome { get; init; }

    /// <summary>Business date on which it was done.</summary>
    public DateOnly? DoneOn { get; init; }

    /// <summary>What was said of its completion, or why it was cancelled.</summary>
    public string? Note { get; init; }

    [Named]
    public required Guid CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    [Named]
    public Guid? EndedBy { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    internal static NextStepEntry Of(NextStep step) => new()
    {
        Id = step.Id,
        What = step.What,
        DueOn = step.DueOn,
        Outcome = step.Outcome,
        DoneOn = step.DoneOn,
        Note = step.Note,
        CreatedBy = step.CreatedBy,
        CreatedAt = step.CreatedAt,
        EndedBy = step.EndedBy,
        EndedAt = step.EndedAt,
    };
}

/// <summary>Plans and completes the next step of a lead.</summary>
internal static class PlanNextStep
{
    public static void MapNextSteps(this RouteGroupBuilder api)
    {
        api.MapPut("/leads/{leadId:guid}/next-step", Plan).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("planNextStep").WithSummary("安排下一步 · Plan the next step");
        api.MapPost("/leads/{leadId:guid}/next-step/completion", Finish).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("completeNextStep").WithSummary("完成下一步 · Mark the next step as done");
        api.MapGet("/leads/{leadId:guid}/next-steps", Entries).AllowEverybody(Scopes.LeadsRead)
            .WithName("listNextSteps").WithSummary("历次下一步及完成情况 · Next steps of a lead and what became of them, oldest first");
    }

    private static Task<Results<Ok<IReadOnlyList<NextStepEntry>>, NotFound>> Entries(
        Guid leadId, LeadsDb db, Caller caller, CancellationToken ct) =>
        db.NextSteps.Where(s => s.LeadId == leadId).OrderBy(s => s.CreatedAt).ThenBy(s => s.Id)
            .HistoryOfAsync(db.Leads.ReadableBy(caller).Where(l => l.Id == leadId), NextStepEntry.Of, ct);

    private static async Task<Results<Ok<Receipt>, NotFound>> Plan(
        Guid leadId, NextStepRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var lead = await db.Leads.EditableBy(caller).ForUpdate(leadId, ct);
        if (lead is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(lead);
        await ReplaceAsync(db, lead, request, caller.Actor(clock), clock, ct);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = lead.Id, Code = lead.Code, Version = lead.Version });
    }

    private static async Task<Results<Ok<Receipt>, NotFound>> Finish(
        Guid leadId, NextStepDoneRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var doneOn = clock.NotAfterToday(request.DoneOn, "/doneOn");
        var lead = await db.Leads.EditableBy(caller).ForUpdate(leadId, ct);
        if (lead is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(lead);
        var actor = caller.Actor(clock);
        await EndOpenAsync(db, lead, NextStepOutcome.Done, actor, ct, doneOn, request.Note);
        lead.FinishNextStep(actor);
        if (request.Next is { } next)
        {
            await ReplaceAsync(db, lead, next, actor, clock, ct);
        }
        else
        {
            db.Publish(lead, new NextStepPlanned { Lead = lead.State() });
        }

        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = lead.Id, Code = lead.Code, Version = lead.Version });
    }

    /// <summary>Plans a step in place of the open one.</summary>
    internal static async Task ReplaceAsync(
        LeadsDb db, Lead lead, NextStepRequest request, Actor actor, TimeProvider clock, CancellationToken ct)
    {
        await EndOpenAsync(db, lead, NextStepOutcome.Replaced, actor, ct);
        db.Add(lead.PlanNextStep(clock.NewId(), request.What!, request.DueOn!.Value, actor));
        db.Publish(lead, new NextStepPlanned { Lead = lead.State(), DueOn = lead.NextStepDueOn });
    }

    /// <summary>Notes on the open step, where there is one, how it ended.</summary>
    internal static async Task EndOpenAsync(
        LeadsDb db, Lead lead, NextStepOutcome outcome, Actor actor, CancellationToken ct, DateOnly? doneOn = null, string? note = null)
    {
        if (lead.NextStepId is { } open)
        {
            (await db.NextSteps.SingleAsync(s => s.Id == open, ct)).End(outcome, actor, doneOn, note);
        }
    }
}
