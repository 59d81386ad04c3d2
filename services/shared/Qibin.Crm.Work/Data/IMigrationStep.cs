namespace Qibin.Crm.Work.Data;

/// <summary>One step of <c>migrate</c>, run in the order of registration; repeating it changes nothing.</summary>
public interface IMigrationStep
{
    Task RunAsync(CancellationToken ct);

    /// <summary>What the step needs, for the log while it is waited for.</summary>
    string Needs => "the database";

    /// <summary>Whether a failure means that what the step needs is not there yet, so that the step is run again.</summary>
    bool IsAway(Exception fault) => DatabaseFaults.Of(fault) == DatabaseFault.Away;
}
