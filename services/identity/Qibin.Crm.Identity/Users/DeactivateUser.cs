using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Identity.Account;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Users;

/// <summary>
/// Ends a person's access: sign-in, refresh and every token are refused at once here, and by the other services as soon as the event
/// reached them, a second or two later. The person stays in the directory, since records name them.
/// </summary>
public static class DeactivateUser
{
    public sealed record Request
    {
        /// <summary>Kept in the audit.</summary>
        [Needed, TextLength(1000, 2)]
        public string? Reason { get; init; }
    }

    internal static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid userId, Request request, IfMatch ifMatch, IdentityDb db, TimeProvider clock, CancellationToken ct)
    {
        await db.LockDirectoryAsync(ct);
        var person = await db.People.ForUpdate(userId, ct);
        if (person is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(person);
        await Administrators.RefuseLastAsync(db, person, ct);
        person.Deactivate();
        await db.EndSessionsAsync(person, clock, ct);
        db.PublishState(person);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = person.Id, Version = person.Version });
    }
}
