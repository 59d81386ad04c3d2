using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Identity.Users;

/// <summary>Shows a person's phone and e-mail to an administrator who gives a reason. The audit keeps who and why.</summary>
public static class UnmaskUser
{
    public sealed record Request
    {
        /// <summary>Kept in the audit.</summary>
        [Needed, TextLength(1000, 4)]
        public string? Reason { get; init; }
    }

    /// <summary>Shown only this once: a repeat of the request is answered without phone and e-mail.</summary>
    public sealed record Answer : Receipt, IToldOnce
    {
        public string? Phone { get; init; }
        public string? Email { get; init; }

        IReceipt IToldOnce.Kept => this with { Phone = null, Email = null };
    }

    internal static async Task<Results<Ok<Answer>, NotFound>> Handle(
        Guid userId, Request request, IdentityDb db, TimeProvider clock, CancellationToken ct)
    {
        var person = await db.People.AsNoTracking().SingleOrDefaultAsync(p => p.Id == userId, ct);
        if (person is null)
        {
            return TypedResults.NotFound();
        }

        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Answer { Id = person.Id, Version = person.Version, Phone = person.Phone, Email = person.Email });
    }
}
