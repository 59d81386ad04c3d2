using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Users;

/// <summary>Somebody must be left who can manage people.</summary>
internal static class Administrators
{
    /// <summary>Take <see cref="AdvisoryLocks.LockDirectoryAsync"/> first, so that two administrators do not remove each other.</summary>
    /// <exception cref="RuleViolation"><c>user.lastAdministrator</c>: the person is the only active administrator.</exception>
    public static async Task RefuseLastAsync(IdentityDb db, Person person, CancellationToken ct)
    {
        if (person.Active && person.Roles.Contains(Roles.Administrator)
            && !await db.People.AnyAsync(p => p.Id != person.Id && p.Active && p.Roles.Contains(Roles.Administrator), ct))
        {
            throw new RuleViolation("user.lastAdministrator");
        }
    }
}
