namespace Qibin.Crm.Pipeline.Domain;

/// <summary>From a business day on a field has a value.</summary>
internal sealed record Step<T>(DateOnly From, T Value);

/// <summary>
/// The steps of one field, in the order of their days. On a day holds what the highest version said, of those that speak of that day or an
/// earlier one: a change takes the place of all steps from its day on, since versions come in their order.
/// </summary>
internal static class Steps
{
    /// <summary>Adds the change of a field from one version to the next; the same array when it is none.</summary>
    public static Step<T>[] Changed<TState, T>(this Step<T>[] steps, TState? was, TState now, Func<TState, T> field, DateOnly from)
        where TState : class
    {
        var value = field(now);
        return was is not null && EqualityComparer<T>.Default.Equals(field(was), value) ? steps
            : [.. steps.Where(s => s.From < from), new Step<T>(from, value)];
    }

    /// <summary>The value on a day; null before the first step.</summary>
    public static Step<T>? On<T>(this Step<T>[] steps, DateOnly day) => Array.FindLast(steps, s => s.From <= day);
}
