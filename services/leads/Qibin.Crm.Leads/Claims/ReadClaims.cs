using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.Rules;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Leads.Claims;

/// <summary>What the investment's size asks for and is not done yet: 省级备案, 专班.</summary>
public enum ClaimTask { Filing, TaskForce }

/// <summary>Filters of the claims.</summary>
public sealed record ClaimQuery
{
    /// <summary>States, separated by commas.</summary>
    public Words<ClaimState>? State { get; init; }

    public Guid? UnitId { get; init; }
    public Guid? InvestorId { get; init; }
    public Guid? LeadId { get; init; }

    /// <summary>Claims that hold an investor and have one of these tasks open.</summary>
    public Words<ClaimTask>? OpenTask { get; init; }
}

/// <summary>Filters of the disputes.</summary>
public sealed record DisputeQuery
{
    /// <summary>Open disputes only, or resolved ones only.</summary>
    public bool? Open { get; init; }
}

/// <summary>Asks for one investor: by its id, its unified social credit code, or its registration outside of the mainland.</summary>
public sealed record ProtectionQuery
{
    /// <summary>An investor that the caller sees.</summary>
    public Guid? InvestorId { get; init; }

    /// <summary>
    /// Unified social credit code, whether or not the caller sees the investor: before talks begin one asks who is in them. Of confidential
    /// talks it says nothing.
    /// </summary>
    public string? Uscc { get; init; }

    /// <summary>Country of a registration outside of the mainland, ISO 3166-1 alpha-2; with its number. As with the code.</summary>
    public string? RegistrationCountry { get; init; }

    /// <summary>Number of the registration; with its country.</summary>
    public string? RegistrationNumber { get; init; }
}

/// <summary>First-report protection 首报首谈.</summary>
internal static class ReadClaims
{
    /// <summary>Roles that confirm or refuse a pending claim.</summary>
    public static readonly string[] Confirmers = [Roles.UnitHead, Roles.Coordinator];

    private static readonly Listing<Claim> Claims = new Listing<Claim>(c => c.Id, "-claimedAt")
        .Sort("claimedAt", c => c.ClaimedAt).Sort("updatedAt", c => c.UpdatedAt).Sort("number", c => c.Number);

    private static readonly Listing<ClaimDispute> Disputes = new Listing<ClaimDispute>(d => d.Id, "-openedAt")
        .Sort("openedAt", d => d.OpenedAt);

