using Qibin.Crm.Kernel;

namespace Qibin.Crm.Pipeline.Data;

/// <summary>Something about a unit or an owner that is assessed.</summary>
internal interface IAboutAssessed
{
    int Year { get; }
    Indicator Indicator { get; }

    /// <summary>The unit or the owner.</summary>
    Guid SubjectId { get; }

    /// <summary>The owner; empty where it is about the unit as a whole.</summary>
    Guid OwnerId { get; }

    /// <summary>The unit, or the one that the owner was placed in when this was entered.</summary>
    Guid UnitId { get; }
}

/// <summary>
/// What a unit or an owner is to achieve in a year. Rows are only added: of several for the same the one entered last holds, and what
/// was known before can be asked for.
/// </summary>
internal sealed class TargetRow : IAboutAssessed
{
    public required Guid Id { get; init; }
    public required int Year { get; init; }
    public required Indicator Indicator { get; init; }

    /// <summary>The unit or the owner.</summary>
    public required Guid SubjectId { get; init; }

    public required Guid OwnerId { get; init; }
    public required Guid UnitId { get; init; }

    /// <summary>Projects or CNY; 0 is no target any more.</summary>
    public required decimal Value { get; init; }

    public string? Note { get; init; }
    public required DateTimeOffset EnteredAt { get; init; }
    public required Guid EnteredBy { get; init; }
}

/// <summary>A project is left out of an indicator for a year, or let in again. Rows are only added: the one entered last holds.</summary>
internal sealed class ExclusionRow
{
    public required Guid Id { get; init; }
    public required int Year { get; init; }
    public required Indicator Indicator { get; init; }

    /// <summary>The journey, by its lead.</summary>
    public required Guid LeadId { get; init; }

    /// <summary>False where an exclusion is taken back.</summary>
    public required bool Excluded { get; init; }

    public required string Reason { get; init; }
    public required DateTimeOffset EnteredAt { get; init; }
    public required Guid EnteredBy { get; init; }
}

/// <summary>
/// A deduction from what a unit or an owner has achieved. Rows are only added: one that was imposed in error is reversed by a row of
/// the opposite value.
/// </summary>
internal sealed record PenaltyRow : IAboutAssessed
{
    public required Guid Id { get; init; }
    public required int Year { get; init; }
    public required Indicator Indicator { get; init; }

    /// <summary>The unit or the owner.</summary>
    public required Guid SubjectId { get; init; }

    public required Guid OwnerId { get; init; }
    public required Guid UnitId { get; init; }

    /// <summary>The business day from which on it is deducted, in the year.</summary>
    public required DateOnly On { get; init; }

    /// <summary>Projects or CNY; below zero in a reversal.</summary>
    public required decimal Value { get; init; }

    public required string Reason { get; init; }

    /// <summary>The penalty that this row takes back.</summary>
    public Guid? Reverses { get; init; }

    public required DateTimeOffset EnteredAt { get; init; }
    public required Guid EnteredBy { get; init; }
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
    public static IQueryable<Assessed<T>> Assessed<T>(this IQueryable<T> rows) where T : class, IAboutAssessed =>
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
