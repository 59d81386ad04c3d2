using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using Qibin.Crm.Identity.Account;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Qibin.Crm.Identity.Tokens;

/// <summary>The claims of tokens, read anew from the database for each token.</summary>
internal sealed class Principals(IdentityDb db, OneTimeCodes codes, TimeProvider clock)
{
    /// <summary>The sign-in that a token was issued for, and ends with.</summary>
    public const string SessionId = "sid";

    /// <summary>What a person's tokens say; null when the sign-in has ended, or the person may have none.</summary>
    /// <param name="session">The sign-in; it goes on for another working day.</param>
    /// <param name="scopes">The scopes granted.</param>
    /// <param name="ct">Cancels the reading.</param>
    /// <param name="maxAge">Seconds ago that the person may have signed in at most; null when it does not matter.</param>
    public async Task<ClaimsPrincipal?> OfPersonAsync(
        Guid? session, IEnumerable<string> scopes, CancellationToken ct, long? maxAge = null)
    {
        var person = await db.PeopleIn(session).AsNoTracking().SingleOrDefaultAsync(ct);
        if (person is null || person.MustChangePassword || codes.IsMissing(person))
        {
            return null;
        }

        var now = clock.GetUtcNow();
        var signedInAt = await db.Sessions.Where(s => s.Id == session).Select(s => s.StartedAt).SingleAsync(ct);
        if (maxAge is { } seconds && (now - signedInAt).TotalSeconds > seconds)
        {
            return null;
        }

        var until = now + Session.Idle;
        await db.Sessions.Where(s => s.Id == session && s.EndedAt == null)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.ExpiresAt, until), ct);

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
            .SetClaim(SessionId, session.ToString())
            .SetClaim(Claims.AuthenticationTime, signedInAt.ToUnixTimeSeconds());
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
            .SetClaim("reach", Word(Reach.All))
            // Each of its tokens stands for itself, so that one can be revoked.
            .SetClaim(SessionId, Guid.CreateVersion7(clock.GetUtcNow()).ToString());
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
            Claims.Name or Claims.PreferredUsername or Claims.AuthenticationTime => [Destinations.IdentityToken],
            SessionId => [Destinations.AccessToken, Destinations.IdentityToken],
            _ => [Destinations.AccessToken],
        });
        return new ClaimsPrincipal(identity);
    }
}
