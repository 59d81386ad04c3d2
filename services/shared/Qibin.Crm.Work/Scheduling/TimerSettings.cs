using System.ComponentModel.DataAnnotations;
using Qibin.Crm.Work.Hosting;

namespace Qibin.Crm.Work.Scheduling;

/// <summary>How often work that falls due by the clock is looked for.</summary>
[Settings("Timers")]
public sealed record TimerSettings
{
    /// <summary>Seconds between two rounds; 0: never by itself, as tests want it.</summary>
    [Range(0, 3600)]
    public int EverySeconds { get; init; } = 20;
}
