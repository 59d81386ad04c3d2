using Qibin.Crm.Identity.Data;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Audit;

namespace Qibin.Crm.Identity.Audit;

/// <summary>Adds an audit entry in the same transaction as the change.</summary>
internal static class Auditing
{
    public static void Audit(this IdentityDb db, Aggregate subject, string action, TimeProvider clock, string? reason = null) =>
        db.Add(AuditEntry.Of(
        db.ActorId, clock.GetUtcNow(), action, System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(subject.GetType().Name), subject.Id,
            reason));
}
