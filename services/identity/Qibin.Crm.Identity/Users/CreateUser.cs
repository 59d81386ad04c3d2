using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Identity.Account;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Identity.Shapes;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Identity.Users;

/// <summary>Creates a person, with a generated password that is shown once and replaced at the first sign-in.</summary>
public static class CreateUser
{
    public sealed record Request
    {
        /// <summary>For signing in; unique whatever the case.</summary>
        [Needed, Line(64, 2), UserName]
        public string? UserName { get; init; }

        [Needed, Line(100)]
        public string? DisplayName { get; init; }

        [PhoneNumber]
        public string? Phone { get; init; }

        [MailAddress]
        public string? Email { get; init; }

        [Needed]
        public Guid? UnitId { get; init; }

        /// <summary>One role or more; how far the person sees is the widest of them. An integration may give <c>officer</c> only.</summary>
        [Needed, Items(1, 9)]
        public IReadOnlyList<string>? Roles { get; init; }

        /// <summary>Codes of industry chains; a chain chief sees these.</summary>
        [Items(0, 20)]
        public IReadOnlyList<string>? Chains { get; init; }
    }

    internal static async Task<Created<PasswordReceipt>> Handle(
        Request request, IdentityDb db, Caller caller, UserManager<Person> users, TimeProvider clock, CancellationToken ct)
    {
        var (roles, chains) = (KnownWords.Roles(request.Roles!), KnownWords.Chains(request.Chains ?? []));
        PrivilegedPeople.RefuseIntegration(caller, roles);
        if (!await db.Units.AnyAsync(u => u.Id == request.UnitId, ct))
        {
            throw Refusal.Invalid("/unitId", "unit.unknown");
        }

        var person = Person.Register(
            Guid.CreateVersion7(clock.GetUtcNow()), request.UserName!, request.DisplayName!, request.Phone, request.Email,
            request.UnitId!.Value,
            roles, chains, mustChangePassword: true);
        person.NormalizedUserName = users.NormalizeName(person.UserName)!;
        var password = await PasswordRules.GiveAsync(users, person);
        db.Add(person);
        db.PublishState(person);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created(
            $"/api/v1/users/{person.Id}", new PasswordReceipt { Id = person.Id, Version = person.Version, Password = password });
    }
}
