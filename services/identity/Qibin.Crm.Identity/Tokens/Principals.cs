using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Qibin.Crm.Identity.Tokens;

/// <summary>The claims of tokens, read anew from the database for each token.</summary>
internal sealed class Principals(IdentityDb db)
{
    /// <summary>Stays inside authorization codes and refresh tokens: the security stamp that they were issued under.</summary>
    public const string Stamp = "stamp";

    /// <summary>What a person's tokens say; null when the person may have none (any more).</summary>
    /// <param name="subject">The person.</param>
    /// <param name="stamp">The security stamp that the sign-in was made under.</param>
    /// <param name="scopes">The scopes granted.</param>
    /// <param name="ct">Cancels the reading.</param>
    public async Task<ClaimsPrincipal?> OfPersonAsync(string? subject, string? stamp, IEnumerable<string> scopes, CancellationToken ct)
    {
        var person = Guid.TryParse(subject, out var id) ? await db.People.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, ct) : null;
        if (person is null || !person.Active || person.MustChangePassword || person.SecurityStamp != stamp)
        {
            return null;
        }

        var tree = new UnitTree(await db.Units.AsNoTracking().ToListAsync(ct));
        var identity = Identity()
            .SetClaim(Claims.Subject, person.Id.ToString())
            .SetClaim(Claims.Name, person.DisplayName)
            .SetClaim(Claims.PreferredUsername, person.UserName)
            .SetClaims(Claims.Role, [.. person.Roles])
            .SetClaim("unit", person.UnitId.ToString())
            .SetClaims("units", [.. tree.Subtree(person.UnitId).Select(u => u.ToString())])
            .SetClaims("chains", [.. person.Chains])
            .SetClaim("reach", Word(person.Reach))
            .SetClaim(Stamp, person.SecurityStamp);
        return Close(identity, scopes);
    }

    /// <summary>What an integration's tokens say; null when it has ended.</summary>
    /// <param name="clientId">The OAuth client_id.</param>
    /// <param name="scopes">The scopes asked for, already checked; all of the client's when none were.</param>
    /// <param name="ct">Cancels the reading.</param>
    public async Task<ClaimsPrincipal?> OfClientAsync(string? clientId, IReadOnlyCollection<string> scopes, CancellationToken ct)
    {
        var client = await db.Clients.AsNoTracking().SingleOrDefaultAsync(c => c.ClientId == clientId, ct);
        if (client is null || client.RevokedAt is not null)
        {
            return null;
        }

        var identity = Identity()
            .SetClaim(Claims.Subject, client.Id.ToString())
            .SetClaim(Claims.Role, Kernel.Roles.Integration)
            .SetClaim("reach", Word(Reach.All));
        return Close(identity, scopes.Count == 0 ? client.Scopes : scopes.Intersect(client.Scopes));
    }

    private static ClaimsIdentity Identity() => new(TokenValidationParameters.DefaultAuthenticationType, Claims.Name, Claims.Role);

    private static string Word(Reach reach) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(reach.ToString());

    private static ClaimsPrincipal Close(ClaimsIdentity identity, IEnumerable<string> scopes)
    {
        identity.SetScopes(scopes);
        identity.SetResources(TokenServer.Audience);
        // Names are for the client that shows them, in the identity token; the services need none, and their logs get none.
        identity.SetDestinations(claim => claim.Type switch
        {
            Claims.Name or Claims.PreferredUsername => [Destinations.IdentityToken],
            Stamp => [],
            _ => [Destinations.AccessToken],
        });
        return new ClaimsPrincipal(identity);
    }
}
