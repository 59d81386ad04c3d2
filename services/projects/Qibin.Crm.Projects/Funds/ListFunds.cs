using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;

namespace Qibin.Crm.Projects.Funds;

/// <summary>An entry of paid-in funds.</summary>
public sealed record FundsAnswer
{
    public required Guid Id { get; init; }

    /// <summary>Below zero in an entry that takes another back.</summary>
    public required Money Amount { get; init; }

    public required DateOnly PaidOn { get; init; }
    public required FundsOrigin Origin { get; init; }
    public DocumentReference? Document { get; init; }

    /// <summary>The entry that this one takes back.</summary>
    public Guid? ReversalOf { get; init; }

    public string? Reason { get; init; }
    public required Guid RecordedBy { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }

    internal static FundsAnswer Of(FundsEntry entry) => new()
    {
        Id = entry.Id,
        Amount = entry.Amount,
        PaidOn = entry.PaidOn,
        Origin = entry.Origin,
        Document = entry.Document,
        ReversalOf = entry.ReversalOf,
        Reason = entry.Reason,
        RecordedBy = entry.RecordedBy,
        RecordedAt = entry.RecordedAt,
    };
}

internal static class ListFunds
{
    public static readonly Listing<FundsEntry> Listing = new Listing<FundsEntry>(f => f.Id, "-paidOn").Sort("paidOn", f => f.PaidOn).Sort("recordedAt", f => f.RecordedAt);

    public static async Task<Results<Ok<Page<FundsAnswer>>, NotFound>> Handle(
        Guid projectId, [AsParameters] PageQuery page, HttpRequest request, ProjectsDb db, Caller caller, CancellationToken ct) =>
        await db.Projects.ReadableBy(caller).AnyAsync(p => p.Id == projectId, ct)
            ? TypedResults.Ok(await Listing.PageAsync(db.Funds.AsNoTracking().Where(f => f.ProjectId == projectId), page, request, FundsAnswer.Of, ct))
            : TypedResults.NotFound();

    public static async Task<Results<Ok<FundsAnswer>, NotFound>> HandleOne(Guid projectId, Guid entryId, ProjectsDb db, Caller caller, CancellationToken ct)
    {
        var entry = await db.Projects.ReadableBy(caller).AnyAsync(p => p.Id == projectId, ct)
            ? await db.Funds.AsNoTracking().SingleOrDefaultAsync(f => f.Id == entryId && f.ProjectId == projectId, ct)
            : null;
        return entry is null ? TypedResults.NotFound() : TypedResults.Ok(FundsAnswer.Of(entry));
    }
}
