using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;

namespace Qibin.Crm.Projects.Completion;

/// <summary>An entry of completed investment.</summary>
public sealed record CompletedAnswer
{
    public required Guid Id { get; init; }

    /// <summary>Below zero in an entry that takes another back.</summary>
    public required Money Amount { get; init; }

    public required DateOnly CompletedOn { get; init; }
    public DocumentReference? Document { get; init; }

    /// <summary>The entry that this one takes back.</summary>
    public Guid? ReversalOf { get; init; }

    public string? Reason { get; init; }
    public required Guid RecordedBy { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }

    internal static CompletedAnswer Of(CompletedEntry entry) => new()
    {
        Id = entry.Id,
        Amount = entry.Amount,
        CompletedOn = entry.CompletedOn,
        Document = entry.Document,
        ReversalOf = entry.ReversalOf,
        Reason = entry.Reason,
        RecordedBy = entry.RecordedBy,
        RecordedAt = entry.RecordedAt,
    };
}

internal static class ListCompleted
{
    public static readonly Listing<CompletedEntry> Listing =
        new Listing<CompletedEntry>(f => f.Id, "-completedOn").Sort("completedOn", f => f.CompletedOn).Sort("recordedAt", f => f.RecordedAt);

    public static async Task<Results<Ok<Page<CompletedAnswer>>, NotFound>> Handle(
        Guid projectId, [AsParameters] PageQuery page, HttpRequest request, ProjectsDb db, Caller caller, CancellationToken ct) =>
        await db.Projects.ReadableBy(caller).AnyAsync(p => p.Id == projectId, ct)
            ? TypedResults.Ok(await Listing.PageAsync(db.Completed.AsNoTracking().Where(f => f.ProjectId == projectId), page, request, CompletedAnswer.Of, ct))
            : TypedResults.NotFound();

    public static async Task<Results<Ok<CompletedAnswer>, NotFound>> HandleOne(Guid projectId, Guid completionId, ProjectsDb db, Caller caller, CancellationToken ct)
    {
        var entry = await db.Projects.ReadableBy(caller).AnyAsync(p => p.Id == projectId, ct)
            ? await db.Completed.AsNoTracking().SingleOrDefaultAsync(f => f.Id == completionId && f.ProjectId == projectId, ct)
            : null;
        return entry is null ? TypedResults.NotFound() : TypedResults.Ok(CompletedAnswer.Of(entry));
    }
}
