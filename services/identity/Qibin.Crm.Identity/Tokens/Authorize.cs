using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using Qibin.Crm.Identity.Account;
using Qibin.Crm.Identity.Data;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Qibin.Crm.Identity.Tokens;

/// <summary>
/// <c>GET /connect/authorize</c>: who is signed in gets a code at once, since both clients are our own; who is not goes to the
/// sign-in page and comes back.
/// </summary>
internal static class Authorize
{
    public const string Path = "/connect/authorize";

    public static void MapAuthorize(this WebApplication app)
    {
        // A request that cannot even go back to its client is answered with a page. OpenIddict has set 400, upon which the framework
        // runs no handler, so it is done ahead of it.
        app.Use((http, next) => http.GetOpenIddictServerResponse() is { Error: not null } refused
            ? Pages.Refused(http, refused.Error, refused.ErrorDescription).ExecuteAsync(http)
            : next(http));
        app.MapMethods(Path, [HttpMethods.Get, HttpMethods.Post], Handle).AllowAnonymous().ExcludeFromDescription();
        app.MapMethods("/connect/sign-out", [HttpMethods.Get, HttpMethods.Post], (Delegate)SignOut).AllowAnonymous()
            .ExcludeFromDescription();
    }

    private static async Task<IResult> Handle(HttpContext http, Principals principals, CancellationToken ct)
    {
        var request = http.GetOpenIddictServerRequest()!;
        if (request.GetParameter(Parameters.MaxAge) is not null && request.MaxAge is not >= 0)
        {
            return Refuse(Errors.InvalidRequest, "max_age is a number of seconds.");
        }

        // One browser has one sign-in: whoever wants another account signs in anew.
        if (await http.SessionIdAsync() is { } session
            && !request.HasPromptValue(PromptValues.Login) && !request.HasPromptValue(PromptValues.SelectAccount)
            && await principals.OfPersonAsync(session, request.GetScopes(), ct, request.MaxAge) is { } person)
        {
            return Results.SignIn(person, authenticationScheme: OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
        }

        if (request.HasPromptValue(PromptValues.None))
        {
            return Refuse(Errors.LoginRequired, "Nobody is signed in, or not recently enough.");
        }

        // The sign-in itself answers both; left in the request they would ask for ever. The identity token says when it was (auth_time).
        request.SetParameter(Parameters.Prompt, null);
        request.SetParameter(Parameters.MaxAge, null);
        var back = Path + QueryString.Create(request.GetParameters().Select(p => KeyValuePair.Create(p.Key, (string?)p.Value)));
        return Results.Redirect(SignIn.Path + QueryString.Create("returnUrl", back));
    }

    /// <summary>An error in the words of OAuth.</summary>
    public static IResult Refuse(string error, string description) => Results.Forbid(
        new AuthenticationProperties(new Dictionary<string, string?>
        {
            [OpenIddictServerAspNetCoreConstants.Properties.Error] = error,
            [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = description,
        }),
        [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]);

    /// <summary>
    /// Ends the sign-in with every token that came of it, and goes back to the address that the client has registered. A client without
    /// the browser's cookie names the sign-in by <c>id_token_hint</c>.
    /// </summary>
    private static async Task<IResult> SignOut(HttpContext http, IdentityDb db, TimeProvider clock, CancellationToken ct)
    {
        var hint = (await http.AuthenticateAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme)).Principal;
        await http.SignOutAsync(db, clock, ct, hint?.GetClaim(Principals.SessionId));
        return Results.SignOut(new AuthenticationProperties { RedirectUri = SignIn.Path },
            [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]);
    }
}
