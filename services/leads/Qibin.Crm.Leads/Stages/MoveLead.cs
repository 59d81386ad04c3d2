using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.NextSteps;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Stages;

/// <summary>Moves a lead from stage to stage, and keeps when, by whom and why.</summary>
internal static class MoveLead
{
    public static void MapStages(this RouteGroupBuilder api)
    {
        api.MapPost("/leads/{leadId:guid}/assessment", StartAssessment).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("startAssessment").WithSummary("开始研判 · Start assessing a lead");
        api.MapPost("/leads/{leadId:guid}/assessment/conclusion", ConcludeAssessment).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("concludeAssessment").WithSummary("研判通过，转入跟进 · Conclude that a lead is worth following");
        api.MapPost("/leads/{leadId:guid}/conversion", Convert).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("convertLead").WithSummary("转为项目 · Convert a lead into a project");
        api.MapPost("/leads/{leadId:guid}/further-projects", ContinueLead.Handle).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("openFurtherProject").WithSummary("登记后续项目 · Open a further project of a converted lead");
        api.MapPost("/leads/{leadId:guid}/closure", Close).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("closeLead").WithSummary("留存或作废 · Keep a lead for later or close it as invalid");
        api.MapPost("/leads/{leadId:guid}/reopening", Reopen).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("reopenLead").WithSummary("重新启用 · Follow a closed lead again");
        api.MapPost("/leads/{leadId:guid}/stage-dates", CorrectStageDate.Handle).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("correctLeadStageDate").WithSummary("更正阶段日期 · Correct the date of a stage that a lead has reached");
        api.MapGet("/leads/{leadId:guid}/history", Stages).AllowEverybody(Scopes.LeadsRead)
            .WithName("readLeadHistory").WithSummary("阶段历史 · Stages of a lead, oldest first");
    }

    private static Task<Results<Ok<Receipt>, NotFound>> StartAssessment(
        Guid leadId, AssessmentRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var on = clock.NotAfterToday(request.OccurredOn, "/occurredOn");
        return MoveAsync(leadId, ifMatch, db, caller, lead => (
            lead.StartAssessment(on, request.Note, caller.Actor(clock)),
            new LeadAssessed { Lead = lead.State(), OccurredOn = on }), null, ct);
    }

    private static Task<Results<Ok<Receipt>, NotFound>> ConcludeAssessment(
        Guid leadId, AssessmentConclusionRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock,
        CancellationToken ct)
    {
        var on = clock.NotAfterToday(request.OccurredOn, "/occurredOn");
        return MoveAsync(leadId, ifMatch, db, caller, lead => (
            lead.ConcludeAssessment(on, request.Note!, caller.Actor(clock)),
            new LeadAssessed { Lead = lead.State(), OccurredOn = on }), null, ct);
    }

    private static async Task<Results<Created<ConversionReceipt>, NotFound>> Convert(
        Guid leadId, ConversionRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var on = clock.NotAfterToday(request.OccurredOn, "/occurredOn");
        var projectId = clock.NewId();
        var moved = await MoveAsync(leadId, ifMatch, db, caller, lead => (
            lead.Convert(projectId, request.ProjectName!, on, caller.Actor(clock)),
            new LeadConverted { Lead = lead.State(), ProjectId = projectId, ProjectName = request.ProjectName!, OccurredOn = on }), null,
            ct);
        return moved.Result is Ok<Receipt> { Value: { } receipt }
            ? TypedResults.Created($"/api/v1/projects/{projectId}", new ConversionReceipt
            {
                Id = receipt.Id,
                Code = receipt.Code!,
                Version = receipt.Version,
                ProjectId = projectId,
            })
            : TypedResults.NotFound();
    }

    private static Task<Results<Ok<Receipt>, NotFound>> Close(
        Guid leadId, ClosureRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var on = clock.NotAfterToday(request.OccurredOn, "/occurredOn");
        var kept = request.Outcome == ClosureOutcome.Kept;
        if (kept != request.RevisitOn.HasValue)
        {
            throw kept ? Refusal.Invalid("/revisitOn", "value.required") : Refusal.Invalid("/revisitOn", "value.exclusive", "invalid");
        }

        if (request is { Reason: ClosureReason.Other, Note: null })
        {
            throw Refusal.Invalid("/note", "value.required");
        }

        if (request is { WentTo: not null, Reason: not ClosureReason.WentElsewhere })
        {
            throw Refusal.Invalid("/wentTo", "closure.wentToNeedsReason");
        }

        var actor = caller.Actor(clock);
        return MoveAsync(leadId, ifMatch, db, caller, lead => (
            kept
                ? lead.Keep(request.Reason!.Value, request.RevisitOn!.Value, on, request.Note, actor, request.WentTo)
                : lead.Invalidate(request.Reason!.Value, on, request.Note, actor, request.WentTo),
            new LeadClosed
            {
                Lead = lead.State(),
                Reason = JsonNamingPolicy.CamelCase.ConvertName(request.Reason!.Value.ToString()),
                RevisitOn = request.RevisitOn,
                OccurredOn = on,
            }), (lead, ended) => PlanNextStep.EndOpenAsync(db, lead, NextStepOutcome.Dropped, actor, ended), ct);
    }

    private static Task<Results<Ok<Receipt>, NotFound>> Reopen(
        Guid leadId, ReopeningRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var on = clock.NotAfterToday(request.OccurredOn, "/occurredOn");
        return MoveAsync(leadId, ifMatch, db, caller, lead => (
            lead.Reopen(on, request.Note, caller.Actor(clock)),
            new LeadReopened { Lead = lead.State(), OccurredOn = on }), null, ct);
    }

    private static async Task<Results<Ok<IReadOnlyList<StageAnswer>>, NotFound>> Stages(
        Guid leadId, LeadsDb db, Caller caller, CancellationToken ct)
    {
        var lead = db.Leads.ReadableBy(caller).Where(l => l.Id == leadId);
        // An earlier contact that was entered late moves the beginning.
        var firstContactOn = await lead.Select(l => l.FirstContactOn).SingleOrDefaultAsync(ct);
        return await db.StageMoves.Where(m => m.LeadId == leadId).OrderBy(m => m.Version)
            .HistoryOfAsync(lead, move => StageAnswer.Of(move, firstContactOn), ct);
    }

    /// <summary>What the moves have in common: lock, version, move, history, event, save.</summary>
    private static async Task<Results<Ok<Receipt>, NotFound>> MoveAsync(
        Guid leadId, IfMatch ifMatch, LeadsDb db, Caller caller,
        Func<Lead, (StageMove Move, IEvent Happened)> move, Func<Lead, CancellationToken, Task>? before, CancellationToken ct)
    {
        var lead = await db.Leads.EditableBy(caller).ForUpdate(leadId, ct);
        if (lead is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(lead);
        await (before?.Invoke(lead, ct) ?? Task.CompletedTask);
        var (moved, happened) = move(lead);
        db.Add(moved);
        db.Publish(lead, happened);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = lead.Id, Code = lead.Code, Version = lead.Version });
    }
}
