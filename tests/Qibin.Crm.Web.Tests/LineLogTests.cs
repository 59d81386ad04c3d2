using System.Text;
using Qibin.Crm.Web.Telemetry;

namespace Qibin.Crm.Web.Tests;

public sealed class LineLogTests
{
    private const string Time = "2026-03-01T02:03:04.567Z";

    [Fact]
    public void An_entry_is_one_line_whatever_is_in_it()
    {
        var lines = Written(log => log.LogInformation(new InvalidOperationException("x\r\n2026 error"), "a {What}", "b\nc"));
        var line = Assert.Single(lines);
        Assert.Equal($"{Time} info  Some.Category: a b | c | System.InvalidOperationException: x | 2026 error", line);
    }

    [Theory]
    [InlineData(LogLevel.Warning, " warn  ")]
    [InlineData(LogLevel.Error, " error ")]
    [InlineData(LogLevel.Critical, " fatal ")]
    public void What_is_wrong_is_written_at_once_with_all_before_it(LogLevel level, string word)
    {
        using var output = new MemoryStream();
        using var provider = new LineLog(new Stopped(), output);
        var log = provider.CreateLogger("Some.Category");
        log.LogInformation("first");
        log.Log(level, "second");
        Assert.Equal([$"{Time} info  Some.Category: first", $"{Time}{word}Some.Category: second"], Lines(output));
    }

    [Fact]
    public async Task What_is_gathered_is_written_without_being_asked_for()
    {
        using var output = new Noticed();
        using var provider = new LineLog(TimeProvider.System, output);
        provider.CreateLogger("Some.Category").LogInformation("first");
        await output.Flushed.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void A_log_that_cannot_be_written_stops_nobody()
    {
        using var output = new Full();
        using var provider = new LineLog(TimeProvider.System, output);
        var log = provider.CreateLogger("Some.Category");
        for (var n = 0; n < 1000; n++)
        {
            log.LogInformation("{Long}", new string('x', 100));
        }

        log.LogError("last");
    }

    private static string[] Written(Action<ILogger> write)
    {
        using var output = new MemoryStream();
        using (var provider = new LineLog(new Stopped(), output))
        {
            write(provider.CreateLogger("Some.Category"));
        }

        return Lines(output);
    }

    private static string[] Lines(MemoryStream output) =>
        Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private sealed class Stopped : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 3, 1, 2, 3, 4, 567, TimeSpan.Zero);
    }

    private sealed class Noticed : MemoryStream
    {
        public TaskCompletionSource Flushed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Flush()
        {
            if (Length > 0)
            {
                Flushed.TrySetResult();
            }
        }
    }

    private sealed class Full : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => throw new IOException("No space left on device");
    }
}
