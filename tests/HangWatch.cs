using System.Reflection;
using Xunit.v3;

[assembly: Qibin.Crm.Tests.HangWatch]

namespace Qibin.Crm.Tests;

/// <summary>
/// Ends the test process when no test has begun or ended for <see cref="Limit"/>, and names the last one: a run that waits for ever says
/// nothing, and somebody else ends it without a result. Compiled into every test project.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class HangWatchAttribute : BeforeAfterTestAttribute
{
    /// <summary>Seven times what the longest test takes on an idle machine.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    private static readonly HangWatch Watch = new(Limit, Environment.FailFast);

    public override void Before(MethodInfo methodUnderTest, IXunitTest test) => Watch.Saw($"{test.TestDisplayName} began");

    public override void After(MethodInfo methodUnderTest, IXunitTest test) => Watch.Saw($"{test.TestDisplayName} ended");
}

/// <summary>Counts the time since something was seen.</summary>
internal sealed class HangWatch(TimeSpan limit, Action<string> end)
{
    private Timer? _timer;

    /// <summary>Begins to count anew.</summary>
    public void Saw(string what)
    {
        var timer = new Timer(_ => end($"No test began or ended for {limit}. Last seen: {what}."), null, limit, Timeout.InfiniteTimeSpan);
        Interlocked.Exchange(ref _timer, timer)?.Dispose();
    }
}
