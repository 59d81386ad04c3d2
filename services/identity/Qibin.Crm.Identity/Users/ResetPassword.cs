using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Qibin.Crm.Identity.Account;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Users;

/// <summary>Gives a person a generated password, shown once, and ends delays after wrong ones, and every sign-in with its tokens.</summary>
internal static class ResetPassword
{
    public static async Task<Results<Ok<PasswordReceipt>, NotFound>> Handle(
        Guid userId, IfMatch ifMatch, IdentityDb db, Caller caller, UserManager<Person> users, TimeProvider clock, CancellationToken ct)
    {
        var person = await db.People.ForUpdate(userId, ct);
        if (person is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(person);
        PrivilegedPeople.RefuseIntegration(caller, person.Roles);
        var password = await PasswordRules.GiveAsync(users, person);
        person.PasswordGiven();
        await Turn.ForgetAsync(db, person.NormalizedUserName, ct);
        await db.EndSessionsAsync(person, clock, ct);
        db.PublishState(person);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new PasswordReceipt { Id = person.Id, Version = person.Version, Password = password });
    }
}
