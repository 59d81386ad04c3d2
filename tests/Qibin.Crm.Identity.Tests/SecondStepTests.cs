using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;
using Qibin.Crm.Web.Hosting;

namespace Qibin.Crm.Identity.Tests;

public sealed partial class SecondStepTests(IdentityFixture identity) : IClassFixture<IdentityFixture>
{
    private static readonly Uri Page = new("/account/authenticator", UriKind.Relative);
    private static readonly Uri SignInPage = new("/account/sign-in", UriKind.Relative);

    [Fact]
    public async Task S12_A_person_who_wants_to_signs_in_with_a_code_besides_the_password()
    {
        var (key, recovery) = await SetUpAsync(Roles.Leader);

        // The password alone opens nothing.
        using var browser = new SignIn(identity.Address);
        var codePage = await PasswordAsync(browser, Roles.Leader);
        Assert.DoesNotContain(browser.Cookies.GetAllCookies(), cookie => cookie.Name is "qibin-session" or "qibin-device");
        using (var wrong = await browser.SubmitAsync(codePage, ("code", "000000")))
        {
            Assert.Equal(401, (int)wrong.StatusCode);
        }

        // The code that was typed at setting up was used.
        using (var used = await browser.SubmitAsync(codePage, ("code", CodeAt(key, 0))))
        {
            Assert.Equal(401, (int)used.StatusCode);
        }

        identity.Service.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("/account/password", await browser.PostAsync("code", codePage, ("code", CodeAt(key, 0))));
        Assert.Contains(browser.Cookies.GetAllCookies(), cookie => cookie.Name == "qibin-session");

        // A recovery code is good for once.
        using var other = new SignIn(identity.Address);
        Assert.Equal("/account/password", await other.PostAsync("code", await PasswordAsync(other, Roles.Leader), ("code", recovery)));
        using var third = new SignIn(identity.Address);
        using var again = await third.SubmitAsync(await PasswordAsync(third, Roles.Leader), ("code", recovery));
        Assert.Equal(401, (int)again.StatusCode);

        // It is stopped with a code.
        identity.Service.Clock.Advance(TimeSpan.FromSeconds(30));
        var manage = await browser.Browser.GetStringAsync(Page);
        using (var stopped = await SubmitAsync(browser, manage, "stop", ("code", CodeAt(key, 0))))
        {
            Assert.Equal(302, (int)stopped.StatusCode);
        }

        await SignIn.AsAsync(identity.Address, Roles.Leader, IdentityFixture.Password);
        await identity.CollectAuditAsync();
        foreach (var operation in (string[])["useAuthenticator", "stopAuthenticator"])
        {
            Assert.True(await identity.ValueAsync<bool>(
                "select exists (select from audit_record where operation = $1 and not refused)", operation));
        }
    }

    [Fact]
    public async Task S12_Codes_cannot_be_guessed_by_somebody_who_knows_the_password()
    {
        await SetUpAsync(Roles.UnitHead);
        using var browser = new SignIn(identity.Address);
        browser.Browser.DefaultRequestHeaders.Add("X-Forwarded-For", "192.0.2.77");
        for (var i = 0; i < WrongTries.Free; i++)
        {
            // The right password in between does not forget the wrong codes.
            using var guess = await browser.SubmitAsync(await PasswordAsync(browser, Roles.UnitHead), ("code", $"00000{i}"));
            Assert.Equal(401, (int)guess.StatusCode);
        }

        using var refused = await browser.SubmitAsync(await browser.Browser.GetStringAsync(SignInPage),
            ("userName", Roles.UnitHead), ("password", IdentityFixture.Password));
        Assert.Equal(401, (int)refused.StatusCode);
    }

    [Fact]
    public async Task S12_An_administrator_removes_a_lost_authenticator_with_a_reason()
    {
        await SetUpAsync(Roles.Coordinator);
        var admin = await identity.AsAsync(Roles.Administrator);
        var id = await identity.ValueAsync<Guid>("select id from person where user_name = $1", Roles.Coordinator);
        (await admin.PostAsync($"/api/v1/users/{id}/authenticator-removal", new { })).Is(400);
        using (var officer = await identity.AsAsync(Roles.Officer))
        {
            (await officer.PostAsync($"/api/v1/users/{id}/authenticator-removal", new { reason = "手机遗失" })).Is(403);
        }

        (await admin.PostAsync($"/api/v1/users/{id}/authenticator-removal", new { reason = "手机遗失" })).Is(200);
        await SignIn.AsAsync(identity.Address, Roles.Coordinator, IdentityFixture.Password);
    }

