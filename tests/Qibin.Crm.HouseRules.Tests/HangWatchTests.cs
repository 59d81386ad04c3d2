using Qibin.Crm.Tests;

namespace Qibin.Crm.HouseRules.Tests;

/// <summary>A test that hangs is named, and its process ends.</summary>
public sealed class HangWatchTests
{
    [Fact]
    public async Task What_was_seen_last_is_named_when_nothing_follows()
    {
        var ended = new TaskCompletionSource<string>();
        var watch = new HangWatch(TimeSpan.FromSeconds(2), why => ended.TrySetResult(why));

        watch.Saw("the first");
        watch.Saw("the last");

        Assert.EndsWith("Last seen: the last.", await ended.Task.WaitAsync(TimeSpan.FromSeconds(60)), StringComparison.Ordinal);
    }
}
