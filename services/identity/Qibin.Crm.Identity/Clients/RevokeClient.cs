using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Identity.Audit;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Web.Audit;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Clients;

/// <summary>Ends an integration for good: no more tokens at once, and those that are out live to their end, at most 10 minutes.</summary>
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
        db.Audit(client, "client.revoked", clock, request.Reason);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = client.Id, Version = client.Version });
    }
}
