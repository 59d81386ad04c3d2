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

namespace Qibin.Crm.Leads.Investors;

/// <summary>Which of two investors a fact is taken from: the one that stays, or the one that is merged into it.</summary>
public enum MergeChoice { Into, From }

/// <summary>
/// For each field, which investor's value is kept; by default that of the one that stays, or the other's where it has none.
/// </summary>
public sealed record MergeFields
{
    public MergeChoice? Name { get; init; }
    public MergeChoice? Uscc { get; init; }
    public MergeChoice? ForeignRegistration { get; init; }
    public MergeChoice? SourceRegion { get; init; }
}

/// <summary>Merges another investor into this one.</summary>
public sealed record MergeRequest
{
    /// <summary>The investor that becomes part of this one: its people and leads come here, its id points here.</summary>
    [Needed]
    public Guid? From { get; init; }

    public MergeFields? Fields { get; init; }

    /// <summary>Kept in the audit.</summary>
    [TextLength(1000)]
    public string? Reason { get; init; }
}

/// <summary>Undoes a merge.</summary>
public sealed record MergeUndoRequest
{
    /// <summary>Kept in the audit.</summary>
    [TextLength(1000)]
    public string? Reason { get; init; }
}

/// <summary>What a merge answers: the investor that stays, and the merge.</summary>
public sealed record MergeReceipt : Receipt
{
    public required Guid MergeId { get; init; }

    /// <summary>Until when it can be undone: 30 days.</summary>
    public required DateTimeOffset UndoableUntil { get; init; }
}

/// <summary>One merge into an investor.</summary>
public sealed record MergeAnswer
{
    public required Guid Id { get; init; }
    public required Guid FromId { get; init; }

    /// <summary>The name of the other one before.</summary>
    public required string FromName { get; init; }

    [Named]
    public required Guid MergedBy { get; init; }

    public required DateTimeOffset MergedAt { get; init; }
    public required DateTimeOffset UndoableUntil { get; init; }

    [Named]
    public Guid? UndoneBy { get; init; }

    public DateTimeOffset? UndoneAt { get; init; }

    internal static MergeAnswer From(InvestorMerge merge) => new()
    {
        Id = merge.Id,
        FromId = merge.FromId,
        FromName = merge.FromBefore.Name,
        MergedBy = merge.MergedBy,
        MergedAt = merge.MergedAt,
        UndoableUntil = merge.UndoableUntil,
        UndoneBy = merge.UndoneBy,
        UndoneAt = merge.UndoneAt,
    };
}

/// <summary>Answer to the id of an investor that became part of another one.</summary>
public sealed record MergedInvestorAnswer
{
    public required Guid Id { get; init; }

    /// <summary>The investor that it is part of now.</summary>
    public required Guid MergedInto { get; init; }
}

/// <summary>
/// Merges investors and undoes it. Both are locked in the order of their ids, then the leads in that of theirs, so merges never wait for
/// each other in a ring; the first of several commits, and the others find the investor merged.
/// </summary>
internal static class MergeInvestors
{
    public static void MapMerges(this RouteGroupBuilder api)
    {
        api.MapPost("/investors/{investorId:guid}/merge", Merge).Allow(Scopes.LeadsWrite, LeadsService.Assigners)
            .WithName("mergeInvestors").WithSummary("合并客商 · Merge another investor into this one");
        api.MapGet("/investors/{investorId:guid}/merges", List).AllowEverybody(Scopes.LeadsRead)
            .WithName("listInvestorMerges").WithSummary("客商合并记录 · Merges into an investor, latest first");
        api.MapPost("/investors/{investorId:guid}/merges/{mergeId:guid}/undo", Undo).Allow(Scopes.LeadsWrite, LeadsService.Assigners)
            .WithName("undoInvestorMerge").WithSummary("撤销合并（30 天内）· Undo a merge within 30 days");
    }

