using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Qibin.Crm.Identity.Tokens;

/// <summary>
/// <c>POST /connect/token</c>. OpenIddict has checked client, code, refresh token and PKCE; what is left is whether the person or
/// the client may still have a token.
/// </summary>
internal static class Token
{
    public static void MapToken(this WebApplication app) => app.MapPost("/connect/token", Handle).AllowAnonymous().ExcludeFromDescription();

    private static async Task<IResult> Handle(HttpContext http, Principals principals, CancellationToken ct)
    {
        var request = http.GetOpenIddictServerRequest()!;
        if (request.IsClientCredentialsGrantType())
        {
            return await principals.OfClientAsync(request.ClientId, request.GetScopes(), ct) is { } client
                ? Results.SignIn(client, authenticationScheme: OpenIddictServerAspNetCoreDefaults.AuthenticationScheme)
                : Authorize.Refuse(Errors.InvalidClient, "The client has ended.");
        }

        var issued = (await http.AuthenticateAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme)).Principal!;
        var person = await principals.OfPersonAsync(
            Guid.TryParse(issued.GetClaim(Principals.SessionId), out var session) ? session : null, issued.GetScopes(), ct);
        return person is null
            ? Authorize.Refuse(Errors.InvalidGrant, "The sign-in has ended; sign in again.")
            : Results.SignIn(person, authenticationScheme: OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
    }
}
