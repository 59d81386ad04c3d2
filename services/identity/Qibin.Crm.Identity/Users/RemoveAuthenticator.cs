using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Identity.Account;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Users;

/// <summary>
/// Takes the authenticator from a person who has lost it and the recovery codes, and ends every sign-in. The password stays; a person
/// whose role needs one-time codes sets up another authenticator at the next sign-in.
/// </summary>
public static class RemoveAuthenticator
{
    public sealed record Request
    {
        /// <summary>Kept in the audit.</summary>
        [Needed, TextLength(1000, 4)]
        public string? Reason { get; init; }
    }

    internal static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid userId, Request request, IdentityDb db, TimeProvider clock, CancellationToken ct)
    {
        var person = await db.People.ForUpdate(userId, ct);
        if (person is null)
        {
            return TypedResults.NotFound();
        }

        person.StopAuthenticator();
        await db.EndSessionsAsync(person, clock, ct);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = person.Id, Version = person.Version });
    }
}
