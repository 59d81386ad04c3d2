using System.Net;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Identity.Tests;

/// <summary>What ends a sign-in or an integration ends every token that came of it, at once in this service.</summary>
public sealed class EndedAccessTests(IdentityFixture identity) : IClassFixture<IdentityFixture>
{
    private const string Chosen = "words of my own choice";

    [Fact]
    public async Task S5_A_deactivated_administrators_token_is_refused_at_once()
    {
        var (person, browser, tokens) = await SignedInAsync(Roles.Administrator);
        using var _ = browser;
        var gone = identity.Service.WithToken(tokens.AccessToken);
        (await gone.GetAsync("/api/v1/me")).Is(200);
        var admin = await identity.AsAsync(Roles.Administrator);
        var deactivated = (await admin.PostAsync(person.Path + "/deactivation", new { reason = "离职" }, ifMatch: person.ETag)).Is(200);

        (await gone.GetAsync("/api/v1/me")).IsProblem(401, "auth.required");
        (await gone.PostAsync("/api/v1/clients", new { clientId = "s5", displayName = "x", scopes = new[] { Scopes.LeadsRead } }))
            .IsProblem(401, "auth.required");
        (await gone.PostAsync("/api/v1/users", new { })).IsProblem(401, "auth.required");
        (await gone.PostAsync(person.Path + "/reactivation", ifMatch: deactivated.ETag)).IsProblem(401, "auth.required");

        (await admin.PostAsync(person.Path + "/reactivation", ifMatch: deactivated.ETag)).Is(200);
        (await gone.GetAsync("/api/v1/me")).IsProblem(401, "auth.required");
        var again = await SignIn.AsAsync(identity.Address, person.UserName, Chosen);
        (await identity.Service.WithToken(again.AccessToken).GetAsync("/api/v1/me")).Is(200);
    }

    [Theory]
    [InlineData("a role is taken away", true)]
    [InlineData("another unit", true)]
    [InlineData("a role is added", false)]
    [InlineData("another name", false)]
    public async Task S5_A_token_that_says_too_much_ends_and_no_other(string change, bool ends)
    {
        var (person, browser, tokens) = await SignedInAsync(Roles.Auditor, Roles.Officer);
        using var _ = browser;
        var services = await identity.ValueAsync<Guid>("select id from unit where code = 'services'");
        object patch = change switch
        {
            "a role is taken away" => new { roles = new[] { Roles.Officer } },
            "another unit" => new { unitId = services },
            "a role is added" => new { roles = new[] { Roles.Auditor, Roles.Officer, Roles.Leader } },
            _ => new { displayName = "另一个" },
        };
        var client = identity.Service.WithToken(tokens.AccessToken);
        (await client.GetAsync("/api/v1/audit")).Is(200);
        (await (await identity.AsAsync(Roles.Administrator)).PatchAsync(person.Path, patch, ifMatch: person.ETag)).Is(200);
        (await client.GetAsync("/api/v1/audit")).Is(ends ? 401 : 200);
        Assert.Equal(ends ? 400 : 200, (await browser.RefreshAsync(tokens.RefreshToken!)).Status);
        Assert.Equal(ends ? ["AccessEnded"] : [], await EventsOfAsync(tokens));
    }

