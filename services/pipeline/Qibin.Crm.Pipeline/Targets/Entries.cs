namespace Qibin.Crm.Pipeline.Targets;

/// <summary>Entries of an assessment: rows are only added, and of several for the same the one entered last holds.</summary>
internal static class Entries
{
    public static IQueryable<TargetRow> Newest(this IQueryable<TargetRow> entered) => entered.Where(t => !entered.Any(
        n => n.Year == t.Year && n.Indicator == t.Indicator && n.SubjectId == t.SubjectId && n.EnteredAt > t.EnteredAt));

    public static IQueryable<ExclusionRow> Newest(this IQueryable<ExclusionRow> entered) => entered.Where(e => !entered.Any(
        n => n.Year == e.Year && n.Indicator == e.Indicator && n.LeadId == e.LeadId && n.EnteredAt > e.EnteredAt));

    /// <summary>The entries that a list's filters keep and the caller reads.</summary>
    public static IQueryable<Assessed<T>> Listed<T>(
        this IQueryable<T> entered, int? year, Words<Indicator>? indicator, Guid? subject, Caller caller) where T : AssessedRow
    {
        var indicators = indicator.OrAll();
        return entered.AsNoTracking()
            .Where(e => (year == null || e.Year == year) && indicators.Contains(e.Indicator) && (subject == null || e.SubjectId == subject))
            .Assessed().ReadableBy(caller);
    }

    /// <summary>The one word that a query has; the default without any.</summary>
    /// <exception cref="Refusal">400 with the code at the parameter: there are several.</exception>
    public static T One<T>(this Words<T>? words, T absent, string parameter, string code) where T : struct, Enum =>
        words is null ? absent : words.Values is [var one] ? one : throw Refusal.Invalid(parameter, code);

    public static Indicator[] OrAll(this Words<Indicator>? indicator) => indicator?.Values ?? Enum.GetValues<Indicator>();
}
