using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using Qibin.Crm.Identity.Account;
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
        var session = await http.SessionAsync();
        if (session is not null && !request.HasPromptValue(PromptValues.Login))
        {
            if (await principals.OfPersonAsync(session.Subject, session.Stamp, request.GetScopes(), ct) is { } person)
            {
                return Results.SignIn(person, authenticationScheme: OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
            }
        }

        if (request.HasPromptValue(PromptValues.None))
        {
            return Results.Forbid(
                new AuthenticationProperties(new Dictionary<string, string?>
                {
                    [OpenIddictServerAspNetCoreConstants.Properties.Error] = Errors.LoginRequired,
                    [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = "Nobody is signed in.",
                }),
                [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]);
        }

        // The sign-in itself answers the prompt; left in the request it would ask for ever.
        request.SetParameter(Parameters.Prompt, null);
        var back = Path + QueryString.Create(request.GetParameters().Select(p => KeyValuePair.Create(p.Key, (string?)p.Value)));
        return Results.Redirect(SignIn.Path + QueryString.Create("returnUrl", back));
    }

    /// <summary>Ends the browser's sign-in, and goes back to the address that the client has registered.</summary>
    private static async Task<IResult> SignOut(HttpContext http)
    {
        await http.EndSessionAsync();
        return Results.SignOut(new AuthenticationProperties { RedirectUri = SignIn.Path },
            [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]);
    }
}
