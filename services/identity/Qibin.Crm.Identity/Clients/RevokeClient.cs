using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Directory;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Clients;

/// <summary>
/// Ends an integration for good: it gets no more tokens, and those that are out are refused at once here, and by the other services as
/// soon as the event reached them, a second or two later.
/// </summary>
public static class RevokeClient
{
    public sealed record Request
    {
        /// <summary>Kept in the audit.</summary>
        [Needed, TextLength(1000, 2)]
        public string? Reason { get; init; }
    }

    internal static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid clientId, Request request, IfMatch ifMatch, IdentityDb db, TimeProvider clock, CancellationToken ct)
    {
        // Split, since a row cannot be locked on the far side of an outer join.
        var client = await db.Clients.Locked(clientId).AsSplitQuery().SingleOrDefaultAsync(ct);
        if (client is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(client);
        client.Revoke(clock.GetUtcNow());
        db.Publish(client, new AccessEnded { EndedId = client.Id, Until = clock.GetUtcNow() + Session.Remembered });
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = client.Id, Version = client.Version });
    }
}
