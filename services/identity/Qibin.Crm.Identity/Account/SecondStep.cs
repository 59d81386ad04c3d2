using Qibin.Crm.Identity.Data;
using Qibin.Crm.Web.Problems;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Account;

/// <summary>
/// The page that asks for a one-time code, between the right password and the sign-in. Wrong codes count as wrong passwords do.
/// </summary>
internal static class SecondStep
{
    public const string Path = "/account/code";

    public static void MapSecondStep(this WebApplication app)
    {
        app.MapGet(Path, (HttpContext http, OneTimeCodes codes, string? returnUrl) => codes.WhoGavePassword(http) is null
            ? Results.Redirect(SignIn.Path)
            : Show(http, Pages.Back(returnUrl))).AllowAnonymous().ExcludeFromDescription();
        app.MapPost(Path, HandleAsync).AllowAnonymous().RequireRateLimiting(SignInLimit.Name).ExcludeFromDescription().DisableAntiforgery();
    }

    private static IResult Show(HttpContext http, string? returnUrl, string? alert = null)
    {
        var (title, label, hint, button) = ProblemWriter.English(http)
            ? ("One-time code", "Code", "From your authenticator application, or one of your recovery codes", "Sign in")
            : ("动态验证码", "验证码", "身份验证器应用中的 6 位验证码，或一个恢复码", "登录");
        return Pages.Page(http, title, Pages.Alert(alert) + Pages.Form(http, Path, returnUrl,
            $"""
            <label for="code">{label}</label>
            <input id="code" name="code" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" maxlength="30"
              aria-describedby="rule" required autofocus>
            <p class="hint" id="rule">{hint}</p>
            """, button), alert is null ? StatusCodes.Status200OK : StatusCodes.Status401Unauthorized);
    }

    private static async Task<IResult> HandleAsync(
        HttpContext http, IdentityDb db, OneTimeCodes codes, TimeProvider clock, CancellationToken ct)
    {
        if (await Pages.FormOfAsync(http) is not { } form || codes.WhoGavePassword(http) is not { } id)
        {
            return Results.Redirect(SignIn.Path);
        }

        var back = Pages.Back(form["returnUrl"]);
        await using var transaction = await db.BeginAsync(ct);
        var person = await db.People.ForUpdate(id, ct);
        if (person?.Active != true || !codes.GavePassword(http, person))
        {
            OneTimeCodes.Forget(http);
            return Results.Redirect(SignIn.Path);
        }

        var turn = await Turn.TakeAsync(db, http, person.NormalizedUserName, id, ct);
        var now = clock.GetUtcNow();
        if (!turn.IsHeard(now) || !codes.Use(person, form["code"].ToString(), now))
        {
            await turn.RefuseAsync("signIn", person, now, transaction, ct);
            return Show(http, back, ProblemWriter.English(http)
                ? "The code is wrong, was used before, or it is too early for another try; wait a while after 5 wrong ones."
                : "验证码不正确、已使用过，或尝试过于频繁：连续 5 次错误后请稍候再试。");
        }

        OneTimeCodes.Forget(http);
        return await SignIn.CompleteAsync(http, db, person, turn, transaction, back, clock, ct);
    }
}
