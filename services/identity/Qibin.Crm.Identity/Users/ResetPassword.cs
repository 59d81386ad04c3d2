using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Qibin.Crm.Identity.Account;
using Qibin.Crm.Identity.Audit;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Web.Audit;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Users;

/// <summary>Gives a person a generated password, shown once, and ends a lockout, every sign-in and every refresh token.</summary>
internal static class ResetPassword
{
    public static async Task<Results<Ok<PasswordReceipt>, NotFound>> Handle(
        Guid userId, IfMatch ifMatch, IdentityDb db, UserManager<Person> users, TimeProvider clock, CancellationToken ct)
    {
        var person = await db.People.ForUpdate(userId, ct);
        if (person is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(person);
        var password = await PasswordRules.GiveAsync(users, person);
        person.PasswordGiven();
        db.PublishState(person);
        db.Audit(person, "user.passwordReset", clock);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new PasswordReceipt { Id = person.Id, Version = person.Version, Password = password });
    }
}
