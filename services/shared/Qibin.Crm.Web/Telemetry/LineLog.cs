using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Qibin.Crm.Web.Telemetry;

/// <summary>
/// The log, on standard error: the output is for what was asked for, such as the OpenAPI document. One line for each entry: time in UTC,
/// level, category, text, and the id of the trace. Lines are gathered for a tenth of a second, since a write for each costs more than
/// the line, in this process and in the one that reads it; a warning or an error is written at once. What cannot be written, such as to
/// a full disk, is lost.
/// </summary>
[ProviderAlias("Console")]
internal sealed class LineLog : ILoggerProvider
{
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(100);

    private readonly Lock _writing = new();
    private readonly TimeProvider _clock;
    private readonly StreamWriter _output;
    private readonly ITimer _timer;

    public LineLog(TimeProvider clock) : this(clock, Console.OpenStandardError())
    {
    }

    internal LineLog(TimeProvider clock, Stream output)
    {
        _clock = clock;
        _output = new StreamWriter(output, new UTF8Encoding(false), 32 << 10);
        // By the machine's clock, whatever time it is for the service.
        _timer = TimeProvider.System.CreateTimer(_ => Flush(), null, Gathering, Gathering);
    }

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void Dispose()
    {
        _timer.Dispose();
        Flush();
    }

    private void Flush() => Do(output => output.Flush());

    private void Do(Action<StreamWriter> write)
    {
        lock (_writing)
        {
            try
            {
                write(_output);
            }
            catch (IOException)
            {
                // A service works without its log.
            }
        }
    }

    private void Write(LogLevel level, string category, string text, Exception? fault)
    {
        var time = _clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var word = level switch
        {
            LogLevel.Trace => "trace ",
            LogLevel.Debug => "debug ",
            LogLevel.Information => "info  ",
            LogLevel.Warning => "warn  ",
            LogLevel.Error => "error ",
            _ => "fatal ",
        };
        var thrown = fault is null ? "" : " | " + OnOneLine(fault.ToString());
        var trace = Activity.Current is { } activity ? " trace=" + activity.TraceId.ToHexString() : "";
        var line = $"{time} {word}{category}: {OnOneLine(text)}{thrown}{trace}";
        Do(output =>
        {
            output.WriteLine(line);
            if (level >= LogLevel.Warning)
            {
                output.Flush();
            }
        });
    }

    /// <summary>Nothing that is logged can begin a line of its own.</summary>
    private static string OnOneLine(string text) => text.AsSpan().IndexOfAny('\r', '\n') < 0
        ? text
        : text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", " | ", StringComparison.Ordinal);

    private sealed class Category(LineLog log, string name) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Write(logLevel, name, formatter(state, exception), exception);

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
    }
}
