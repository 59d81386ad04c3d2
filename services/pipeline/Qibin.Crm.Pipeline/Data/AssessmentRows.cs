namespace Qibin.Crm.Pipeline.Data;

/// <summary>What was entered for the assessment of a year. Rows are only added, so that what was known before can be asked for.</summary>
internal abstract record AssessmentRow
{
    public required Guid Id { get; init; }
    public required int Year { get; init; }
    public required Indicator Indicator { get; init; }
    public required DateTimeOffset EnteredAt { get; init; }
    public required Guid EnteredBy { get; init; }
}

/// <summary>Something about a unit or an owner that is assessed.</summary>
internal abstract record AssessedRow : AssessmentRow
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

/// <summary>A project is left out of an indicator for a year, or let in again: the row entered last holds.</summary>
internal sealed record ExclusionRow : AssessmentRow
{
    public required Guid LeadId { get; init; }

    /// <summary>False where an exclusion is taken back.</summary>
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

/// <summary>
/// A row about a unit or an owner, in the reach of whoever has that unit or owner in reach. It is never confidential and is of no
/// industry chain, so whoever is let see a chain alone sees none of them.
/// </summary>
internal sealed class Assessed<T> : IScoped where T : class
{
    public required T Row { get; init; }
    public required Guid OwnerId { get; init; }
    public required Guid UnitId { get; init; }
    public string? ChainCode { get; init; }
    public bool Confidential { get; init; }
    public Guid[] Readers { get; init; } = [];
}

internal static class AssessedRows
{
    /// <summary>The rows with whose they are, for the one predicate of row scope to decide over.</summary>
    public static IQueryable<Assessed<T>> Assessed<T>(this IQueryable<T> rows) where T : AssessedRow =>
        rows.Select(r => new Assessed<T>
        {
            Row = r,
            OwnerId = r.OwnerId,
            UnitId = r.UnitId,
            ChainCode = null,
            Confidential = false,
            Readers = Array.Empty<Guid>(),
        });
}
