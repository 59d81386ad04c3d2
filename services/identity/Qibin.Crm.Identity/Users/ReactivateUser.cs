using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Users;

/// <summary>Gives a deactivated person access again, with the password of before; earlier sign-ins stay ended.</summary>
internal static class ReactivateUser
{
    public static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid userId, IfMatch ifMatch, IdentityDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var person = await db.People.ForUpdate(userId, ct);
        if (person is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(person);
        PrivilegedPeople.RefuseIntegration(caller, person.Roles);
        person.Reactivate();
        db.PublishState(person);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = person.Id, Version = person.Version });
    }
}
