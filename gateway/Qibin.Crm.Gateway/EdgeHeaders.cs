using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Qibin.Crm.Work.Hosting;

namespace Qibin.Crm.Gateway;

/// <summary>Headers that come in from outside, and headers that every answer carries.</summary>
internal static class EdgeHeaders
{
    /// <summary>What scripts and frames may do with an answer that is not a page: nothing.</summary>
    private const string NothingAllowed = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    /// <summary>Header fields by which a proxy describes its client. From outside they prove nothing.</summary>
    private static readonly string[] UntrustedFields = ["Forwarded", "Via", "Client-IP", "True-Client-IP", "CF-Connecting-IP",
        "Remote-User", "Remote-Addr", "baggage"];

    /// <summary>Believes what the proxies of <see cref="EdgeSettings"/> say about the client's address, the scheme and the host.</summary>
    public static void AddTrustedProxies(this WebApplicationBuilder builder) =>
        builder.Services.Configure<ForwardedHeadersOptions>(options =>
    {
        options.ForwardedHeaders = ForwardedHeaders.All & ~ForwardedHeaders.XForwardedPrefix;
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in Trusted(builder.Configuration))
        {
            options.KnownIPNetworks.Add(proxy.Contains('/', StringComparison.Ordinal)
                ? System.Net.IPNetwork.Parse(proxy)
                : new System.Net.IPNetwork(IPAddress.Parse(proxy), IPAddress.Parse(proxy).GetAddressBytes().Length * 8));
        }
    });

    public static void UseTrustedProxies(this WebApplication app)
    {
        // Without known proxies the middleware would believe everybody.
        if (Trusted(app.Configuration).Length > 0)
        {
            app.UseForwardedHeaders();
        }
    }

    /// <summary>Answers that do not bring a policy of their own get the strictest one.</summary>
    public static void UseSecurityHeaders(this WebApplication app) => app.Use((http, next) =>
    {
        http.Response.OnStarting(static state =>
        {
            var http = (HttpContext)state;
            var headers = http.Response.Headers;
            if (headers.ContentSecurityPolicy.Count == 0)
            {
                headers.ContentSecurityPolicy = NothingAllowed;
            }

            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
            if (http.Request.IsHttps)
            {
                headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
            }

            return Task.CompletedTask;
        }, http);
        return next(http);
    });

    /// <summary>Whether a request's field stays at the edge. No service reads an X- field, so none is let in.</summary>
    public static bool StaysOutside(string name) =>
        name.StartsWith("X-", StringComparison.OrdinalIgnoreCase) || name.Contains('_', StringComparison.Ordinal)
        || UntrustedFields.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static string[] Trusted(IConfiguration configuration) =>
        configuration.Read<EdgeSettings>().TrustedProxies
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
