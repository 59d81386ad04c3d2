namespace Qibin.Crm.Work.Jobs;

/// <summary>Closed while the service cannot take more writes, such as when too many events wait for the broker: 503 then.</summary>
public interface IWriteGate
{
    bool IsOpen { get; }
}
