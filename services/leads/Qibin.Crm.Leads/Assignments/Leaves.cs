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

/// <summary>Days on which an officer is given no leads.</summary>
public sealed record LeaveRequest
{
    [Needed, BusinessDate]
    public DateOnly? From { get; init; }

    /// <summary>Last day; left out, it lasts until it is withdrawn.</summary>
    [BusinessDate]
    public DateOnly? To { get; init; }

    [TextLength(200)]
    public string? Note { get; init; }
}

/// <summary>Days on which an officer is given no leads.</summary>
public sealed record LeaveAnswer : IVersioned
{
    public required Guid Id { get; init; }
    public required DateOnly From { get; init; }
    public DateOnly? To { get; init; }
    public string? Note { get; init; }

    [Named]
    public required Guid CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required long Version { get; init; }

    internal static LeaveAnswer Of(OfficerLeave leave) => new()
    {
        Id = leave.Id,
        From = leave.From,
        To = leave.To,
        Note = leave.Note,
        CreatedBy = leave.CreatedBy,
        CreatedAt = leave.CreatedAt,
        Version = leave.Version,
    };
}

/// <summary>Leave of officers, entered by themselves or by who gives them leads.</summary>
internal static class Leaves
{
    public static void MapLeaves(this RouteGroupBuilder api)
    {
        api.MapPost("/officers/{officerId:guid}/leaves", Enter).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("enterLeave").WithSummary("登记休假或暂停分派 · Enter days on which an officer is given no leads");
        api.MapGet("/officers/{officerId:guid}/leaves", List).Allow(Scopes.LeadsRead, LeadsService.Writers)
            .WithName("listLeaves").WithSummary("休假与暂停分派 · Leave of an officer, latest first");
        api.MapGet("/officers/{officerId:guid}/leaves/{leaveId:guid}", Read).Allow(Scopes.LeadsRead, LeadsService.Writers)
            .WithName("readLeave").WithSummary("休假详情 · One leave");
        api.MapDelete("/officers/{officerId:guid}/leaves/{leaveId:guid}", Withdraw).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("withdrawLeave").WithSummary("撤销休假 · Withdraw a leave");
    }

    private static async Task<Results<Created<Receipt>, NotFound>> Enter(
        Guid officerId, LeaveRequest request, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        if (!await ReachesAsync(db, caller, officerId, ct))
        {
            return TypedResults.NotFound();
        }

        var leave = OfficerLeave.Enter(clock.NewId(), officerId, request.From!.Value, request.To, request.Note, caller.Actor(clock));
        db.Add(leave);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created(
            $"/api/v1/officers/{officerId}/leaves/{leave.Id}", new Receipt { Id = leave.Id, Version = leave.Version });
    }

    private static async Task<Results<Ok<IReadOnlyList<LeaveAnswer>>, NotFound>> List(
        Guid officerId, LeadsDb db, Caller caller, CancellationToken ct)
    {
        if (!await ReachesAsync(db, caller, officerId, ct))
        {
            return TypedResults.NotFound();
        }

        var leaves = await db.Leaves.AsNoTracking().Where(l => l.OfficerId == officerId).OrderByDescending(l => l.From).ThenBy(l => l.Id)
            .Take(200).ToListAsync(ct);
        return TypedResults.Ok<IReadOnlyList<LeaveAnswer>>(leaves.ConvertAll(LeaveAnswer.Of));
    }

    private static async Task<Results<Ok<LeaveAnswer>, NotFound>> Read(
        Guid officerId, Guid leaveId, LeadsDb db, Caller caller, CancellationToken ct)
    {
        var leave = await ReachesAsync(db, caller, officerId, ct)
            ? await db.Leaves.AsNoTracking().SingleOrDefaultAsync(l => l.Id == leaveId && l.OfficerId == officerId, ct) : null;
        return leave is null ? TypedResults.NotFound() : TypedResults.Ok(LeaveAnswer.Of(leave));
    }

    private static async Task<Results<NoContent, NotFound>> Withdraw(
        Guid officerId, Guid leaveId, IfMatch ifMatch, LeadsDb db, Caller caller, CancellationToken ct)
    {
        var leave = await ReachesAsync(db, caller, officerId, ct) ? await db.Leaves.Locked(leaveId).Where(l => l.OfficerId == officerId)
            .SingleOrDefaultAsync(ct) : null;
        if (leave is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(leave);
        db.Remove(leave);
        await db.SaveChangesAsync(ct);
        return TypedResults.NoContent();
    }

    /// <summary>Oneself, or an officer to whom the caller may give leads.</summary>
    private static async Task<bool> ReachesAsync(LeadsDb db, Caller caller, Guid officerId, CancellationToken ct) =>
        officerId == caller.Id || await Owners.Reachable(db, caller).AnyAsync(o => o.OfficerId == officerId, ct);
}
