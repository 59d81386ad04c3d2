namespace Qibin.Crm.Pipeline.Data;

/// <summary>What was entered for the assessment of a year. Rows are only added, so that what was known before can be asked for.</summary>
public abstract record YearEntry
{
    public required Guid Id { get; init; }
    public required int Year { get; init; }
    public required Indicator Indicator { get; init; }
    public required DateTimeOffset EnteredAt { get; init; }

    [Named]
    public required Guid EnteredBy { get; init; }
}

internal abstract record AssessedRow : YearEntry
{
    /// <summary>The unit or the owner.</summary>
    public required Guid SubjectId { get; init; }

    /// <summary>The owner; empty where it is about the unit as a whole.</summary>
    public required Guid OwnerId { get; init; }

    /// <summary>The unit, or the one that the owner was placed in when this was entered.</summary>
    public required Guid UnitId { get; init; }

    /// <summary>Projects or CNY.</summary>
    public required decimal Value { get; init; }
}

/// <summary>
/// What a unit or an owner is to achieve in a year: of several for the same the one entered last holds, and a value of 0 is no target any
/// more.
/// </summary>
internal sealed record TargetRow : AssessedRow
{
    public string? Note { get; init; }
}

/// <summary>A project is left out of an indicator for a year, or was let in again.</summary>
public sealed record ExclusionAnswer : YearEntry
{
    public required Guid LeadId { get; init; }

    /// <summary>False where an exclusion was taken back.</summary>
    public required bool Excluded { get; init; }

    public required string Reason { get; init; }
}

/// <summary>
/// A deduction from what a unit or an owner has achieved: one that was imposed in error is reversed by a row of the opposite value.
/// </summary>
internal sealed record PenaltyRow : AssessedRow
{
    /// <summary>The business day from which on it is deducted, in the year.</summary>
    public required DateOnly On { get; init; }

    public required string Reason { get; init; }
    public Guid? Reverses { get; init; }
}

internal static class AssessedRows
{
    /// <summary>Keeps what is about units and owners in the caller's reach: the one predicate of row scope decides.</summary>
    public static IQueryable<T> ReadableBy<T>(this IQueryable<T> rows, Caller caller) where T : AssessedRow =>
        rows.Select(r => new Scoped<T>
        {
            Row = r,
            OwnerId = r.OwnerId,
            UnitId = r.UnitId,
            ChainCode = null,
            Confidential = false,
            Readers = Array.Empty<Guid>(),
        }).ReadableBy(caller).Select(s => s.Row);

    /// <summary>Never confidential and of no industry chain, so whoever is let see a chain alone sees none of them.</summary>
    private sealed class Scoped<T> : IScoped
    {
        public required T Row { get; init; }
        public required Guid OwnerId { get; init; }
        public required Guid UnitId { get; init; }
        public required string? ChainCode { get; init; }
        public required bool Confidential { get; init; }
        public required Guid[] Readers { get; init; }
    }
}
