namespace Qibin.Crm.Pipeline.Targets;

/// <summary>Entries of an assessment: rows are only added, and of several for the same the one entered last holds.</summary>
internal static class Entries
{
    public static IQueryable<TargetRow> Newest(this IQueryable<TargetRow> entered) => entered.Where(t => !entered.Any(
        n => n.Year == t.Year && n.Indicator == t.Indicator && n.SubjectId == t.SubjectId && n.EnteredAt > t.EnteredAt));

    public static IQueryable<ExclusionAnswer> Newest(this IQueryable<ExclusionAnswer> entered) => entered.Where(e => !entered.Any(
        n => n.Year == e.Year && n.Indicator == e.Indicator && n.LeadId == e.LeadId && n.EnteredAt > e.EnteredAt));

    /// <summary>The entries that a list's filters keep and the caller reads.</summary>
    public static IQueryable<T> Listed<T>(this IQueryable<T> entered, PenaltiesQuery query, Caller caller) where T : AssessedRow
    {
        var subject = query.Owner ?? query.Unit;
        return entered.Meant(query).Where(e => subject == null || e.SubjectId == subject).ReadableBy(caller);
    }

    public static IQueryable<T> Meant<T>(this IQueryable<T> entered, EntriesQuery query) where T : YearEntry
    {
        var (year, indicators) = (query.Year, query.Indicator.OrAll());
        return entered.AsNoTracking().Where(e => (year == null || e.Year == year) && indicators.Contains(e.Indicator));
    }

    public static Indicator[] OrAll(this Words<Indicator>? indicator) => indicator?.Values ?? Enum.GetValues<Indicator>();
}

/// <summary>Which entries are listed.</summary>
public abstract record EntriesQuery
{
    public int? Year { get; init; }

    /// <summary>Indicators, separated by commas; all when absent.</summary>
    public Words<Indicator>? Indicator { get; init; }
}

/// <summary>What was entered about a unit or an owner.</summary>
public abstract record SubjectAnswer : YearEntry
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
