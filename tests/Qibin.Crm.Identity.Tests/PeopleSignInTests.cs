using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Identity.Tests;

public sealed class PeopleSignInTests(IdentityFixture identity) : IClassFixture<IdentityFixture>
{
    [Fact]
    public async Task A_person_signs_in_through_the_pages_and_the_token_says_who_that_is()
    {
        var tokens = await SignIn.AsAsync(identity.Address, Roles.UnitHead, IdentityFixture.Password);
        var token = IdentityFixture.Parse(tokens.AccessToken);
        var satellite = await identity.ValueAsync<Guid>("select id from unit where code = 'satellite'");
        var below = await identity.ValueAsync<Guid>("select id from unit where code = 'satellite-1'");
        Assert.Equal("at+jwt", token.Typ);
        Assert.Equal("ES256", token.Alg);
        Assert.Equal(identity.Address.AbsoluteUri, token.Issuer);
        Assert.Equal(["qibin-crm"], token.Audiences);
        Assert.Equal(TimeSpan.FromMinutes(10), token.ValidTo - token.IssuedAt);
        Assert.Equal(await identity.ValueAsync<Guid>("select id from person where user_name = 'unitHead'"), Guid.Parse(token.Subject));
        Assert.Equal(["unitHead"], token.Claims.Where(c => c.Type == "role").Select(c => c.Value));
        Assert.Equal("subtree", token.GetClaim("reach").Value);
        Assert.Equal(satellite.ToString(), token.GetClaim("unit").Value);
        Assert.Equal([satellite.ToString(), below.ToString()], token.Claims.Where(c => c.Type == "units").Select(c => c.Value));
        Assert.Contains("crm", token.GetClaim("scope").Value.Split(' '));
        Assert.DoesNotContain(token.Claims, c => c.Type is "name" or "preferred_username" or "stamp");
        Assert.Equal("测试unitHead", IdentityFixture.Parse(tokens.IdToken!).GetClaim("name").Value);
    }

    [Theory]
    [InlineData(Roles.Officer, "own")]
    [InlineData(Roles.UnitHead, "subtree")]
    [InlineData(Roles.Leader, "all")]
    [InlineData(Roles.ChainChief, "chain")]
    [InlineData(Roles.ServiceOfficer, "all")]
    [InlineData(Roles.ProjectOfficer, "all")]
    [InlineData(Roles.Coordinator, "all")]
    [InlineData(Roles.Administrator, "all")]
    [InlineData(Roles.Auditor, "all")]
    public async Task A_role_sees_as_far_as_its_work_goes(string role, string reach)
    {
        var token = IdentityFixture.Parse((await SignIn.AsAsync(identity.Address, role, IdentityFixture.Password)).AccessToken);
        Assert.Equal(reach, token.GetClaim("reach").Value);
    }

    [Fact]
    public async Task A_code_is_good_for_one_exchange_with_its_own_verifier()
    {
        using var browser = new SignIn(identity.Address);
        var code = await browser.CodeAsync(Roles.Officer, IdentityFixture.Password);
        var stolen = await browser.CodeAsync(Roles.Officer, IdentityFixture.Password);
        await Assert.ThrowsAsync<InvalidOperationException>(() => browser.TokensAsync(code with { Verifier = stolen.Verifier }));
        var tokens = await browser.TokensAsync(stolen);
        await Assert.ThrowsAsync<InvalidOperationException>(() => browser.TokensAsync(stolen));
        // Whoever got tokens for a code that comes twice may not be the one it was made for.
        Assert.Equal(400, (await browser.RefreshAsync(tokens.RefreshToken!)).Status);
    }

