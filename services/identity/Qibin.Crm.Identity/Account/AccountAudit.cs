using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Audit;

namespace Qibin.Crm.Identity.Account;

/// <summary>
/// Audits what happens at the sign-in pages, with the change that is saved next: <c>signIn</c>, <c>delaySignIn</c>, <c>signOut</c>,
/// <c>changePassword</c>, <c>useAuthenticator</c>, <c>stopAuthenticator</c>, <c>makeRecoveryCodes</c>. A refused one has no actor, since
/// nobody has shown who they are.
/// </summary>
internal static class AccountAudit
{
    public static void Audit(this IdentityDb db, string operation, Guid personId, TimeProvider clock) =>
        db.Add(AuditEntry.Of(personId, clock.GetUtcNow(), operation, subjects: [Subject(personId)]));

    /// <summary>A wrong password, or none that could be right; the one that begins a delay is an entry of its own.</summary>
    public static void AuditRefused(this IdentityDb db, string operation, Person? person, bool delays, DateTimeOffset now)
    {
        IReadOnlyCollection<AuditSubject> subjects = person is null ? [] : [Subject(person.Id)];
        db.Add(AuditEntry.Of(Guid.Empty, now, operation, refused: true, subjects: subjects));
        if (delays)
        {
            db.Add(AuditEntry.Of(Guid.Empty, now, "delaySignIn", subjects: subjects));
        }
    }

    private static AuditSubject Subject(Guid personId) => new() { Type = "person", Id = personId };
}
