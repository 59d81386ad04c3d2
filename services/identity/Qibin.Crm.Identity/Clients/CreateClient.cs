using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Identity.Shapes;
using Qibin.Crm.Identity.Tokens;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Identity.Clients;

/// <summary>Creates an integration with a secret that is shown once.</summary>
public static class CreateClient
{
    public sealed record Request
    {
        /// <summary>The OAuth client_id; unique and for good.</summary>
        [Needed, Line(100, 3), CodeShape]
        public string? ClientId { get; init; }

        [Needed, Line(200)]
        public string? DisplayName { get; init; }

        /// <summary>What the integration may do.</summary>
        [Needed, Items(1, 50)]
        public IReadOnlyList<string>? Scopes { get; init; }

        /// <summary>Days until the secret expires; 365 when not given.</summary>
        [NumberRange(1, 730)]
        public int? SecretDays { get; init; }
    }

    internal static async Task<Created<SecretReceipt>> Handle(
        Request request, IdentityDb db, ClientApplications applications, TimeProvider clock, CancellationToken ct)
    {
        var scopes = KnownWords.Scopes(request.Scopes!);
        var (now, secret) = (clock.GetUtcNow(), ClientSecret.Make());
        var lifetime = request.SecretDays is { } days ? TimeSpan.FromDays(days) : Client.SecretLifetime;
        if (await applications.FindByClientIdAsync(request.ClientId!, ct) is not null)
        {
            throw new RuleViolation("client.idTaken");
        }

        var client = Client.Register(Guid.CreateVersion7(now), request.ClientId!, request.DisplayName!, scopes, secret, lifetime, now);
        db.Add(client);
        await applications.AddAsync(client, ct);
        return TypedResults.Created($"/api/v1/clients/{client.Id}", new SecretReceipt
        {
            Id = client.Id,
            ClientId = client.ClientId,
            ClientSecret = secret,
            ExpiresAt = now + lifetime,
            Version = client.Version,
        });
    }
}
