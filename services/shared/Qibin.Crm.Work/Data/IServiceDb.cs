namespace Qibin.Crm.Work.Data;

/// <summary>A service's DbContext, which knows on whose behalf it saves.</summary>
public interface IServiceDb
{
    /// <summary>The caller, or the actor of the event being consumed; empty for the system itself.</summary>
    Guid ActorId { get; set; }
}
