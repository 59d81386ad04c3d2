namespace Qibin.Crm.Pipeline.Domain;

/// <summary>From a business day on a field has a value. The version is that of a step whose day may be corrected.</summary>
internal sealed record Step<T>(DateOnly From, T Value, long Version = 0);

/// <summary>
/// The steps of one field, in the order of their versions. On a day holds what the highest version said, of those that speak of that day or
/// an earlier one: a change takes the place of all steps from its day on, since versions come in their order. Where the day of a change may
/// be corrected, the steps that it took the place of are kept, because they hold again up to its new day.
/// </summary>
internal static class Steps
{
    /// <summary>
    /// Adds the change of a field from one state to the next; the same array when it is none. Where a version is given, its day may be
    /// corrected later.
    /// </summary>
    public static Step<T>[] Changed<TState, T>(
        this Step<T>[] steps, TState? was, TState now, Func<TState, T> field, DateOnly from, long version = 0) where TState : class =>
        was is not null && EqualityComparer<T>.Default.Equals(field(was), field(now)) ? steps
        : [.. version > 0 ? steps : steps.Where(s => s.From < from), new Step<T>(from, field(now), version)];

    /// <summary>The step that a version made begins on another day.</summary>
    public static Step<T>[] Redated<T>(this Step<T>[] steps, long version, DateOnly from) =>
        Array.ConvertAll(steps, s => s.Version == version ? s with { From = from } : s);

    /// <summary>The value on a day; null before the first step.</summary>
    public static Step<T>? On<T>(this Step<T>[] steps, DateOnly day) => Array.FindLast(steps, s => s.From <= day);
}
