using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Paging;

namespace Qibin.Crm.Leads.Removals;

/// <summary>Something in the bin 回收站.</summary>
public sealed record BinItemAnswer
{
    public required Guid Id { get; init; }
    public required BinKind Kind { get; init; }

    /// <summary>What was removed; its address does not answer until it is restored.</summary>
    public required Guid SubjectId { get; init; }

    /// <summary>The lead that it is or belongs to; null of a person.</summary>
    public Guid? LeadId { get; init; }

    public required Guid InvestorId { get; init; }

    /// <summary>The lead's code; null of a person.</summary>
    public string? Code { get; init; }

    /// <summary>The person's name, or that of the lead's investor.</summary>
    public required string Name { get; init; }

    /// <summary>Day of a contact, or by which a next step is due; null of others.</summary>
    public DateOnly? OccurredOn { get; init; }

    public required string Reason { get; init; }

    [Named]
    public required Guid RemovedBy { get; init; }

    public required DateTimeOffset RemovedAt { get; init; }

    /// <summary>It is erased then.</summary>
    public required DateTimeOffset RestorableUntil { get; init; }

    internal static BinItemAnswer From(BinItem item) => new()
    {
        Id = item.Id,
        Kind = item.Kind,
        SubjectId = item.SubjectId,
        LeadId = item.LeadId,
        InvestorId = item.InvestorId,
        Code = item.Code,
        Name = item.Name,
        OccurredOn = item.On,
        Reason = item.Reason,
        RemovedBy = item.RemovedBy,
        RemovedAt = item.RemovedAt,
        RestorableUntil = item.DueAt,
    };
}

/// <summary>Filters of the bin.</summary>
public sealed record BinQuery
{
    /// <summary>Kinds, separated by commas.</summary>
    public Words<BinKind>? Kind { get; init; }
}

/// <summary>Lists what the caller may restore.</summary>
internal static class ReadBin
{
    public static readonly Listing<BinItem> Listing = new Listing<BinItem>(i => i.Id, "-removedAt").Sort("removedAt", i => i.RemovedAt);

    public static async Task<Ok<Page<BinItemAnswer>>> List(
        [AsParameters] BinQuery query, [AsParameters] PageQuery page, LeadsDb db, Caller caller, HttpRequest request, TimeProvider clock,
        CancellationToken ct)
    {
        var items = db.BinEditableBy(caller, clock.GetUtcNow()).AsNoTracking();
        if (query.Kind is { Values: var kinds })
        {
            items = items.Where(i => kinds.Contains(i.Kind));
        }

        return TypedResults.Ok(await Listing.PageAsync(items, page, request, BinItemAnswer.From, ct));
    }
}
