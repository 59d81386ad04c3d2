using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Leads.Removals;

/// <summary>Puts something that was entered by mistake into the bin.</summary>
public sealed record RemovalRequest
{
    /// <summary>Why; shown in the bin and kept in the audit.</summary>
    [Needed, TextLength(1000, 2)]
    public string? Reason { get; init; }
}

/// <summary>What was put into the bin.</summary>
public record RemovalReceipt : IReceipt
{
    /// <summary>The item of the bin, by which it is restored.</summary>
    public required Guid Id { get; init; }

    /// <summary>What was removed.</summary>
    public required Guid SubjectId { get; init; }

    public required DateTimeOffset RestorableUntil { get; init; }

    internal static RemovalReceipt Of(BinItem item) => new() { Id = item.Id, SubjectId = item.SubjectId, RestorableUntil = item.DueAt };
}

/// <summary>What was cancelled: the step is in the bin, its lead stays.</summary>
public sealed record CancellationReceipt : RemovalReceipt, IVersioned
{
    /// <summary>The lead's version now; the ETag.</summary>
    public required long Version { get; init; }
}
