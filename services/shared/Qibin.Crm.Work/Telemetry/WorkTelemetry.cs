using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Qibin.Crm.Work.Telemetry;

/// <summary>Traces and metrics of jobs and timers.</summary>
internal sealed class WorkTelemetry
{
    public const string Name = "Qibin.Crm.Work";

    private static readonly ActivitySource Source = new(Name);
    private readonly Histogram<double> _steps;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _due;

    public WorkTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _steps = meter.CreateHistogram<double>("qibin.job.step.duration", "s", "Duration of a job's steps.");
        _ended = meter.CreateCounter<long>("qibin.jobs.ended", "{job}", "Jobs that ended, by kind and state.");
        _due = meter.CreateCounter<long>("qibin.timers.rows", "{row}", "Rows whose time had come, by table and outcome.");
    }

    /// <summary>A trace of its own for work that no request asked for.</summary>
    public static Activity? Start(string work) => Source.StartActivity(work, ActivityKind.Internal, parentContext: default);

    public void Stepped(string kind, TimeSpan duration) =>
        _steps.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("kind", kind));

    public void Ended(string kind, string state) => _ended.Add(1, new("kind", kind), new KeyValuePair<string, object?>("state", state));

    public void Due(string table, bool done) =>
        _due.Add(1, new("table", table), new KeyValuePair<string, object?>("outcome", done ? "done" : "failed"));
}
