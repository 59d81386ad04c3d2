using System.Net;
using System.Text.Json;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Hosting;

namespace Qibin.Crm.Gateway;

/// <summary>
/// The gateway's own pages: where everything is, and one page over the OpenAPI documents of all services, its parts served from here,
/// with sign-in by code and PKCE.
/// </summary>
internal static class SwaggerPage
{
    /// <summary>What the page needs and no more: its own scripts, the API on the same origin, pictures it draws itself.</summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; " +
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    private const string HomePolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

    /// <summary>
    /// The client that the identity service knows for this page; its redirect address is <c>swagger/oauth2-redirect.html</c>.
    /// </summary>
    private const string Client = "qibin-swagger";

    public static void MapHome(this WebApplication app)
    {
        var page = Read("home.html").Replace("%documents%", string.Concat(Routes.Services.Select(service =>
            $"<li><a href=\"{Routes.Document(service)}\">OpenAPI · {WebUtility.HtmlEncode(service.Title)}</a></li>\n")),
            StringComparison.Ordinal);
        app.MapGet("/", (HttpContext http) =>
        {
            http.Response.Headers.ContentSecurityPolicy = HomePolicy;
            return TypedResults.Text(page, "text/html; charset=utf-8");
        });
    }

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
        var documents = JsonSerializer.Serialize(Routes.Services.Select(s => new { url = Routes.Document(s), name = s.Title }));
        var index = Read("swagger.html").Replace("%client%", Client, StringComparison.Ordinal)
            .Replace("%documents%", WebUtility.HtmlEncode(documents), StringComparison.Ordinal);
        Serve("/swagger/index.html", index, "text/html");
        Serve("/swagger/crm.js", Read("swagger.js"), "text/javascript");
        Serve("/swagger/crm.css", Read("swagger.css"), "text/css");
        // Everything else of the page.
        app.UseSwaggerUI(ui => ui.RoutePrefix = "swagger");

        void Serve(string path, string text, string type) => app.Use((http, next) =>
        {
            if (!HttpMethods.IsGet(http.Request.Method) || http.Request.Path != path)
            {
                return next(http);
            }

            http.Response.ContentType = type + "; charset=utf-8";
            http.Response.Headers.CacheControl = "no-cache";
            return http.Response.WriteAsync(text, http.RequestAborted);
        });
    }

    private static string Read(string name)
    {
        using var text = new StreamReader(typeof(SwaggerPage).Assembly.GetManifestResourceStream(name)!);
        return text.ReadToEnd();
    }
}
