using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Identity.Audit;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Web.Audit;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Users;

/// <summary>
/// Ends a person's access: sign-in and refresh are refused at once, an access token that is out lives to its end, at most 10 minutes.
/// The person stays in the directory, since records name them.
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
        db.PublishState(person);
        db.Audit(person, "user.deactivated", clock, request.Reason);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = person.Id, Version = person.Version });
    }
}
