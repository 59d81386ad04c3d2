using Qibin.Crm.Kernel;

namespace Qibin.Crm.Pipeline;

/// <summary>
/// Count and amounts of all journeys that have the values of some dimensions in common, in one currency: the row without a currency
/// counts them. Dimensions that <see cref="Set"/> does not have are at their type's default.
/// </summary>
/// <remarks>
/// A cell is in reach of whoever has its unit, chain or officer in reach, if its set has that dimension, so the one predicate of row
/// scope decides over cells as over journeys. A confidential cell has no readers: it is only ever hidden from somebody.
/// </remarks>
internal sealed class CellRow : IScoped, ICounted, ISummed
{
    public required int Gen { get; init; }

    /// <summary>Hash of everything that it is the cell of.</summary>
    public required Guid Key { get; init; }

    /// <summary>Its dimensions, a bit each.</summary>
    public required int Set { get; init; }

    public required JourneyStatus Status { get; init; }
    public required bool Confidential { get; init; }
    public required JourneyStage Stage { get; init; }
    public string? ChainCode { get; init; }
    public required Guid UnitId { get; init; }
    public required Guid OwnerId { get; init; }
    public string? NodeCode { get; init; }
    public string? SourceRegion { get; init; }
    public required Band Band { get; init; }
    public required int Month { get; init; }
    public required string Currency { get; init; }
    public required long Count { get; init; }
    public required decimal Estimated { get; init; }
    public required decimal Contract { get; init; }
    public required decimal PaidIn { get; init; }
    public required decimal Completed { get; init; }
    public Guid[] Readers { get; init; } = [];
}

/// <summary>What a journey's change adds to the cells and takes from them, until it is folded into them.</summary>
internal sealed class DeltaRow : IScoped, ICounted, ISummed
{
    public long Id { get; init; }
    public required int Gen { get; init; }
    public required JourneyStatus Status { get; init; }
    public required bool Confidential { get; init; }
    public required JourneyStage Stage { get; init; }
    public string? ChainCode { get; init; }
    public required Guid UnitId { get; init; }
    public required Guid OwnerId { get; init; }
    public string? NodeCode { get; init; }
    public string? SourceRegion { get; init; }
    public required Band Band { get; init; }
    public required int Month { get; init; }
    public required string Currency { get; init; }
    public required long Count { get; init; }
    public required decimal Estimated { get; init; }
    public required decimal Contract { get; init; }
    public required decimal PaidIn { get; init; }
    public required decimal Completed { get; init; }
    public Guid[] Readers { get; init; } = [];

    /// <summary>The contribution of a journey as it stands, or its withdrawal.</summary>
    public static IEnumerable<DeltaRow> Of(StretchRow row, bool confidential, int sign) =>
        row.Amounts.Prepend(new StandingAmount { Currency = "", Estimated = 0, Contract = 0, PaidIn = 0, Completed = 0 }).Select(amount => new DeltaRow
        {
            Gen = row.Gen,
            Status = row.Status,
            Confidential = confidential,
            Stage = row.Stage,
            ChainCode = row.ChainCode,
            UnitId = row.UnitId,
            OwnerId = row.OwnerId,
            NodeCode = row.NodeCode,
            SourceRegion = row.SourceRegion,
            Band = row.Band,
            Month = row.Month,
            Currency = amount.Currency,
            Count = amount.Currency.Length == 0 ? sign : 0,
            Estimated = sign * amount.Estimated,
            Contract = sign * amount.Contract,
            PaidIn = sign * amount.PaidIn,
            Completed = sign * amount.Completed,
        });
}
