using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.Rules;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Transfers;

/// <summary>Filters of the transfers.</summary>
public sealed record TransferQuery
{
    /// <summary>States, separated by commas.</summary>
    public Words<TransferState>? State { get; init; }

    public Guid? LeadId { get; init; }
    public Guid? FromUnitId { get; init; }
    public Guid? ToUnitId { get; init; }
}

/// <summary>Transfers 流转 of leads between units.</summary>
internal static class TransferOperations
{
    private static readonly Listing<TransferOfLead> Listing = new Listing<TransferOfLead>(t => t.Transfer.Id, "-proposedAt")
        .Sort("proposedAt", t => t.Transfer.ProposedAt).Sort("updatedAt", t => t.Transfer.UpdatedAt);

    public static void MapTransfers(this RouteGroupBuilder api)
    {
        api.MapPost("/transfers", Propose).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("proposeTransfer").WithSummary("发起流转 · Propose to give a lead to another unit");
        api.MapGet("/transfers", List).AllowEverybody(Scopes.LeadsRead).WithMetadata(Listing)
            .WithName("listTransfers").WithSummary("流转列表 · Transfers between units");
        api.MapGet("/transfers/rules", (LeadsDb db, CancellationToken ct) => RuleSets.ReadAsync<TransferRules>(db, ct))
            .AllowEverybody(Scopes.LeadsRead)
            .WithName("readTransferRules").WithSummary("流转规则 · Rules of transfers");
        api.MapPut("/transfers/rules",
            (TransferRulesRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct) =>
                RuleSets.ChangeAsync(request.Rules(), ifMatch, db, caller, clock, ct)).Allow(null, Roles.Administrator)
            .WithName("changeTransferRules").WithSummary("修改流转规则 · Change the rules of transfers");
        api.MapGet("/transfers/{transferId:guid}", Read).AllowEverybody(Scopes.LeadsRead)
            .WithName("readTransfer").WithSummary("流转详情 · One transfer");
        api.MapPost("/transfers/{transferId:guid}/answer", Answer).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("answerTransfer").WithSummary("接收或拒收流转 · Accept or decline a transfer");
        api.MapPost("/transfers/{transferId:guid}/withdrawal", Withdraw).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("withdrawTransfer").WithSummary("撤回流转 · Take a proposal back");
        api.MapPost("/transfers/{transferId:guid}/confirmation", Decide).Allow(Scopes.LeadsWrite, Roles.Coordinator)
            .WithName("confirmTransfer").WithSummary("确认流转 · Confirm or refuse an accepted transfer");
    }

    /// <summary>The timer's part: what nobody answered in time lapses.</summary>
    internal static async Task LapseAsync(LeadsDb db, Guid id, DateTimeOffset now, CancellationToken ct)
    {
        var transfer = await db.Transfers.SingleAsync(t => t.Id == id, ct);
        if (transfer.Lapse(new Actor(Guid.Empty, now)))
        {
            db.Publish(transfer, transfer.Moved(TransferState.Proposed), transfer.LeadId);
        }
    }

    private static async Task<Results<Created<Receipt>, NotFound>> Propose(
        TransferRequest request, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var lead = await db.Leads.EditableBy(caller).ForUpdate(request.LeadId!.Value, ct);
        if (lead is null)
        {
            return TypedResults.NotFound();
        }

        var now = clock.GetUtcNow();
        var answerBy = request.AnswerBy?.ToUniversalTime() ?? now.AddHours((await db.RulesAsync<TransferRules>(ct)).AnswerHours);
        if (answerBy <= now || answerBy > now.AddDays(90))
        {
            throw new RuleViolation("transfer.answerBy");
        }

        // Beyond the caller's own reach: a transfer is how a lead gets there.
        var toOwner = request.ToOwnerId!.Value;
        var toUnit = await db.Officers
            .Where(o => o.OfficerId == toOwner && o.Active && o.Roles.Any(r => LeadsService.Writers.Contains(r)))
            .Select(o => (Guid?)o.UnitId).SingleOrDefaultAsync(ct)
            ?? throw new RuleViolation("officer.unknown");
        var last = await db.Transfers.AsNoTracking().Where(t => t.LeadId == lead.Id && t.State == TransferState.Confirmed)
            .OrderByDescending(t => t.DecidedAt).FirstOrDefaultAsync(ct);
        var asked = request.Shares!.Select(
            s => new TransferShare { UnitId = s.UnitId!.Value, Credit = s.Credit!.Value, Tax = s.Tax!.Value }).ToList();
        var shares = toUnit == lead.UnitId ? asked : Shares.After(last?.Shares ?? Shares.Sole(lead.UnitId), asked, lead.UnitId, toUnit);
        var transfer = Transfer.Propose(clock.NewId(), lead, toOwner, toUnit, shares, answerBy, request.Reason!, caller.Actor(clock));
        db.Add(transfer);
        db.Publish(transfer, transfer.Moved(null), lead.Id);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v1/transfers/{transfer.Id}", new Receipt { Id = transfer.Id, Version = transfer.Version });
    }

    private static async Task<Ok<Page<TransferAnswer>>> List(
        [AsParameters] TransferQuery query, [AsParameters] PageQuery page, LeadsDb db, Caller caller, HttpRequest request,
        CancellationToken ct)
    {
        var found = ReadableBy(db, caller).AsNoTracking();
        if (query.State is { Values: var states })
        {
            found = found.Where(t => states.Contains(t.Transfer.State));
        }

        if (query.LeadId is { } lead)
        {
            found = found.Where(t => t.Transfer.LeadId == lead);
        }

        if (query.FromUnitId is { } from)
        {
            found = found.Where(t => t.Transfer.FromUnitId == from);
        }

        if (query.ToUnitId is { } to)
        {
            found = found.Where(t => t.Transfer.ToUnitId == to);
        }

        return TypedResults.Ok(await Listing.PageAsync(found, page, request, TransferAnswer.From, ct));
    }

