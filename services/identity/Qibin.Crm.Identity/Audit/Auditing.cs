using System.Diagnostics;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.ServiceDefaults;

namespace Qibin.Crm.Identity.Audit;

/// <summary>Notes a deed of management in the same transaction as the deed.</summary>
internal static class Auditing
{
    public static void Audit(this IdentityDb db, Aggregate subject, string action, TimeProvider clock, string? reason = null)
    {
        var now = clock.GetUtcNow();
        db.Add(new AuditEntry
        {
            Id = Guid.CreateVersion7(now),
            At = now,
            ActorId = db.ActorId,
            Action = action,
            SubjectType = System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(subject.GetType().Name),
            SubjectId = subject.Id,
            Reason = reason,
            TraceId = Activity.Current?.TraceId.ToString(),
        });
    }
}