    [Fact]
    public async Task S5_A_new_password_ends_every_token_of_the_old_one()
    {
        var (person, browser, tokens) = await SignedInAsync(Roles.Officer);
        using var _ = browser;
        using var elsewhere = new SignIn(identity.Address);
        var other = await elsewhere.TokensAsync(await elsewhere.CodeAsync(person.UserName, Chosen));
        var page = await browser.Browser.GetStringAsync(new Uri("/account/password", UriKind.Relative));
        await browser.PostAsync("password", page, ("present", Chosen), ("chosen", Chosen + "!"), ("again", Chosen + "!"));
        (await identity.Service.WithToken(tokens.AccessToken).GetAsync("/api/v1/me")).Is(401);
        (await identity.Service.WithToken(other.AccessToken).GetAsync("/api/v1/me")).Is(401);

        var third = await browser.TokensAsync(await browser.CodeAsync(person.UserName, Chosen + "!"));
        (await identity.Service.WithToken(third.AccessToken).GetAsync("/api/v1/me")).Is(200);
        (await (await identity.AsAsync(Roles.Administrator)).PostAsync(person.Path + "/password-reset", ifMatch: person.ETag)).Is(200);
        (await identity.Service.WithToken(third.AccessToken).GetAsync("/api/v1/me")).Is(401);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task S5_Revoking_a_token_ends_the_sign_in_that_it_came_of_and_no_other(bool refreshToken)
    {
        using var browser = new SignIn(identity.Address);
        var tokens = await browser.TokensAsync(await browser.CodeAsync(Roles.Officer, IdentityFixture.Password));
        var other = await SignIn.AsAsync(identity.Address, Roles.Officer, IdentityFixture.Password);
        await RevokeAsync(refreshToken ? tokens.RefreshToken! : tokens.AccessToken, ("client_id", SignIn.Client));
        (await identity.Service.WithToken(tokens.AccessToken).GetAsync("/api/v1/me")).Is(401);
        Assert.Equal(400, (await browser.RefreshAsync(tokens.RefreshToken!)).Status);
        Assert.Equal(["AccessEnded"], await EventsOfAsync(tokens));
        (await identity.Service.WithToken(other.AccessToken).GetAsync("/api/v1/me")).Is(200);
    }

    [Fact]
    public async Task S5_An_integrations_token_is_revoked_alone_and_a_revoked_integration_has_none()
    {
        var admin = await identity.AsAsync(Roles.Administrator);
        var clientId = "s5-" + Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        var made = (await admin.PostAsync(
            "/api/v1/clients", new { clientId, displayName = "测试", scopes = new[] { Scopes.DirectoryRead } })).Is(201);
        var secret = made.Json.GetProperty("clientSecret").GetString()!;
        var first = await SignIn.AsClientAsync(identity.Address, clientId, secret);
        var second = await SignIn.AsClientAsync(identity.Address, clientId, secret);
        await RevokeAsync(first, ("client_id", clientId), ("client_secret", secret));
        (await identity.Service.WithToken(first).GetAsync("/api/v1/me")).Is(401);
        (await identity.Service.WithToken(second).GetAsync("/api/v1/me")).Is(200);

        (await admin.PostAsync($"/api/v1/clients/{made.Id}/revocation", new { reason = "合作结束" }, ifMatch: made.ETag)).Is(200);
        (await identity.Service.WithToken(second).GetAsync("/api/v1/me")).Is(401);
        var told = Assert.Single(await identity.Service.EventsAsync(made.Id));
        Assert.Equal(made.Id, told.Payload.GetProperty("endedId").GetGuid());
    }

    [Fact]
    public async Task S5_A_head_who_loses_a_unit_signs_in_again_and_one_who_keeps_it_does_not()
    {
        var admin = await identity.AsAsync(Roles.Administrator);
        async Task<Answer> UnitAsync(string name, Guid? parent) => (await admin.PostAsync("/api/v1/units", new
        {
            code = $"s5-{name}-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}"[..40],
            name,
            parentId = parent,
        })).Is(201);
        var top = await UnitAsync("top", null);
        var (left, right) = (await UnitAsync("left", top.Id), await UnitAsync("right", top.Id));
        var moved = await UnitAsync("moved", left.Id);
        var (_, topBrowser, above) = await SignedInAsync(top.Id, Roles.UnitHead);
        var (_, leftBrowser, loser) = await SignedInAsync(left.Id, Roles.UnitHead);
        topBrowser.Dispose();
        leftBrowser.Dispose();
        (await admin.PatchAsync($"/api/v1/units/{moved.Id}", new { parentId = right.Id }, ifMatch: moved.ETag)).Is(200);
        (await identity.Service.WithToken(loser.AccessToken).GetAsync("/api/v1/me")).Is(401);
        (await identity.Service.WithToken(above.AccessToken).GetAsync("/api/v1/me")).Is(200);
    }

    [Theory]
    [InlineData("the client's address")]
    [InlineData("the account page")]
    [InlineData("a client without the cookie")]
    public async Task S10_Signing_out_ends_the_session_on_the_server(string where)
    {
        using var browser = new SignIn(identity.Address);
        var tokens = await browser.TokensAsync(await browser.CodeAsync(Roles.Leader, IdentityFixture.Password));
        using var thief = new SignIn(identity.Address);
        foreach (Cookie cookie in browser.Cookies.GetAllCookies())
        {
            thief.Cookies.Add(cookie);
        }

        var account = new Uri("/account/password", UriKind.Relative);
        using var before = await thief.Browser.GetAsync(account);
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);

        if (where is "the account page")
        {
            var page = await browser.Browser.GetStringAsync(account);
            var form = page[page.LastIndexOf("<form", StringComparison.Ordinal)..];
            Assert.Equal("/account/sign-in", await browser.PostAsync("sign-out", form));
        }
        else
        {
            using var other = new SignIn(identity.Address);
            var hinted = where is "a client without the cookie";
            using var gone = await (hinted ? other : browser).Browser.GetAsync(
                new Uri("/connect/sign-out" + (hinted ? "?id_token_hint=" + tokens.IdToken : ""), UriKind.Relative));
            Assert.Equal(HttpStatusCode.Redirect, gone.StatusCode);
        }

        using var after = await thief.Browser.GetAsync(account);
        Assert.Equal("/account/sign-in", after.Headers.Location?.OriginalString);
        Assert.Equal(400, (await browser.RefreshAsync(tokens.RefreshToken!)).Status);
        (await identity.Service.WithToken(tokens.AccessToken).GetAsync("/api/v1/me")).Is(401);
        Assert.Equal(["AccessEnded"], await EventsOfAsync(tokens));
    }

