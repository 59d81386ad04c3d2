using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Antiforgery;
using Qibin.Crm.Identity.Tokens;
using Qibin.Crm.Web.Problems;

namespace Qibin.Crm.Identity.Account;

/// <summary>
/// The few pages of signing in: plain HTML without script, image or anything from elsewhere, in Chinese or, when the browser
/// prefers it, in English.
/// </summary>
internal static class Pages
{
    private const string Style = "/account/style.css";

    private const string Css =
        """
        *{box-sizing:border-box}
        body{margin:0;min-height:100vh;display:flex;flex-direction:column;align-items:center;justify-content:center;padding:24px 16px;
          background:#eef2f6;color:#1b2733;
            font:16px/1.6 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",system-ui,sans-serif}
        main{width:100%;max-width:400px;background:#fff;border:1px solid #d9e1e8;border-radius:12px;padding:32px 28px;
          box-shadow:0 8px 24px rgba(20,50,80,.07)}
        header{margin-bottom:24px}
        .brand{margin:0;font-size:14px;color:#0b5f6d;letter-spacing:.04em;font-weight:600}
        h1{margin:4px 0 0;font-size:24px;line-height:1.3;font-weight:600}
        p{margin:0 0 16px}
        label{display:block;margin-bottom:4px;font-size:14px;color:#42525f}
        input{width:100%;height:44px;margin-bottom:16px;padding:0 12px;font:inherit;color:inherit;background:#fff;border:1px solid #8fa1b0;
          border-radius:8px}
        input:focus-visible,button:focus-visible,a:focus-visible{outline:3px solid #7cc4d0;outline-offset:1px;border-color:#0b5f6d}
        button{width:100%;min-height:44px;margin-top:8px;font:inherit;font-weight:600;color:#fff;background:#0b5f6d;border:0;
          border-radius:8px;cursor:pointer}
        button:hover{background:#084c57}
        form+form button{color:#0b5f6d;background:none;border:1px solid #8fa1b0}
        form+form button:hover{background:#eef2f6}
        .alert{margin-bottom:20px;padding:10px 12px;background:#fdf0ee;border:1px solid #e3a39a;border-radius:8px;color:#8c1d12;
          font-size:14px;overflow-wrap:anywhere}
        .hint{margin:-10px 0 16px;font-size:13px;color:#5a6a77}
        .key{font-family:ui-monospace,Consolas,monospace;overflow-wrap:anywhere}
        footer{margin-top:20px;font-size:13px;color:#5a6a77;text-align:center}
        @media (prefers-color-scheme:dark){
          body{background:#10171d;color:#e5ecf1}main{background:#18222a;border-color:#2b3a45;box-shadow:none}
          .brand{color:#7cc4d0}label,.hint,footer{color:#a5b4bf}input{background:#10171d;border-color:#5d7282}
          button{background:#1b8091}button:hover{background:#2495a8}
          form+form button{color:#7cc4d0;background:none;border-color:#5d7282}form+form button:hover{background:#22303a}
          .alert{background:#3a1d1a;border-color:#8c463d;color:#ffc9c1}
        }
        """;

    /// <summary>The pages at which people sign in and keep their sign-in.</summary>
    public static void MapAccountPages(this WebApplication app)
    {
        app.MapSignIn();
        app.MapSecondStep();
        app.MapPassword();
        app.MapAuthenticator();
        app.MapStyle();
    }

    private static void MapStyle(this WebApplication app) => app.MapGet(Style, (HttpContext http) =>
    {
        http.Response.Headers.CacheControl = "public, max-age=3600";
        return Results.Text(Css, "text/css", Encoding.UTF8);
    }).AllowAnonymous().ExcludeFromDescription();

    /// <summary>A page; what is not markup must have been encoded.</summary>
    public static IResult Page(HttpContext http, string title, string body, int status = StatusCodes.Status200OK)
    {
        var english = ProblemWriter.English(http);
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        headers.ContentLanguage = english ? "en" : "zh-CN";
        var brand = english ? "Qibin investment promotion" : "淇滨招商";
        return Results.Content(
            $"""
            <!doctype html>
            <html lang="{(english ? "en" : "zh-CN")}">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{title} · {brand}</title><link rel="stylesheet" href="{Style}"></head>
            <body><main><header><p class="brand">{brand}</p><h1>{title}</h1></header>
            {body}
            </main></body></html>
            """, "text/html", Encoding.UTF8, status);
    }

    /// <summary>A form that only this browser can send; hidden fields come encoded.</summary>
    public static string Form(HttpContext http, string action, string? returnUrl, string fields, string button)
    {
        var tokens = http.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(http);
        var back = returnUrl is null ? "" : $"<input type=\"hidden\" name=\"returnUrl\" value=\"{Encode(returnUrl)}\">";
        return $"""
            <form method="post" action="{action}">
            <input type="hidden" name="{tokens.FormFieldName}" value="{Encode(tokens.RequestToken)}">{back}
            {fields}
            <button type="submit">{button}</button>
            </form>
            """;
    }

    public static string Alert(string? text) => text is null ? "" : $"<p class=\"alert\" role=\"alert\">{Encode(text)}</p>";

    /// <summary>A request to authorize or sign out that cannot go back to its client.</summary>
    public static IResult Refused(HttpContext http, string? error, string? description) => ProblemWriter.English(http)
        ? Page(http, "The request cannot be answered",
        Alert($"{error}: {description}") + "<p>Go back to the application and start again.</p>", 400)
        : Page(http, "无法处理该请求", Alert($"{error}: {description}") + "<p>请返回应用重新开始。</p>", 400);

    public static string Encode(string? text) => HtmlEncoder.Default.Encode(text ?? "");

    /// <summary>Where to go after signing in: back to the request that asked for it, and to nowhere else.</summary>
    public static string? Back(string? returnUrl) =>
        returnUrl?.StartsWith(Authorize.Path + "?", StringComparison.Ordinal) == true ? returnUrl : null;

    /// <summary>The form, when the request was sent from one of our pages; null otherwise.</summary>
    public static async Task<IFormCollection?> FormOfAsync(HttpContext http)
    {
        if (!http.Request.HasFormContentType || !await http.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(http))
        {
            return null;
        }

        return await http.Request.ReadFormAsync(http.RequestAborted);
    }
}