    [Theory]
    [InlineData(
        "response_type=code&client_id=qibin-console&scope=openid&redirect_uri=http://elsewhere.example/&code_challenge_method=S256"
        + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", 400, "redirect_uri")]
    [InlineData("response_type=code&client_id=nobody&redirect_uri=http://elsewhere.example/", 400, "client_id")]
    [InlineData("", 400, "")]
    public async Task A_request_that_cannot_go_back_to_its_client_is_answered_with_a_page(string query, int status, string says)
    {
        using var browser = new SignIn(identity.Address);
        using var answer = await browser.Browser.GetAsync(new Uri("/connect/authorize?" + query, UriKind.Relative));
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains(says, page, StringComparison.Ordinal);
        Assert.Contains("无法处理该请求", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&code_challenge_method=plain&code_challenge=0123456789012345678901234567890123456789012")]
    public async Task A_code_without_PKCE_by_SHA256_is_refused(string challenge)
    {
        using var browser = new SignIn(identity.Address);
        using var answer = await browser.Browser.GetAsync(new Uri(
            "/connect/authorize?response_type=code&client_id=qibin-console&scope=openid"
            + $"&redirect_uri={identity.Address}console/callback{challenge}", UriKind.Relative));
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Null(answer.Headers.Location);
        Assert.Contains("code_challenge", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_signed_in_and_no_page_wanted_is_an_error_at_the_client()
    {
        using var browser = new SignIn(identity.Address);
        using var answer = await browser.Browser.GetAsync(new Uri(
            "/connect/authorize?response_type=code&prompt=none&client_id=qibin-console&scope=openid"
            + $"&redirect_uri={identity.Address}console/callback"
            + "&code_challenge_method=S256&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", UriKind.Relative));
        Assert.StartsWith($"{identity.Address}console/callback?error=login_required", answer.Headers.Location?.OriginalString,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_does_not_buy_a_token_by_itself()
    {
        using var browser = new SignIn(identity.Address);
        var answer = await browser.TokenAsync(new Dictionary<string, string>
        {
            ["grant_type"] = "password",
            ["client_id"] = SignIn.Client,
            ["username"] = Roles.Officer,
            ["password"] = IdentityFixture.Password,
        });
        Assert.Equal(400, answer.Status);
        Assert.Contains("unsupported_grant_type", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refresh_token_is_used_once_and_its_reuse_ends_the_sign_in()
    {
        using var browser = new SignIn(identity.Address);
        var first = await browser.TokensAsync(await browser.CodeAsync(Roles.Officer, IdentityFixture.Password));
        var second = SignIn.Read(await browser.RefreshAsync(first.RefreshToken!));
        Assert.NotEqual(first.RefreshToken, second.RefreshToken);
        var reused = await browser.RefreshAsync(first.RefreshToken!);
        Assert.Equal(400, reused.Status);
        Assert.Contains("invalid_grant", reused.Body, StringComparison.Ordinal);
        Assert.Equal(400, (await browser.RefreshAsync(second.RefreshToken!)).Status);
    }

    [Fact]
    public async Task A_revoked_refresh_token_is_refused()
    {
        using var browser = new SignIn(identity.Address);
        var tokens = await browser.TokensAsync(await browser.CodeAsync(Roles.Officer, IdentityFixture.Password));
        using var form = new FormUrlEncodedContent(
            new Dictionary<string, string> { ["client_id"] = SignIn.Client, ["token"] = tokens.RefreshToken! });
        using var revoked = await browser.Browser.PostAsync(new Uri("/connect/revocation", UriKind.Relative), form);
        Assert.Equal(200, (int)revoked.StatusCode);
        Assert.Equal(400, (await browser.RefreshAsync(tokens.RefreshToken!)).Status);
    }

    [Fact]
    public async Task S18_Whoever_signed_in_too_long_ago_for_the_client_signs_in_again()
    {
        using var browser = new SignIn(identity.Address);
        var before = await browser.TokensAsync(await browser.CodeAsync(Roles.ProjectOfficer, IdentityFixture.Password));
        identity.Service.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.StartsWith($"{identity.Address}console/callback?code=", await AskAsync("&max_age=1000"), StringComparison.Ordinal);
        Assert.StartsWith("/account/sign-in?", await AskAsync("&max_age=500"), StringComparison.Ordinal);
        Assert.StartsWith("/account/sign-in?", await AskAsync("&max_age=0"), StringComparison.Ordinal);
        Assert.StartsWith("/account/sign-in?", await AskAsync("&prompt=select_account"), StringComparison.Ordinal);
        Assert.StartsWith($"{identity.Address}console/callback?error=login_required", await AskAsync("&max_age=500&prompt=none"),
            StringComparison.Ordinal);
        Assert.StartsWith($"{identity.Address}console/callback?error=invalid_request", await AskAsync("&max_age=soon"),
            StringComparison.Ordinal);
        Assert.StartsWith($"{identity.Address}console/callback?error=invalid_request", await AskAsync("&max_age=-1"),
            StringComparison.Ordinal);

        // Signing in answers it, and the identity token says when that was.
        using var again = new SignIn(identity.Address);
        var after = await again.TokensAsync(await again.CodeAsync(Roles.ProjectOfficer, IdentityFixture.Password, with: "&max_age=0"));
        Assert.True(SignedInAt(after) - SignedInAt(before) >= 600, $"{SignedInAt(before)} {SignedInAt(after)}");

        static long SignedInAt(SignedIn tokens) => long.Parse(
            IdentityFixture.Parse(tokens.IdToken!).GetClaim("auth_time").Value, System.Globalization.CultureInfo.InvariantCulture);
        async Task<string> AskAsync(string with)
        {
            using var answer = await browser.Browser.GetAsync(Question(with));
            return answer.Headers.Location?.OriginalString ?? await answer.Content.ReadAsStringAsync();
        }
    }

    [Fact]
    public async Task S18_Only_ways_to_answer_that_work_are_offered()
    {
        using var browser = new SignIn(identity.Address);
        var offered = System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(
            await browser.Browser.GetStringAsync(new Uri("/.well-known/openid-configuration", UriKind.Relative)));
        Assert.Equal(["fragment", "query"],
            offered.GetProperty("response_modes_supported").EnumerateArray().Select(mode => mode.GetString()).Order());
        await browser.CodeAsync(Roles.Officer, IdentityFixture.Password);
        foreach (var mode in (string[])["query", "fragment"])
        {
            using var works = await browser.Browser.GetAsync(Question("&response_mode=" + mode));
            Assert.Contains("code=", works.Headers.Location?.OriginalString, StringComparison.Ordinal);
        }

        using var refused = await browser.Browser.GetAsync(Question("&response_mode=form_post"));
        Assert.Equal(400, (int)refused.StatusCode);
    }

    private Uri Question(string with) => new(
        "/connect/authorize?response_type=code&client_id=qibin-console&scope=openid"
        + $"&redirect_uri={identity.Address}console/callback{with}"
        + "&code_challenge_method=S256&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", UriKind.Relative);

    [Fact]
    public async Task Signing_out_ends_the_browsers_sign_in()
    {
        using var browser = new SignIn(identity.Address);
        await browser.CodeAsync(Roles.Officer, IdentityFixture.Password);
        using var gone = await browser.Browser.GetAsync(new Uri("/connect/sign-out", UriKind.Relative));
        Assert.Equal(302, (int)gone.StatusCode);
        using var asked = await browser.Browser.GetAsync(new Uri("/account/password", UriKind.Relative));
        Assert.Equal("/account/sign-in", asked.Headers.Location?.OriginalString);
    }
}