    [Fact]
    public async Task A_session_that_nobody_uses_ends_after_a_working_day_and_its_row_is_removed()
    {
        using var browser = new SignIn(identity.Address);
        var tokens = await browser.TokensAsync(await browser.CodeAsync(Roles.Leader, IdentityFixture.Password));
        var session = SessionOf(tokens);
        var before = await identity.ValueAsync<DateTime>("select expires_at from session where id = $1", session);
        identity.Service.Clock.Advance(TimeSpan.FromMinutes(5));
        SignIn.Read(await browser.RefreshAsync(tokens.RefreshToken!));
        var after = await identity.ValueAsync<DateTime>("select expires_at from session where id = $1", session);
        Assert.True(after - before >= TimeSpan.FromMinutes(5), $"{before:O} {after:O}");
    }

    private sealed record Made(string UserName, string Path, string ETag);

    private static Guid SessionOf(SignedIn tokens) => Guid.Parse(IdentityFixture.Parse(tokens.AccessToken).GetClaim("sid").Value);

    private async Task<IEnumerable<string>> EventsOfAsync(SignedIn tokens) =>
        (await identity.Service.EventsAsync(SessionOf(tokens))).Select(e => e.Type);

    private async Task RevokeAsync(string token, params (string Name, string Value)[] client)
    {
        using var browser = new SignIn(identity.Address);
        using var form = new FormUrlEncodedContent(
            client.Append(("token", token)).Select(field => KeyValuePair.Create(field.Item1, field.Item2)));
        using var revoked = await browser.Browser.PostAsync(new Uri("/connect/revocation", UriKind.Relative), form);
        Assert.Equal(HttpStatusCode.OK, revoked.StatusCode);
    }

    private async Task<(Made Person, SignIn Browser, SignedIn Tokens)> SignedInAsync(params string[] roles) =>
        await SignedInAsync(await identity.ValueAsync<Guid>("select id from unit where code = 'satellite-1'"), roles);

    private async Task<(Made Person, SignIn Browser, SignedIn Tokens)> SignedInAsync(Guid unitId, params string[] roles)
    {
        var userName = "s5-" + Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        var made = (await (await identity.AsAsync(Roles.Administrator))
            .PostAsync("/api/v1/users", new { userName, displayName = "测试", unitId, roles })).Is(201);
        var browser = new SignIn(identity.Address);
        var tokens = await browser.FirstAsync(userName, made.Json.GetProperty("password").GetString()!, Chosen);
        return (new Made(userName, $"/api/v1/users/{made.Id}", made.ETag), browser, tokens);
    }
}
