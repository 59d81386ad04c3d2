namespace Qibin.Crm.Work.Jobs;

/// <summary>Closed while the service cannot take more writes, such as when too many events wait for the broker: 503 then.</summary>
public interface IWriteGate
{
    bool IsOpen { get; }
}

#pragma warning disable CA1032 // It says one thing.
/// <summary>The gate is closed: a job waits with its next step.</summary>
internal sealed class WritesRefusedException : Exception;
#pragma warning restore CA1032
