using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.Rules;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;

namespace Qibin.Crm.Leads.Responses;

/// <summary>The response clock 响应时限: what was not done in time, for those who answer for it, and its times.</summary>
internal static class ReadBreaches
{
    private static readonly Listing<BreachOfLead> Listing = new Listing<BreachOfLead>(b => b.Breach.Id, "-breachedAt")
        .Sort("breachedAt", b => b.Breach.BreachedAt).Sort("dueOn", b => b.Breach.DueOn);

    public static void MapResponses(this RouteGroupBuilder api)
    {
        api.MapGet("/response-breaches", List).AllowEverybody(Scopes.LeadsRead).WithMetadata(Listing)
            .WithName("listResponseBreaches").WithSummary("响应超时清单 · Deadlines of the response clock that passed");
        api.MapGet("/response-clock/rules", (LeadsDb db, CancellationToken ct) => RuleSets.ReadAsync<ResponseRules>(db, ct))
            .AllowEverybody(Scopes.LeadsRead)
            .WithName("readResponseRules").WithSummary("响应时限规则 · Times of the response clock");
        api.MapPut("/response-clock/rules", Change).Allow(null, Roles.Administrator)
            .WithName("changeResponseRules").WithSummary("修改响应时限 · Change the times of the response clock");
        api.MapPost("/leads/{leadId:guid}/response-clock/pause", PauseClock.Pause).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("pauseResponseClock").WithSummary("暂停计时（等待客商）· Let the response clock wait for the investor");
        api.MapPost("/leads/{leadId:guid}/response-clock/resume", PauseClock.Resume).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("resumeResponseClock").WithSummary("恢复计时 · Let the response clock run again");
    }

    private static async Task<Ok<Page<BreachAnswer>>> List(
        [AsParameters] BreachQuery query, [AsParameters] PageQuery page, LeadsDb db, Caller caller, HttpRequest request,
        CancellationToken ct)
    {
        var found =
            from breach in db.ResponseBreaches.AsNoTracking()
            join lead in db.Leads.ReadableBy(caller) on breach.LeadId equals lead.Id
            select new BreachOfLead { Breach = breach, Lead = lead };
        if (query.Kind is { Values: var kinds })
        {
            found = found.Where(b => kinds.Contains(b.Breach.Kind));
        }

        if (query.State is { Values: var states })
        {
            found = states is [var state] ? found.Where(b => b.Breach.State == state) : found.Where(b => states.Contains(b.Breach.State));
        }

        if (query.UnitId is { } unit)
        {
            found = found.Where(b => b.Lead.UnitId == unit);
        }

        if (query.OwnerId is { } owner)
        {
            found = found.Where(b => b.Lead.OwnerId == owner);
        }

        if (query.LeadId is { } leadId)
        {
            found = found.Where(b => b.Breach.LeadId == leadId);
        }

        return TypedResults.Ok(await Listing.PageAsync(found, page, request, BreachAnswer.From, ct));
    }

    private static async Task<Ok<Receipt>> Change(
        ResponseRulesRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, ResponseClocks clocks, TimeProvider clock,
        CancellationToken ct)
    {
        var rules = request.Rules(await db.RulesAsync<ResponseRules>(ct));
        var changed = await RuleSets.ChangeAsync(rules, ifMatch, db, caller, clock, ct);
        await RecountClocks.AskAsync(db, clock.GetUtcNow(), ct);
        clocks.Forget();
        return changed;
    }
}
