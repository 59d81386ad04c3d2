using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Identity.Account;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Shapes;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Json;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Users;

/// <summary>
/// Changes a person. What is added takes effect with the next token, at most 10 minutes later; a role or chain taken away, or another
/// unit, ends every sign-in of the person at once.
/// </summary>
public static class AmendUser
{
    /// <summary>What may be changed, as a JSON merge patch. A masked value is not written back: leave it out.</summary>
    public sealed record Request : MergePatch
    {
        [Line(100)]
        public string? DisplayName { get; init => field = Kept(value); }

        [PhoneNumber]
        public string? Phone { get; init => field = Given(value); }

        [MailAddress]
        public string? Email { get; init => field = Given(value); }

        public Guid? UnitId { get; init => field = Kept(value); }

        /// <summary>All roles, in place of the present ones. An integration may give <c>officer</c> only.</summary>
        [Items(1, 9)]
        public IReadOnlyList<string>? Roles { get; init => field = Kept(value); }

        /// <summary>All chains, in place of the present ones.</summary>
        [Items(0, 20)]
        public IReadOnlyList<string>? Chains { get; init => field = Kept(value); }
    }

    internal static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid userId, Request request, IfMatch ifMatch, IdentityDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        await db.LockDirectoryAsync(ct);
        var person = await db.People.ForUpdate(userId, ct);
        if (person is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(person);
        var roles = request.Roles is null ? person.Roles : KnownWords.Roles(request.Roles);
        PrivilegedPeople.RefuseIntegration(caller, [.. person.Roles, .. roles]);
        var chains = request.Chains is null ? person.Chains : KnownWords.Chains(request.Chains);
        if (request.UnitId is { } unit && !await db.Units.AnyAsync(u => u.Id == unit, ct))
        {
            throw Refusal.Invalid("/unitId", "unit.unknown");
        }

        if (!roles.Contains(Kernel.Roles.Administrator))
        {
            await Administrators.RefuseLastAsync(db, person, ct);
        }

        if (person.Loses(request.UnitId ?? person.UnitId, roles, chains))
        {
            await db.EndSessionsAsync(person, clock, ct);
        }

        person.Amend(
            request.Over(person.DisplayName, request.DisplayName)!, request.Over(person.Phone, request.Phone),
            request.Over(person.Email, request.Email),
            request.UnitId ?? person.UnitId, roles, chains);
        db.PublishState(person);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = person.Id, Version = person.Version });
    }
}