    public static void MapClaims(this RouteGroupBuilder api)
    {
        api.MapPost("/claims", FileClaim.Handle).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("fileClaim").WithSummary("首报首谈申报 · Claim an investor with first-talk evidence");
        api.MapGet("/claims", List).AllowEverybody(Scopes.LeadsRead).WithMetadata(Claims)
            .WithName("listClaims").WithSummary("首报首谈列表 · Claims on investors");
        api.MapGet("/claims/protection", Protection).AllowEverybody(Scopes.LeadsRead)
            .WithName("readProtection").WithSummary("查询首报保护 · Whether an investor is protected, by whom and since when");
        api.MapGet("/claims/rules", (LeadsDb db, CancellationToken ct) => RuleSets.ReadAsync<ClaimRules>(db, ct))
            .AllowEverybody(Scopes.LeadsRead)
            .WithName("readClaimRules").WithSummary("首报保护规则 · Rules of first-report protection");
        api.MapPut("/claims/rules",
            (ClaimRulesRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct) =>
                RuleSets.ChangeAsync(request.Rules(), ifMatch, db, caller, clock, ct)).Allow(null, Roles.Administrator)
            .WithName("changeClaimRules").WithSummary("修改首报保护规则 · Change the rules of first-report protection");
        api.MapGet("/claims/{claimId:guid}", Read).AllowEverybody(Scopes.LeadsRead)
            .WithName("readClaim").WithSummary("首报首谈详情 · One claim");
        api.MapPost("/claims/{claimId:guid}/confirmation", MoveClaim.Confirm).Allow(Scopes.LeadsWrite, Confirmers)
            .WithName("confirmClaim").WithSummary("确认首报首谈 · Confirm or refuse a pending claim");
        api.MapPost("/claims/{claimId:guid}/extension", MoveClaim.Extend).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("extendClaim").WithSummary("延长首报保护 · Extend a claim on progress");
        api.MapPost("/claims/{claimId:guid}/release", MoveClaim.Release).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("releaseClaim").WithSummary("释放首报保护 · Give the investor free");
        api.MapPost("/claims/{claimId:guid}/filing", MoveClaim.File).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("recordProvincialFiling").WithSummary("登记省级备案 · Record the provincial filing");
        api.MapPost("/claims/{claimId:guid}/task-force", MoveClaim.SetUpTaskForce).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("recordTaskForce").WithSummary("登记工作专班 · Record the task force");
        api.MapPost("/claims/disputes", DisputeClaim.Open).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("disputeClaim").WithSummary("提出首报争议 · Dispute the claim on an investor");
        api.MapGet("/claims/disputes", ListDisputes).AllowEverybody(Scopes.LeadsRead).WithMetadata(Disputes)
            .WithName("listClaimDisputes").WithSummary("首报争议列表 · Disputes about claims");
        api.MapGet("/claims/disputes/{disputeId:guid}", ReadDispute).AllowEverybody(Scopes.LeadsRead)
            .WithName("readClaimDispute").WithSummary("首报争议详情 · One dispute");
        api.MapPost("/claims/disputes/{disputeId:guid}/resolution", DisputeClaim.Resolve).Allow(Scopes.LeadsWrite, Roles.Coordinator)
            .WithName("resolveClaimDispute").WithSummary("裁定首报争议 · Resolve a dispute");
    }

    /// <summary>The claims of the leads that the caller may read.</summary>
    public static IQueryable<Claim> ClaimsReadableBy(this LeadsDb db, Caller caller) =>
        db.Claims.Where(c => db.Leads.ReadableBy(caller).Any(l => l.Id == c.LeadId));

    /// <summary>The disputes of which the caller may read either side's lead.</summary>
    public static IQueryable<ClaimDispute> DisputesReadableBy(this LeadsDb db, Caller caller) =>
        db.Disputes.Where(d => db.Leads.ReadableBy(caller)
            .Any(l => l.Id == d.LeadId || db.Claims.Any(c => c.Id == d.ClaimId && c.LeadId == l.Id)));

    /// <summary>The disputes of which the caller may change either side's lead.</summary>
    public static IQueryable<ClaimDispute> DisputesEditableBy(this LeadsDb db, Caller caller) =>
        db.Disputes.Where(d => db.Leads.EditableBy(caller)
            .Any(l => l.Id == d.LeadId || db.Claims.Any(c => c.Id == d.ClaimId && c.LeadId == l.Id)));

    private static async Task<Ok<Page<ClaimAnswer>>> List(
        [AsParameters] ClaimQuery query, [AsParameters] PageQuery page, LeadsDb db, Caller caller, HttpRequest request,
        CancellationToken ct)
    {
        var claims = db.ClaimsReadableBy(caller).AsNoTracking();
        if (query.State is { Values: var states })
        {
            claims = claims.Where(c => states.Contains(c.State));
        }

        if (query.UnitId is { } unit)
        {
            claims = claims.Where(c => c.UnitId == unit);
        }

        if (query.InvestorId is { } id)
        {
            var investor = await db.FinalInvestorAsync(id, ct);
            claims = claims.Where(c => c.InvestorId == investor);
        }

        if (query.LeadId is { } lead)
        {
            claims = claims.Where(c => c.LeadId == lead);
        }

        if (query.OpenTask is { Values: var tasks })
        {
            var (filing, force) = (tasks.Contains(ClaimTask.Filing), tasks.Contains(ClaimTask.TaskForce));
            claims = claims.Where(c => c.State <= ClaimState.Disputed
                && ((filing && c.FilingRequired && c.FiledOn == null) || (force && c.TaskForceRequired && c.TaskForceOn == null)));
        }

        return TypedResults.Ok(await Claims.PageAsync(claims, page, request, ClaimAnswer.From, ct));
    }

