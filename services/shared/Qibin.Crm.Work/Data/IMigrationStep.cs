namespace Qibin.Crm.Work.Data;

/// <summary>One step of <c>migrate</c>, run in the order of registration; repeating it changes nothing.</summary>
public interface IMigrationStep
{
    Task RunAsync(CancellationToken ct);
}
