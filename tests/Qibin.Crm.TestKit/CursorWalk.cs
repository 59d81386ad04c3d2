namespace Qibin.Crm.TestKit;

/// <summary>The promise of every list: under any sort, a walk by cursor gives each row that stood still exactly once.</summary>
public static class CursorWalk
{
    /// <summary>Walks a list to its end while others write between and during its pages.</summary>
    /// <param name="client">Who walks.</param>
    /// <param name="path">Path and query, with sort and filters.</param>
    /// <param name="limit">Rows a page.</param>
    /// <param name="disturb">What others do meanwhile; given the number of the page that is being read.</param>
    /// <returns>The ids in the order in which they came.</returns>
    public static async Task<IReadOnlyList<Guid>> WalkAsync(ApiClient client, string path, int limit, Func<int, Task> disturb)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(disturb);
        var seen = new List<Guid>();
        string? cursor = null;
        var page = 0;
        do
        {
            var reading = client.GetAsync(
                $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit="
                    + $"{limit}{(cursor is null ? "" : "&cursor=" + cursor)}");
            await Task.WhenAll(reading, disturb(page++));
            var answer = (await reading).Is(200).Json;
            seen.AddRange(answer.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetGuid()));
            cursor = answer.GetProperty("next").GetString();
        }
        while (cursor is not null);
        return seen;
    }

    /// <summary>Tells what a walk got wrong, or null: rows that stood still and were missed or came twice.</summary>
    public static string? Fault(IReadOnlyList<Guid> seen, IEnumerable<Guid> stoodStill)
    {
        ArgumentNullException.ThrowIfNull(seen);
        ArgumentNullException.ThrowIfNull(stoodStill);
        var times = seen.GroupBy(id => id).ToDictionary(g => g.Key, g => g.Count());
        var wrong = stoodStill.Select(id => (Id: id, Times: times.GetValueOrDefault(id))).Where(x => x.Times != 1).ToList();
        return wrong.Count == 0 ? null
            : $"{wrong.Count} rows that stood still did not come exactly once: {string.Join(", ", wrong.Take(5))}";
    }
}