    private static async Task<Results<Ok<TransferAnswer>, NotFound>> Read(
        Guid transferId, LeadsDb db, Caller caller, CancellationToken ct) =>
        await ReadableBy(db, caller).AsNoTracking().SingleOrDefaultAsync(t => t.Transfer.Id == transferId, ct) is { } found
            ? TypedResults.Ok(TransferAnswer.From(found))
            : TypedResults.NotFound();

    private static async Task<Results<Ok<Receipt>, NotFound>> Answer(
        Guid transferId, TransferAnswerRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock,
        CancellationToken ct)
    {
        // The other unit answers; who proposed sees it but does not.
        if (!await OfferedTo(db, caller).AnyAsync(t => t.Transfer.Id == transferId, ct))
        {
            return TypedResults.NotFound();
        }

        return await MoveAsync(transferId, ifMatch, db, transfer =>
            transfer.Answer(request.Answer == TransferAnswerWord.Accepted, request.Note, caller.Actor(clock)), ct);
    }

    private static async Task<Results<Ok<Receipt>, NotFound>> Withdraw(
        Guid transferId, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var leadId = await db.Transfers.Where(t => t.Id == transferId).Select(t => t.LeadId).SingleOrDefaultAsync(ct);
        if (await db.Leads.EditableBy(caller).ForUpdate(leadId, ct) is null)
        {
            return TypedResults.NotFound();
        }

        return await MoveAsync(transferId, ifMatch, db, transfer => transfer.Withdraw(caller.Actor(clock)), ct);
    }

    private static async Task<Results<Ok<Receipt>, NotFound>> Decide(
        Guid transferId, TransferDecisionRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock,
        CancellationToken ct)
    {
        var leadId = await db.Transfers.Where(t => t.Id == transferId).Select(t => t.LeadId).SingleOrDefaultAsync(ct);
        // The lead before the transfer, as everywhere.
        var lead = await db.Leads.EditableBy(caller).ForUpdate(leadId, ct);
        if (lead is null)
        {
            return TypedResults.NotFound();
        }

        var transfer = await db.Transfers.Locked(transferId).SingleAsync(ct);
        ifMatch.Check(transfer);
        var (actor, from) = (caller.Actor(clock), transfer.State);
        var confirmed = request.Decision == TransferDecision.Confirmed;
        transfer.Decide(confirmed, lead, request.Note, actor);
        if (confirmed)
        {
            var today = clock.Today();
            var assignment = lead.Assign(transfer.ToOwnerId, transfer.ToUnitId, transfer.Reason, today, actor);
            lead.ShareWith(transfer.FromUnitId, transfer.FromOwnerId, actor);
            db.Add(assignment);
            db.Publish(lead, new LeadAssigned { Lead = lead.State(), PreviousOwnerId = assignment.FromOwnerId, OccurredOn = today });
        }

        db.Publish(transfer, transfer.Moved(from), lead.Id);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = transfer.Id, Version = transfer.Version });
    }

    private static async Task<Results<Ok<Receipt>, NotFound>> MoveAsync(
        Guid transferId, IfMatch ifMatch, LeadsDb db, Action<Transfer> move, CancellationToken ct)
    {
        var transfer = await db.Transfers.Locked(transferId).SingleAsync(ct);
        ifMatch.Check(transfer);
        var from = transfer.State;
        move(transfer);
        db.Publish(transfer, transfer.Moved(from), transfer.LeadId);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = transfer.Id, Version = transfer.Version });
    }

    /// <summary>The transfers of the leads that the caller sees, and those that are offered to the caller.</summary>
    internal static IQueryable<TransferOfLead> ReadableBy(LeadsDb db, Caller caller)
    {
        var (seen, offered) = (db.Leads.ReadableBy(caller), OfferedTo(db, caller));
        return Joined(db, db.Leads).Where(t => seen.Any(l => l.Id == t.Lead.Id) || offered.Any(o => o.Transfer.Id == t.Transfer.Id));
    }

    /// <summary>The transfers that are the caller's to answer: the officer they go to, and the heads of that officer's unit.</summary>
    internal static IQueryable<TransferOfLead> OfferedTo(LeadsDb db, Caller caller)
    {
        var (me, unit, units) = (caller.Id, caller.UnitId ?? Guid.Empty, caller.UnitIds);
        var open = Joined(db, db.Leads.DisclosedTo(caller));
        return caller.Reach switch
        {
            Reach.All => open,
            Reach.Subtree => open.Where(t => units.Contains(t.Transfer.ToUnitId)),
            Reach.Unit => open.Where(t => t.Transfer.ToUnitId == unit),
            _ => open.Where(t => t.Transfer.ToOwnerId == me),
        };
    }

    private static IQueryable<TransferOfLead> Joined(LeadsDb db, IQueryable<Lead> leads) =>
        from transfer in db.Transfers
        join lead in leads on transfer.LeadId equals lead.Id
        select new TransferOfLead { Transfer = transfer, Lead = lead };

    private static TransferMoved Moved(this Transfer transfer, TransferState? from) => new()
    {
        TransferId = transfer.Id,
        LeadId = transfer.LeadId,
        FromUnitId = transfer.FromUnitId,
        ToUnitId = transfer.ToUnitId,
        ToOwnerId = transfer.ToOwnerId,
        From = from,
        State = transfer.State,
        Shares = transfer.Shares,
        OccurredOn = transfer.UpdatedAt.OnDay(),
    };
}
