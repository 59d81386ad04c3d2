namespace Qibin.Crm.Pipeline.Domain;

internal readonly record struct Rank(long Version, int Ordinal) : IComparable<Rank>
{
    public int CompareTo(Rank other) => (Version, Ordinal).CompareTo((other.Version, other.Ordinal));

    public static bool operator <(Rank left, Rank right) => left.CompareTo(right) < 0;

    public static bool operator >(Rank left, Rank right) => left.CompareTo(right) > 0;

    public static bool operator <=(Rank left, Rank right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Rank left, Rank right) => left.CompareTo(right) >= 0;
}

/// <summary>From a business day on a field has a value, by the event of this rank.</summary>
internal sealed record Step<T>(DateOnly From, Rank Rank, T Value);

/// <summary>
/// The steps of one field: days and ranks both ascend. On a day holds what the event with the highest rank said, of those that speak of
/// that day or an earlier one; a step that can hold on no day is dropped. In which order changes arrive makes no difference.
/// </summary>
internal static class Steps
{
    /// <summary>Adds the change of a field from one state of its stream to the next; the same array when it is none.</summary>
    public static Step<T>[] Changed<TState, T>(
        this Step<T>[] steps, TState? was, TState now, Func<TState, T> field, DateOnly from, Rank rank)
        where TState : class
    {
        var value = field(now);
        if (was is not null && EqualityComparer<T>.Default.Equals(field(was), value))
        {
            return steps;
        }

        var later = Array.FindIndex(steps, s => s.From > from);
        var before = later < 0 ? steps.Length : later;
        return before > 0 && steps[before - 1].Rank > rank
            ? steps
            : [.. steps.Where(s => s.From < from && s.Rank < rank), new Step<T>(from, rank, value),
                .. steps.Where(s => s.From > from && s.Rank > rank)];
    }

    /// <summary>The value on a day; null before the first step.</summary>
    public static Step<T>? On<T>(this Step<T>[] steps, DateOnly day) => Array.FindLast(steps, s => s.From <= day);
}