    [Fact]
    public async Task S12_A_role_that_needs_codes_gets_no_token_before_there_is_an_authenticator()
    {
        await using var app = Program.Build([], builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["ConnectionStrings:Database"] = identity.Service.Database,
                ["Identity:Issuer"] = identity.Address.AbsoluteUri,
                ["Identity:CodeRequiredFor"] = "administrator, auditor",
            });
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
        });
        app.CloseEndpoints();
        await app.StartAsync();
        var address = new Uri(app.Urls.First());
        var elsewhere = new Uri(identity.Address, "console/callback").AbsoluteUri;
        using var officer = new SignIn(address);
        await officer.CodeAsync(Roles.ProjectOfficer, IdentityFixture.Password, elsewhere);
        using var auditor = new SignIn(address);
        await Assert.ThrowsAsync<InvalidOperationException>(() => auditor.CodeAsync(Roles.Auditor, IdentityFixture.Password, elsewhere));
        var page = await auditor.Browser.GetStringAsync(Page);
        Assert.Contains("您的角色登录时须使用动态验证码", page, StringComparison.Ordinal);
        using var begun = await auditor.SubmitAsync(
            page, ("present", IdentityFixture.Password), ("code", Totp.CodeAt(KeyOf(page), Totp.StepAt(TimeProvider.System.GetUtcNow()))));
        Assert.Equal(200, (int)begun.StatusCode);
        await auditor.CodeAsync(Roles.Auditor, IdentityFixture.Password, elsewhere);

        // It cannot be stopped.
        Assert.DoesNotContain("value=\"stop\"", await auditor.Browser.GetStringAsync(Page), StringComparison.Ordinal);
        await app.StopAsync();
    }

    [Theory]
    [InlineData("password1234")]
    [InlineData("aaaaaaaaaaaa")]
    [InlineData("            ")]
    [InlineData("Zhaoshang2026")]
    public async Task S12_Common_passwords_are_refused(string chosen)
    {
        using var browser = new SignIn(identity.Address);
        await browser.CodeAsync(Roles.ChainChief, IdentityFixture.Password);
        using var answer = await browser.SubmitAsync(await browser.Browser.GetStringAsync(new Uri("/account/password", UriKind.Relative)),
            ("present", IdentityFixture.Password), ("chosen", chosen), ("again", chosen));
        Assert.Equal(400, (int)answer.StatusCode);
        await SignIn.AsAsync(identity.Address, Roles.ChainChief, IdentityFixture.Password);
    }

    [Fact]
    public async Task S12_A_hash_of_fewer_rounds_is_made_anew_at_the_next_sign_in()
    {
        var hasher = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = 1000 }));
        await using var source = NpgsqlDataSource.Create(identity.Service.Database);
        await using var set = source.CreateCommand("update person set password_hash = $1 where user_name = $2");
        set.Parameters.Add(new NpgsqlParameter { Value = hasher.HashPassword(new object(), IdentityFixture.Password) });
        set.Parameters.Add(new NpgsqlParameter { Value = Roles.ServiceOfficer });
        await set.ExecuteNonQueryAsync();
        await SignIn.AsAsync(identity.Address, Roles.ServiceOfficer, IdentityFixture.Password);
        var hash = Convert.FromBase64String(await identity.ValueAsync<string>(
            "select password_hash from person where user_name = $1", Roles.ServiceOfficer));
        Assert.Equal(210_000, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(5)));
        await SignIn.AsAsync(identity.Address, Roles.ServiceOfficer, IdentityFixture.Password);
    }

    /// <summary>Sets up an authenticator with the code of the last half minute.</summary>
    private async Task<(byte[] Key, string Recovery)> SetUpAsync(string userName)
    {
        using var browser = new SignIn(identity.Address);
        await browser.CodeAsync(userName, IdentityFixture.Password);
        var page = await browser.Browser.GetStringAsync(Page);
        var key = KeyOf(page);
        using (var wrong = await browser.SubmitAsync(page, ("present", "not the password"), ("code", CodeAt(key, 0))))
        {
            Assert.Equal(400, (int)wrong.StatusCode);
        }

        using var begun = await browser.SubmitAsync(page, ("present", IdentityFixture.Password), ("code", CodeAt(key, 0)));
        var shown = await begun.Content.ReadAsStringAsync();
        Assert.Equal(200, (int)begun.StatusCode);
        var codes = RecoveryCode().Matches(shown).Select(m => m.Value).ToList();
        Assert.Equal(8, codes.Count);
        Assert.DoesNotContain(await identity.ValueAsync<string>(
            "select recovery_codes::text from person where user_name = $1", userName), codes[0], StringComparison.Ordinal);
        return (key, codes[0]);
    }

    /// <summary>Gives the right password.</summary>
    /// <returns>The page that asks for the code.</returns>
    private static async Task<string> PasswordAsync(SignIn browser, string userName)
    {
        var to = await browser.PostAsync("sign-in", await browser.Browser.GetStringAsync(SignInPage),
            ("userName", userName), ("password", IdentityFixture.Password));
        Assert.StartsWith("/account/code", to, StringComparison.Ordinal);
        return await browser.Browser.GetStringAsync(new Uri(to, UriKind.Relative));
    }

    /// <summary>Sends the form of a page that does this.</summary>
    private static Task<HttpResponseMessage> SubmitAsync(
        SignIn browser, string page, string action, params (string Name, string Value)[] fields) =>
        browser.SubmitAsync("<form" + page.Split("<form").Single(
            form => form.Contains($"value=\"{action}\"", StringComparison.Ordinal)), fields);

    private string CodeAt(byte[] key, int later) => Totp.CodeAt(key, Totp.StepAt(identity.Service.Clock.GetUtcNow()) + later);

    private static byte[] KeyOf(string page)
    {
        var text = Key().Match(WebUtility.HtmlDecode(page)).Groups["key"].Value;
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var bits = string.Concat(text.Select(c => Convert.ToString(Alphabet.IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. bits.Chunk(8).Where(octet => octet.Length == 8).Select(octet => Convert.ToByte(new string(octet), 2))];
    }

    [GeneratedRegex("secret=(?<key>[A-Z2-7]{32})&", RegexOptions.ExplicitCapture)]
    private static partial Regex Key();

    [GeneratedRegex("[a-z2-9]{4}(-[a-z2-9]{4}){3}", RegexOptions.ExplicitCapture)]
    private static partial Regex RecoveryCode();
}
