using System.Diagnostics.CodeAnalysis;

namespace Qibin.Crm.Pipeline.Targets;

/// <summary>Entries of an assessment: rows are only added, and of several for the same the one entered last holds.</summary>
internal static class Entries
{
    public static IQueryable<TargetRow> Newest(this IQueryable<TargetRow> entered) => entered.Where(t => !entered.Any(
        n => n.Year == t.Year && n.Indicator == t.Indicator && n.SubjectId == t.SubjectId && n.EnteredAt > t.EnteredAt));

    public static IQueryable<ExclusionRow> Newest(this IQueryable<ExclusionRow> entered) => entered.Where(e => !entered.Any(
        n => n.Year == e.Year && n.Indicator == e.Indicator && n.LeadId == e.LeadId && n.EnteredAt > e.EnteredAt));

    /// <summary>The entries that a list's filters keep and the caller reads.</summary>
    public static IQueryable<Assessed<T>> Listed<T>(this IQueryable<T> entered, PenaltiesQuery query, Caller caller) where T : AssessedRow
    {
        var subject = query.Owner ?? query.Unit;
        return entered.Meant(query).Where(e => subject == null || e.SubjectId == subject).Assessed().ReadableBy(caller);
    }

    public static IQueryable<T> Meant<T>(this IQueryable<T> entered, EntriesQuery query) where T : Data.AssessmentRow
    {
        var (year, indicators) = (query.Year, query.Indicator.OrAll());
        return entered.AsNoTracking().Where(e => (year == null || e.Year == year) && indicators.Contains(e.Indicator));
    }

    /// <summary>The one word that a query has; the default without any.</summary>
    /// <exception cref="Refusal">400 with the code at the parameter: there are several.</exception>
    public static T One<T>(this Words<T>? words, T absent, string parameter, string code) where T : struct, Enum =>
        words is null ? absent : words.Values is [var one] ? one : throw Refusal.Invalid(parameter, code);

    public static Indicator[] OrAll(this Words<Indicator>? indicator) => indicator?.Values ?? Enum.GetValues<Indicator>();
}

/// <summary>Which entries are listed.</summary>
public abstract record EntriesQuery
{
    public int? Year { get; init; }

    /// <summary>Indicators, separated by commas; all when absent.</summary>
    public Words<Indicator>? Indicator { get; init; }
}

/// <summary>What was entered for a year.</summary>
public abstract record EntryAnswer
{
    [SetsRequiredMembers]
    internal EntryAnswer(Data.AssessmentRow row) => (Id, Year, Indicator, EnteredAt, EnteredBy) =
        (row.Id, row.Year, row.Indicator, row.EnteredAt, row.EnteredBy);

    public required Guid Id { get; init; }
    public required int Year { get; init; }
    public required Indicator Indicator { get; init; }
    public required DateTimeOffset EnteredAt { get; init; }

    [Named]
    public required Guid EnteredBy { get; init; }
}

/// <summary>What was entered about a unit or an owner.</summary>
public abstract record SubjectAnswer : EntryAnswer
{
    [SetsRequiredMembers]
    internal SubjectAnswer(AssessedRow row, Dictionary<Guid, UnitName> units) : base(row) =>
        (Unit, OwnerId) = (units.Of(row.UnitId), row.OwnerId == Guid.Empty ? null : row.OwnerId);

    /// <summary>The unit, or the one that the owner was placed in when this was entered.</summary>
    public required UnitName Unit { get; init; }

    /// <summary>Null where it is about the unit as a whole.</summary>
    [Named]
    public required Guid? OwnerId { get; init; }
}
