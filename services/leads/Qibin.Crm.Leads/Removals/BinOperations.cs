using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Hosting;
using Qibin.Crm.Work.Scheduling;

namespace Qibin.Crm.Leads.Removals;

/// <summary>The bin 回收站: what was entered by mistake is removed, restored, or erased when its time is over.</summary>
internal static class BinOperations
{
    public static void AddBin(this IServiceCollection services) =>
        services.AddSettings<BinSettings>().AddDueWork<LeadsDb>("bin_item", EraseAsync);

    public static void MapBin(this RouteGroupBuilder api)
    {
        api.MapPost("/leads/{leadId:guid}/removal", RemoveLead.Handle).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("removeLead").WithSummary("误登线索移入回收站 · Put a lead that was entered by mistake into the bin");
        api.MapPost("/leads/{leadId:guid}/contacts/{contactId:guid}/removal", RemoveContact.Handle)
            .Allow(Scopes.LeadsWrite, LeadsService.Visitors)
            .WithName("removeContact").WithSummary("误登联系记录移入回收站 · Put a contact that was logged by mistake into the bin");
        api.MapPost("/leads/{leadId:guid}/next-step/cancellation", CancelNextStep.Handle).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("cancelNextStep").WithSummary("取消下一步 · Cancel the open next step");
        api.MapPost("/investors/{investorId:guid}/people/{personId:guid}/removal", RemovePerson.Handle)
            .Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("removePerson").WithSummary("误登联系人移入回收站 · Put a person who was entered by mistake into the bin");
        api.MapGet("/bin", ReadBin.List).Allow(Scopes.LeadsRead, LeadsService.Visitors).WithMetadata(ReadBin.Listing)
            .WithName("listBin").WithSummary("回收站 · What was removed and can be restored");
        api.MapPost("/bin/{itemId:guid}/restoration", RestoreItem.Handle).Allow(Scopes.LeadsWrite, LeadsService.Visitors)
            .WithName("restoreFromBin").WithSummary("从回收站恢复 · Restore what was removed");
    }

    /// <summary>
    /// What the caller could change if it were not in the bin. Whoever does not work on leads, as a leader or chain chief, has removed it.
    /// </summary>
    public static IQueryable<BinItem> BinEditableBy(this LeadsDb db, Caller caller, DateTimeOffset now)
    {
        var (me, all) = (caller.Id, caller.IsIntegration || caller.Is(LeadsService.Writers));
        var (items, leads) = (db.Bin.EditableBy(caller), db.Leads.EditableBy(caller));
        return db.Bin.Where(i => i.DueAt > now && (all || i.RemovedBy == me)
            && ((i.Kind == BinKind.Lead && items.Any(o => o.Id == i.Id))
                || (i.Kind != BinKind.Lead && leads.Any(l => l.Id == i.LeadId || i.LeadIds.Contains(l.Id)))));
    }

    internal static Removal Removal(this RemovalRequest request, Caller caller, TimeProvider clock, IOptions<BinSettings> settings)
    {
        var actor = caller.Actor(clock);
        return new Removal(request.Reason!, actor, settings.Value.Until(actor.At));
    }

    /// <summary>Puts into the bin what goes as a whole: of what is gone there is no version to answer.</summary>
    internal static async Task<Results<Ok<RemovalReceipt>, NotFound>> RemoveAsync(this LeadsDb db, BinItem item, CancellationToken ct)
    {
        await db.PutIntoBinAsync(item, ct);
        return TypedResults.Ok(RemovalReceipt.Of(item));
    }

    /// <summary>Saves what a removal changed, and moves the rows of what was removed into the bin.</summary>
    internal static async Task PutIntoBinAsync(this LeadsDb db, BinItem item, CancellationToken ct)
    {
        db.Add(item);
        await db.SaveChangesAsync(ct);
        await BinRows.TakeAsync(db, item, ct);
    }

    /// <summary>
    /// The time to restore it is over: its rows are erased, with what else of a lead is in the bin, and with its investor when nothing else
    /// speaks of that.
    /// </summary>
    private static async Task EraseAsync(LeadsDb db, Guid id, DateTimeOffset now, CancellationToken ct)
    {
        var item = await db.Bin.SingleAsync(i => i.Id == id, ct);
        db.Remove(item);
        await db.SaveChangesAsync(ct);
        if (item.Kind == BinKind.Lead)
        {
            await db.Bin.Where(i => i.LeadId == item.LeadId).ExecuteDeleteAsync(ct);
            await db.Investors.Where(i => i.Id == item.InvestorId && i.MergedIntoId == null
                && !db.Leads.Any(l => l.InvestorId == i.Id) && !db.People.Any(p => p.InvestorId == i.Id)
                && !db.Bin.Any(b => b.InvestorId == i.Id) && !db.Claims.Any(c => c.InvestorId == i.Id)
                && !db.InvestorMerges.Any(m => m.IntoId == i.Id || m.FromId == i.Id)).ExecuteDeleteAsync(ct);
        }
    }
}
