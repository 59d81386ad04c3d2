using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Clients;

/// <summary>Gives an integration a new secret; the one before stays valid while it is being replaced.</summary>
public static class RotateSecret
{
    private const int OverlapHours = 24;

    public sealed record Request
    {
        /// <summary>Hours that the present secret goes on; 24 when not given, 0 ends it at once.</summary>
        [NumberRange(0, 720)]
        public int? OverlapHours { get; init; }

        /// <summary>Days until the new secret expires; 365 when not given.</summary>
        [NumberRange(1, 730)]
        public int? SecretDays { get; init; }
    }

    internal static async Task<Results<Ok<SecretReceipt>, NotFound>> Handle(
        Guid clientId, Request request, IfMatch ifMatch, IdentityDb db, TimeProvider clock, CancellationToken ct)
    {
        // Split, since a row cannot be locked on the far side of an outer join.
        var client = await db.Clients.Locked(clientId).AsSplitQuery().SingleOrDefaultAsync(ct);
        if (client is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(client);
        var (now, secret) = (clock.GetUtcNow(), ClientSecret.Make());
        var lifetime = request.SecretDays is { } days ? TimeSpan.FromDays(days) : Client.SecretLifetime;
        client.Rotate(secret, lifetime, TimeSpan.FromHours(request.OverlapHours ?? OverlapHours), now);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new SecretReceipt
        {
            Id = client.Id,
            ClientId = client.ClientId,
            ClientSecret = secret,
            ExpiresAt = now + lifetime,
            Version = client.Version,
        });
    }
}