    private static async Task<Results<Ok<ClaimAnswer>, NotFound>> Read(Guid claimId, LeadsDb db, Caller caller, CancellationToken ct) =>
        await db.ClaimsReadableBy(caller).AsNoTracking().SingleOrDefaultAsync(c => c.Id == claimId, ct) is { } claim
            ? TypedResults.Ok(ClaimAnswer.From(claim))
            : TypedResults.NotFound();

    private static async Task<Ok<Page<DisputeAnswer>>> ListDisputes(
        [AsParameters] DisputeQuery query, [AsParameters] PageQuery page, LeadsDb db, Caller caller, HttpRequest request,
        CancellationToken ct)
    {
        var disputes = db.DisputesReadableBy(caller).AsNoTracking();
        if (query.Open is { } open)
        {
            disputes = disputes.Where(d => d.Decision == null == open);
        }

        return TypedResults.Ok(await Disputes.PageAsync(disputes, page, request, DisputeAnswer.From, ct));
    }

    private static async Task<Results<Ok<DisputeAnswer>, NotFound>> ReadDispute(
        Guid disputeId, LeadsDb db, Caller caller, CancellationToken ct) =>
        await db.DisputesReadableBy(caller).AsNoTracking().SingleOrDefaultAsync(d => d.Id == disputeId, ct) is { } dispute
            ? TypedResults.Ok(DisputeAnswer.From(dispute))
            : TypedResults.NotFound();

    private static async Task<Ok<ProtectionAnswer>> Protection(
        [AsParameters] ProtectionQuery query, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var foreign = ForeignRegistrationRequest.InQuery(query.RegistrationCountry, query.RegistrationNumber);
        if ((query.InvestorId, query.Uscc, foreign) is (null, null, null))
        {
            throw Refusal.Invalid("uscc", "value.required");
        }

        if (query.Uscc is not null && (query.InvestorId is not null || foreign is not null))
        {
            throw Refusal.Invalid("uscc", "value.exclusive", query.InvestorId is null ? "registrationNumber" : "investorId");
        }

        if (foreign is not null && query.InvestorId is not null)
        {
            throw Refusal.Invalid("registrationNumber", "value.exclusive", "investorId");
        }

        var uscc = query.Uscc is null ? null : Uscc.TryParse(query.Uscc, out var parsed, out var code) ? parsed.Value
            : throw Refusal.Invalid("uscc", code);
        var keys = InvestorFacts.KeysOfCodes(uscc, foreign) is { Length: > 0 } codes ? codes
            : (await InvestorAsync(query.InvestorId!.Value))?.Keys ?? [];
        var now = clock.GetUtcNow();
        var claims = db.Claims.AsNoTracking().Holding(keys);
        if (query.InvestorId is null)
        {
            // Whoever only guesses a code learns nothing of confidential talks.
            claims = claims.Where(c => db.Leads.DisclosedTo(caller).Any(l => l.Id == c.LeadId));
        }

        var claim = await claims.FirstOrDefaultAsync(c => c.HeldUntil == null || c.HeldUntil > now, ct);
        return TypedResults.Ok(claim is null ? new ProtectionAnswer { Protected = false }
            : await Protections.ReadAsync(db, caller, claim, ct));

        async Task<Investor?> InvestorAsync(Guid id)
        {
            id = await db.FinalInvestorAsync(id, ct);
            return await db.InvestorsReadableBy(caller).AsNoTracking().SingleOrDefaultAsync(i => i.Id == id, ct);
        }
    }
}
