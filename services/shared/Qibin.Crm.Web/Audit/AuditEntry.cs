using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Web.Audit;

/// <summary>
/// Who did what to what, and why, written in the same transaction as the deed. Append-only; holds no personal data itself.
/// </summary>
public sealed class AuditEntry
{
    public required Guid Id { get; init; }
    public required DateTimeOffset At { get; init; }
    public required Guid ActorId { get; init; }

    /// <summary>Operation in the words of the API, such as <c>person.unmasked</c>.</summary>
    public required string Action { get; init; }

    public required string SubjectType { get; init; }
    public required Guid SubjectId { get; init; }
    public string? Reason { get; init; }
    public string? TraceId { get; init; }

    /// <summary>An entry of now's trace.</summary>
    public static AuditEntry Of(
        Guid actorId, DateTimeOffset at, string action, string subjectType, Guid subjectId, string? reason = null) => new()
        {
            Id = Guid.CreateVersion7(at),
            At = at,
            ActorId = actorId,
            Action = action,
            SubjectType = subjectType,
            SubjectId = subjectId,
            Reason = reason,
            TraceId = Activity.Current?.TraceId.ToString(),
        };
}

/// <summary>Notes a deed in the transaction that does it.</summary>
public static class Auditing
{
    public static void Audit(
        this DbContext db, Caller caller, TimeProvider clock, string action, string subjectType, Guid subjectId, string? reason = null)
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(clock);
        db.Add(AuditEntry.Of(caller.Id, clock.GetUtcNow(), action, subjectType, subjectId, reason));
    }
}
