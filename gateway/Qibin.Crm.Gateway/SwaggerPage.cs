using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Hosting;

namespace Qibin.Crm.Gateway;

/// <summary>One page over the OpenAPI documents of all services, its parts served from here, with sign-in by code and PKCE.</summary>
internal static class SwaggerPage
{
    /// <summary>What the page needs and no more: its own scripts, the API on the same origin, pictures it draws itself.</summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; " +
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    /// <summary>
    /// The client that the identity service knows for this page; its redirect address is <c>swagger/oauth2-redirect.html</c>.
    /// </summary>
    private const string Client = "qibin-swagger";

    public static void UseSwaggerPage(this WebApplication app)
    {
        var issuer = app.Configuration.Read<IdentitySettings>().Issuer;
        app.UseWhen(http => http.Request.Path.StartsWithSegments("/swagger", StringComparison.OrdinalIgnoreCase),
            page => page.Use((http, next) =>
        {
            // Sign-in comes back to the address that identity knows, so the page is used at that address.
            if (issuer is { } known && http.Request.Path.Value is "/swagger" or "/swagger/" or "/swagger/index.html"
                && !string.Equals(http.Request.Host.Value, known.Authority, StringComparison.OrdinalIgnoreCase))
            {
                http.Response.Redirect(new Uri(known, "swagger/index.html").AbsoluteUri);
                return Task.CompletedTask;
            }

            http.Response.Headers.ContentSecurityPolicy = Policy;
            return next(http);
        }));
        app.UseSwaggerUI(ui =>
        {
            ui.RoutePrefix = "swagger";
            ui.DocumentTitle = "淇滨招商 API · Qibin.Crm";
            foreach (var service in Routes.Services)
            {
                ui.SwaggerEndpoint(Routes.Document(service), service.Title);
            }

            ui.OAuthClientId(Client);
            ui.OAuthUsePkce();
            ui.OAuthScopes("crm");
            ui.DisplayOperationId();
            ui.DisplayRequestDuration();
            ui.EnableDeepLinking();
            ui.EnableFilter();
        });
    }
}
