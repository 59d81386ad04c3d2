using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Web.Problems;

/// <summary>
/// The pages that the <c>type</c> of a problem opens: what it says in both languages. The gateway serves those of the common codes, each
/// service those of its own.
/// </summary>
internal static partial class ProblemPages
{
    public const string Path = "/problems/";

    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

    /// <summary>Maps a page for each code, and a list of all of them.</summary>
    public static void MapProblemPages(this IEndpointRouteBuilder app, ProblemCatalog catalog)
    {
        foreach (var address in catalog.Texts.Keys.GroupBy(catalog.FolderOf))
        {
            app.MapGet(address.Key.TrimEnd('/'), (HttpContext http) => Page(http, "问题代码 · Problem codes",
                [.. address.Order(StringComparer.Ordinal).Select(code => (code, catalog.Texts[code]))]))
                .ExcludeFromDescription().AllowAnonymous();
            app.MapGet(address.Key + "{code}", (HttpContext http, string code) => address.Contains(code)
                ? (IResult)Page(http, code, [(code, catalog.Texts[code])])
                : TypedResults.NotFound()).ExcludeFromDescription().AllowAnonymous();
        }
    }

    private static ContentHttpResult Page(HttpContext http, string title, IReadOnlyList<(string Code, ProblemText Text)> problems)
    {
        http.Response.Headers.ContentSecurityPolicy = Policy;
        var page = new StringBuilder(
            $"<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>{title}</title>"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>"
                + "body{font:16px/1.6 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#1f2933}"
                + "code{color:#52606d}h2{margin:1.5rem 0 0;font-size:1.1rem}p{margin:.2rem 0}</style></head><body>");
        foreach (var (code, text) in problems)
        {
            page.Append(Html($"<h2>{Words(text.Chinese)}</h2><p lang=\"en\">{Words(text.English)}</p><p><code>{code}</code></p>"));
        }

        return TypedResults.Text(page.Append("</body></html>").ToString(), "text/html; charset=utf-8", Encoding.UTF8);
    }

    private static string Html(FormattableString html) =>
        string.Format(null, html.Format, [.. html.GetArguments().Select(value => WebUtility.HtmlEncode(value?.ToString()))]);

    /// <summary>The text with dots where an answer has the value.</summary>
    private static string Words(string text) => Placeholder().Replace(text, "…");

    [GeneratedRegex(@"\{\d+(:[^}]*)?\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Placeholder();
}
