using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Documents;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;

namespace Qibin.Crm.Projects.Amounts;

/// <summary>Filters of the list of amounts.</summary>
public sealed record ListAmountsQuery
{
    /// <summary>Kinds, separated by commas.</summary>
    public Words<AmountKind>? Kind { get; init; }
}

/// <summary>An entry of paid-in funds or completed investment.</summary>
public sealed record AmountAnswer : IVersioned
{
    public required Guid Id { get; init; }
    public required AmountKind Kind { get; init; }

    /// <summary>Below zero in a reversal.</summary>
    public required Money Amount { get; init; }

    public required DateOnly OccurredOn { get; init; }

    /// <summary>Of paid-in funds.</summary>
    public FundsOrigin? Origin { get; init; }

    public DocumentReference? Document { get; init; }

    /// <summary>The entry that this one reverses.</summary>
    public Guid? ReversalOf { get; init; }

    public string? Reason { get; init; }

    [Named]
    public required Guid RecordedBy { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>The project's version, to send with a reversal.</summary>
    public required long Version { get; init; }

    internal static AmountAnswer Of(AmountEntry entry, long version) => new()
    {
        Id = entry.Id,
        Kind = entry.Kind,
        Amount = entry.Amount,
        OccurredOn = entry.OccurredOn,
        Origin = entry.Origin,
        Document = entry.Document is { } document ? DocumentReference.From(document) : null,
        ReversalOf = entry.ReversalOf,
        Reason = entry.Reason,
        RecordedBy = entry.RecordedBy,
        RecordedAt = entry.RecordedAt,
        Version = version,
    };
}

/// <summary>Reads entries of paid-in funds and completed investment, reversals included.</summary>
internal static class ListAmounts
{
    public static readonly Listing<AmountEntry> Listing = new Listing<AmountEntry>(f => f.Id, "-occurredOn")
        .Sort("occurredOn", f => f.OccurredOn).Sort("recordedAt", f => f.RecordedAt);

    public static async Task<Results<Ok<Page<AmountAnswer>>, NotFound>> Handle(
        Guid projectId, [AsParameters] ListAmountsQuery filter, [AsParameters] PageQuery page, HttpRequest request, ProjectsDb db,
        Caller caller,
        CancellationToken ct)
    {
        if (await VersionAsync(projectId, db, caller, ct) is not { } version)
        {
            return TypedResults.NotFound();
        }

        var rows = db.Amounts.AsNoTracking().Where(f => f.ProjectId == projectId);
        if (filter.Kind?.Values is { } kinds)
        {
            rows = rows.Where(f => kinds.Contains(f.Kind));
        }

        return TypedResults.Ok(await Listing.PageAsync(rows, page, request, entry => AmountAnswer.Of(entry, version), ct));
    }

    public static async Task<Results<Ok<AmountAnswer>, NotFound>> HandleOne(
        Guid projectId, Guid entryId, ProjectsDb db, Caller caller, CancellationToken ct)
    {
        var version = await VersionAsync(projectId, db, caller, ct);
        var entry = version is null ? null
            : await db.Amounts.AsNoTracking().SingleOrDefaultAsync(f => f.Id == entryId && f.ProjectId == projectId, ct);
        return entry is null ? TypedResults.NotFound() : TypedResults.Ok(AmountAnswer.Of(entry, version!.Value));
    }

    /// <summary>The version of a project that the caller may see.</summary>
    private static Task<long?> VersionAsync(Guid projectId, ProjectsDb db, Caller caller, CancellationToken ct) =>
        db.Projects.ReadableBy(caller).Where(p => p.Id == projectId).Select(p => (long?)p.Version).SingleOrDefaultAsync(ct);
}
