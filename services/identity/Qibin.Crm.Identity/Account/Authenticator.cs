using Microsoft.AspNetCore.Identity;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Web.Problems;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Account;

/// <summary>
/// The page on which a signed-in person begins to use an authenticator application, gets new recovery codes, or stops. A person with a role
/// that needs one comes here first and gets no token before.
/// </summary>
internal static class Authenticator
{
    public const string Path = "/account/authenticator";

    public static void MapAuthenticator(this WebApplication app)
    {
        app.MapGet(Path, ShowAsync).AllowAnonymous().ExcludeFromDescription();
        app.MapPost(Path, HandleAsync).AllowAnonymous().RequireRateLimiting(SignInLimit.Name).ExcludeFromDescription().DisableAntiforgery();
    }

    private static async Task<IResult> ShowAsync(
        HttpContext http, IdentityDb db, OneTimeCodes codes, string? returnUrl, CancellationToken ct) =>
        await Password.SignedInAsync(http, db, ct) is { } person
            ? Show(http, person, codes, Pages.Back(returnUrl), null)
            : Results.Redirect(SignIn.Path);

    private static IResult Show(HttpContext http, Person person, OneTimeCodes codes, string? returnUrl, string? alert)
    {
        var english = ProblemWriter.English(http);
        var title = english ? "Authenticator" : "身份验证器";
        var status = alert is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest;
        var body = person.AuthenticatorKey is null
            ? Offer(http, person, codes, returnUrl, english)
            : Manage(http, person, codes, returnUrl, english);
        return Pages.Page(http, title, Pages.Alert(alert) + body, status);
    }

    private static string Offer(HttpContext http, Person person, OneTimeCodes codes, string? returnUrl, bool english)
    {
        var offer = codes.Offer(person, out var key);
        var text = Totp.Text(key);
        var spaced = string.Join(' ', text.Chunk(4).Select(four => new string(four)));
        var link = $"otpauth://totp/{Uri.EscapeDataString($"qibin:{person.UserName}")}?secret={text}&issuer=qibin";
        var (why, how, open, present, code, button) = english
            ? ("Your role signs in with a one-time code. Set it up to go on.",
                "Enter this key in an authenticator application, then type the code that it shows.",
                "Open in the application on this device",
                "Present password", "Code", "Use the authenticator")
            : ("您的角色登录时须使用动态验证码，请先完成设置。", "请在身份验证器应用中输入此密钥，再填写其显示的 6 位验证码。", "在本设备的应用中打开",
                "当前密码", "验证码", "启用身份验证器");
        var intro = codes.IsMissing(person) ? $"<p>{why}</p>" : "";
        return $"{intro}<p>{how}</p><p class=\"key\">{spaced}</p><p><a href=\"{Pages.Encode(link)}\">{open}</a></p>"
            + Pages.Form(http, Path, returnUrl,
            $"""
            <input type="hidden" name="action" value="begin">
            <input type="hidden" name="offer" value="{offer}">
            {PasswordField(present)}
            {CodeField(code)}
            """, button);
    }

    private static string Manage(HttpContext http, Person person, OneTimeCodes codes, string? returnUrl, bool english)
    {
        var left = person.RecoveryCodes.Length;
        var (state, code, give, stop) = english
            ? ($"Signing in needs a one-time code. Recovery codes left: {left}.", "Code", "New recovery codes",
                "Stop using the authenticator")
            : ($"登录时须使用动态验证码。剩余恢复码：{left} 个。", "验证码", "生成新的恢复码", "停用身份验证器");
        var stopping = codes.IsRequired(person)
            ? ""
            : Pages.Form(http, Path, returnUrl, $"""<input type="hidden" name="action" value="stop">{CodeField(code)}""", stop);
        return $"<p role=\"status\">{state}</p>"
            + Pages.Form(http, Path, returnUrl, $"""<input type="hidden" name="action" value="renew">{CodeField(code)}""", give) + stopping;
    }

    private static string PasswordField(string label) =>
        $"<label>{label}<input name=\"present\" type=\"password\" autocomplete=\"current-password\" maxlength=\"200\" required></label>";

    private static string CodeField(string label) =>
        $"<label>{label}<input name=\"code\" autocomplete=\"one-time-code\" maxlength=\"30\" required></label>";

    private static async Task<IResult> HandleAsync(
        HttpContext http, IdentityDb db, OneTimeCodes codes, UserManager<Person> users, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.BeginAsync(ct);
        if (await Pages.FormOfAsync(http) is not { } form || await Password.SignedInAsync(http, db, ct) is not { } person)
        {
            return Results.Redirect(SignIn.Path);
        }

        var (code, back) = (form["code"].ToString(), Pages.Back(form["returnUrl"]));
        var (action, operation) = (person.AuthenticatorKey is null, form["action"].ToString()) switch
        {
            (true, "begin") => ("begin", "useAuthenticator"),
            (false, "stop") when !codes.IsRequired(person) => ("stop", "stopAuthenticator"),
            (false, "renew") => ("renew", "makeRecoveryCodes"),
            _ => ("", ""),
        };
        if (action.Length == 0)
        {
            return Show(http, person, codes, back, null);
        }

        var key = action == "begin" ? codes.Offered(person, form["offer"].ToString()) : [];
        if (key is null)
        {
            return Show(http, person, codes, back, ProblemWriter.English(http)
                ? "The key is older than ten minutes; use the new one."
                : "该密钥已过期，请使用新的密钥。");
        }

        var turn = await Turn.TakeAsync(db, http, person.NormalizedUserName, person.Id, ct);
        var now = clock.GetUtcNow();
        IReadOnlyList<string>? given = null;
        var right = turn.IsHeard(now) && (action == "begin"
            ? users.PasswordHasher.VerifyHashedPassword(person, person.PasswordHash!, form["present"].ToString())
                != PasswordVerificationResult.Failed && (given = codes.Begin(person, key, code, now)) is not null
            : codes.Use(person, code, now));
        if (!right)
        {
            await turn.RefuseAsync(operation, person, now, transaction, ct);
            return Show(http, person, codes, back, ProblemWriter.English(http)
                ? "The code or password is wrong, or it is too early for another try; wait a while after 5 wrong ones."
                : "验证码或密码不正确，或尝试过于频繁：连续 5 次错误后请稍候再试。");
        }

        turn.Right();
        db.Audit(operation, person.Id, clock);
        if (action == "stop")
        {
            person.StopAuthenticator();
        }
        else if (action == "renew")
        {
            given = OneTimeCodes.GiveCodes(person);
        }

        // What was opened with the password alone ends.
        await db.EndSessionsAsync(person, clock, ct);
        await http.BeginSessionAsync(db, person, clock, ct);
        await transaction.CommitAsync(ct);
        return given is null ? Results.Redirect(back ?? Path) : ShowCodes(http, given, back);
    }

    private static IResult ShowCodes(HttpContext http, IReadOnlyList<string> codes, string? back)
    {
        var (title, text, onwards) = ProblemWriter.English(http)
            ? ("Recovery codes", "Each signs you in once when the authenticator is lost. Keep them safe; they are shown only now.", "Go on")
            : ("恢复码", "身份验证器遗失时，每个恢复码可登录一次。请妥善保存，此页只显示一次。", "继续");
        return Pages.Page(http, title, $"<p>{text}</p><p class=\"key\">{string.Join("<br>", codes)}</p>"
            + $"<p><a href=\"{Pages.Encode(back ?? Path)}\">{onwards}</a></p>");
    }
}