    private static async Task<Results<Ok<MergeReceipt>, NotFound>> Merge(
        Guid investorId, MergeRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var fromId = request.From!.Value;
        if (!await IsEditableAsync(db, caller, investorId, ct) || !await IsEditableAsync(db, caller, fromId, ct))
        {
            return TypedResults.NotFound();
        }

        if (fromId == investorId)
        {
            throw new RuleViolation("merge.self");
        }

        // No query between the lock and the refusal: of many merges of one pair each waits for all before it.
        var (into, from) = await LockedAsync(db, investorId, fromId, ct);
        // Before the version check: the second of two merges is refused because the first is done, not because its version is old.
        into.RefuseMerged();
        from.RefuseMerged();
        ifMatch.Check(into);
        await RefuseBeyondReachAsync(db, caller, into.Id, from.Id, ct);

        var actor = caller.Actor(clock);
        var after = Chosen(into.Facts(), from.Facts(), request.Fields ?? new MergeFields()).KnownAs(into.Facts(), from.Facts());
        var renamed = after.Name != into.Name;
        var leads = await db.Leads.FromSql(
            $"select * from lead where investor_id = {from.Id} or ({renamed} and investor_id = {into.Id}) order by id for update")
            .ToListAsync(ct);
        var merge = await BecomeOneAsync(
            db, caller, into, from, after, [.. leads.Where(l => l.InvestorId == from.Id).Select(l => l.Id)],
            () => PublishMoved(db, leads, into, actor), clock, actor, ct);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new MergeReceipt
        {
            Id = into.Id,
            Version = into.Version,
            MergeId = merge.Id,
            UndoableUntil = merge.UndoableUntil,
        });
    }

    private static async Task<Results<Ok<Receipt>, NotFound>> Undo(
        Guid investorId, Guid mergeId, MergeUndoRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock,
        CancellationToken ct)
    {
        var fromId = await db.InvestorMerges.Where(m => m.Id == mergeId && m.IntoId == investorId).Select(m => (Guid?)m.FromId)
            .SingleOrDefaultAsync(ct);
        if (fromId is null || !await IsEditableAsync(db, caller, investorId, ct))
        {
            return TypedResults.NotFound();
        }

        var (into, from) = await LockedAsync(db, investorId, fromId.Value, ct);
        var merge = await db.InvestorMerges.SingleAsync(m => m.Id == mergeId, ct);
        var actor = caller.Actor(clock);
        var facts = merge.Undo(into.Facts(), actor);
        // Merges are undone in reverse order, or the values of one would come back as those of another.
        if (into.MergedIntoId is not null
            || await db.InvestorMerges.AnyAsync(
            m => m.IntoId == investorId && m.UndoneAt == null && m.Id != mergeId && m.MergedAt >= merge.MergedAt, ct))
        {
            throw new RuleViolation("merge.later");
        }

        ifMatch.Check(into);
        await RefuseBeyondReachAsync(db, caller, into.Id, from.Id, ct);
        var (back, renamed) = (merge.LeadIds, facts.Name != into.Name);
        var leads = await db.Leads.FromSql(
            $"select * from lead where investor_id = {into.Id} and ({renamed} or id = any ({back})) order by id for update")
            .ToListAsync(ct);
        into.Become(facts, actor);
        await db.SaveChangesAsync(ct);
        from.PartAgain(merge.FromBefore, actor);
        await Duplicates.RefuseCodesAsync(db, caller, from, ct);
        await MovePeopleAsync(db, merge.PersonIds, into.Id, from.Id, actor, ct);
        PublishMoved(db, leads.Where(l => back.Contains(l.Id)), from, actor);
        PublishMoved(db, leads.Where(l => !back.Contains(l.Id)), into, actor);
        await Claims.Protections.FollowMergeAsync(db, caller, back, into, from, actor, ct);
        var happened = new InvestorMergeUndone { InvestorId = into.Id, FromId = from.Id, MergeId = merge.Id };
        db.Publish(into, happened, await LeadOfAsync(db, into.Id, from.Id, ct));
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = into.Id, Version = into.Version });
    }

    /// <summary>
    /// A lead comes back from the bin, and meanwhile its investor, which has no other lead, was entered anew: both become one as by a
    /// merge, which can be undone. What else of the investor is in the bin belongs to the one that stays. Both investors are locked.
    /// </summary>
    /// <exception cref="Refusal">409 <c>claim.taken</c>: another investor with one of the names or codes is protected.</exception>
    internal static async Task RejoinAsync(
        LeadsDb db, Caller caller, Lead lead, Investor from, Investor into, TimeProvider clock, Actor actor, CancellationToken ct)
    {
        var after = Chosen(into.Facts(), from.Facts(), new MergeFields()).KnownAs(into.Facts(), from.Facts());
        await BecomeOneAsync(db, caller, into, from, after, [lead.Id], () => lead.GoTo(into, actor), clock, actor, ct);
        await BinRows.MoveAsync(db, from.Id, into.Id, ct);
    }

    /// <summary>What a merge changes beside the leads, which the caller moves.</summary>
    private static async Task<InvestorMerge> BecomeOneAsync(
        LeadsDb db, Caller caller, Investor into, Investor from, InvestorFacts after, Guid[] moved, Action moveLeads, TimeProvider clock,
        Actor actor, CancellationToken ct)
    {
        var people = await db.Database.SqlQuery<Guid>(
            $"select id as \"Value\" from person where investor_id = {from.Id} order by id for update").ToListAsync(ct);
        var merge = InvestorMerge.Of(clock.NewId(), into, from, after, moved, people, actor);
        db.Add(merge);

        from.BecomePartOf(into, actor);
        // Its codes must be free before the other one takes them.
        await db.SaveChangesAsync(ct);
        into.Become(after, actor);
        await MovePeopleAsync(db, people, from.Id, into.Id, actor, ct);
        moveLeads();
        await Claims.Protections.FollowMergeAsync(db, caller, moved, from, into, actor, ct);
        var happened = new InvestorMerged { InvestorId = into.Id, FromId = from.Id, MergeId = merge.Id };
        db.Publish(into, happened, await LeadOfAsync(db, into.Id, from.Id, ct));
        return merge;
    }

    private static Task<Results<Ok<IReadOnlyList<MergeAnswer>>, NotFound>> List(
        Guid investorId, LeadsDb db, Caller caller, CancellationToken ct) =>
        db.InvestorMerges.Where(m => m.IntoId == investorId).OrderByDescending(m => m.MergedAt)
            .HistoryOfAsync(db.InvestorsReadableBy(caller).Where(i => i.Id == investorId), MergeAnswer.From, ct);

    private static InvestorFacts Chosen(InvestorFacts into, InvestorFacts from, MergeFields fields) => new(
        fields.Name == MergeChoice.From ? from.Name : into.Name,
        Of(fields.Uscc, into.Uscc, from.Uscc),
        Of(fields.SourceRegion, into.SourceRegion, from.SourceRegion),
        into.Aliases)
    {
        ForeignRegistration = Of(fields.ForeignRegistration, into.ForeignRegistration, from.ForeignRegistration),
    };

    private static T? Of<T>(MergeChoice? choice, T? into, T? from) where T : class =>
        choice switch { MergeChoice.Into => into, MergeChoice.From => from, _ => into ?? from };

    private static async Task<(Investor Into, Investor From)> LockedAsync(LeadsDb db, Guid into, Guid from, CancellationToken ct)
    {
        var found = await db.Investors.FromSql($"select * from investor where id in ({into}, {from}) order by id for update")
            .ToListAsync(ct);
        return (found.Single(i => i.Id == into), found.Single(i => i.Id == from));
    }

    /// <summary>Whether the caller may change the investor, or the one that it has become part of.</summary>
    private static async Task<bool> IsEditableAsync(LeadsDb db, Caller caller, Guid investorId, CancellationToken ct)
    {
        for (Guid? next = investorId; next is not null;)
        {
            // Both in one statement, or a merge in between would hide the investor.
            var found = await db.Investors.Where(i => i.Id == next)
                .Select(i => new { i.MergedIntoId, Editable = db.InvestorsEditableBy(caller).Any(e => e.Id == i.Id) })
                .SingleOrDefaultAsync(ct);
            if (found is null or { Editable: true })
            {
                return found is not null;
            }

            next = found.MergedIntoId;
        }

        return false;
    }

    /// <summary>Nobody moves leads that they may not change; confidential ones go with their investor and are not mentioned.</summary>
    private static async Task RefuseBeyondReachAsync(LeadsDb db, Caller caller, Guid into, Guid from, CancellationToken ct)
    {
        var open = db.Leads.Where(l => (l.InvestorId == into || l.InvestorId == from) && !l.Confidential);
        if (await open.CountAsync(ct) != await open.EditableBy(caller).CountAsync(ct))
        {
            throw new RuleViolation("merge.beyondReach");
        }
    }

    /// <summary>What a merge is about: a lead of the two investors, an open one as long as there is one.</summary>
    private static Task<Guid[]> LeadOfAsync(LeadsDb db, Guid into, Guid from, CancellationToken ct) =>
        db.Leads.Where(l => l.InvestorId == into || l.InvestorId == from).OrderBy(l => l.Confidential).Select(l => l.Id).Take(1)
            .ToArrayAsync(ct);

    private static Task<int> MovePeopleAsync(
        LeadsDb db, IReadOnlyList<Guid> people, Guid from, Guid to, Actor actor, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync(
            $"""
            update person set investor_id = {to}, version = version + 1, updated_at = {actor.At}
            where id = any ({people.ToArray()}) and investor_id = {from}
            """, ct);

    private static void PublishMoved(LeadsDb db, IEnumerable<Lead> leads, Investor investor, Actor actor)
    {
        foreach (var lead in leads)
        {
            lead.GoTo(investor, actor);
            db.Publish(lead, new LeadAmended { Lead = lead.State() });
        }
    }
}

/// <summary>301 to the investor that this one is part of. Not to be kept by caches: a merge can be undone.</summary>
internal sealed class MovedInvestor(MergedInvestorAnswer answer) : IResult, IStatusCodeHttpResult
{
    public int? StatusCode => StatusCodes.Status301MovedPermanently;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status301MovedPermanently;
        httpContext.Response.Headers.Location = $"/api/v1/investors/{answer.MergedInto}";
        httpContext.Response.Headers.CacheControl = "no-store";
        return httpContext.Response.WriteAsJsonAsync(answer, httpContext.RequestAborted);
    }
}
