using Qibin.Crm.Identity.Account;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel;
using SignIn = Qibin.Crm.TestKit.SignIn;

namespace Qibin.Crm.Identity.Tests;

public sealed class SignInPageTests(IdentityFixture identity) : IClassFixture<IdentityFixture>
{
    private static int s_addresses;
    private static readonly Uri Page = new("/account/sign-in", UriKind.Relative);

    [Fact]
    public async Task The_page_is_Chinese_first_plain_and_closed_to_everything_from_elsewhere()
    {
        using var browser = new SignIn(identity.Address);
        using var answer = await browser.Browser.GetAsync(Page);
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Contains("lang=\"zh-CN\"", page, StringComparison.Ordinal);
        Assert.Contains("用户名", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page, StringComparison.Ordinal);
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        using var style = await browser.Browser.GetAsync(new Uri("/account/style.css", UriKind.Relative));
        Assert.Equal("text/css", style.Content.Headers.ContentType?.MediaType);

        browser.Browser.DefaultRequestHeaders.AcceptLanguage.ParseAdd("en-GB,zh;q=0.5");
        Assert.Contains("User name", await browser.Browser.GetStringAsync(Page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task S16_After_five_wrong_passwords_from_one_address_the_right_one_is_refused_there_for_a_minute_and_nowhere_else()
    {
        for (var i = 0; i < WrongTries.Free; i++)
        {
            Assert.Equal(401, (await TryAsync(Roles.Coordinator, "not the password", "192.0.2.1")).Status);
        }

        Assert.Equal(401, (await TryAsync(Roles.Coordinator, IdentityFixture.Password, "192.0.2.1")).Status);
        Assert.Equal(302, (await TryAsync(Roles.Coordinator, IdentityFixture.Password, "192.0.2.2")).Status);
        Assert.Equal(302, (await TryAsync(Roles.ChainChief, IdentityFixture.Password, "192.0.2.1")).Status);
        identity.Service.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(302, (await TryAsync(Roles.Coordinator, IdentityFixture.Password, "192.0.2.1")).Status);
    }

    [Fact]
    public async Task S16_Guesses_from_elsewhere_do_not_keep_a_known_device_out()
    {
        using var office = new SignIn(identity.Address);
        office.Browser.DefaultRequestHeaders.Add("X-Forwarded-For", "198.51.100.7");
        Assert.Equal(302, await SignInAsync(Roles.ProjectOfficer, IdentityFixture.Password));
        for (var i = 0; i < WrongTries.FreeAnywhere; i++)
        {
            // A colleague behind the same address, and addresses all over the world.
            Assert.Equal(401, (await TryAsync(Roles.ProjectOfficer, "guess " + i, i < 5 ? "198.51.100.7" : null)).Status);
        }

        // A device that nobody has signed in with waits, with the right password too.
        Assert.Equal(401, (await TryAsync(Roles.ProjectOfficer, IdentityFixture.Password)).Status);
        Assert.Equal(302, await SignInAsync(Roles.ProjectOfficer, IdentityFixture.Password));

        // It is known for that person alone, and its own wrong passwords count.
        for (var i = 0; i < WrongTries.Free; i++)
        {
            Assert.Equal(401, await SignInAsync(Roles.ProjectOfficer, "guess " + i));
        }

        Assert.Equal(401, await SignInAsync(Roles.ProjectOfficer, IdentityFixture.Password));

        async Task<int> SignInAsync(string userName, string password)
        {
            using var answer = await office.SubmitAsync(
                await office.Browser.GetStringAsync(Page), ("userName", userName), ("password", password));
            return (int)answer.StatusCode;
        }
    }

    [Fact]
    public async Task Guesses_at_the_same_time_are_all_counted()
    {
        var guesses = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => TryAsync(Roles.Leader, "guess " + i, "192.0.2.9")));
        Assert.All(guesses, guess => Assert.Equal(401, guess.Status));
        Assert.True(await identity.ValueAsync<bool>("select exists (select from wrong_tries where count = 5 and heard_from is not null)"));
    }

    [Fact]
    public async Task A_right_password_forgets_the_wrong_ones_before_it()
    {
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < WrongTries.Free - 1; i++)
            {
                Assert.Equal(401, (await TryAsync(Roles.Auditor, "wrong", "192.0.2.3")).Status);
            }

            Assert.Equal(302, (await TryAsync(Roles.Auditor, IdentityFixture.Password, "192.0.2.3")).Status);
        }
    }

    [Fact]
    public async Task The_page_says_the_same_of_a_wrong_password_one_that_came_too_early_and_a_person_who_does_not_exist()
    {
        var unknown = await TryAsync("nobody-here", "wrong");
        var wrong = await TryAsync(Roles.ServiceOfficer, "wrong");
        for (var i = 0; i < WrongTries.Free; i++)
        {
            await TryAsync(Roles.ServiceOfficer, "wrong", "192.0.2.4");
        }

        var locked = await TryAsync(Roles.ServiceOfficer, IdentityFixture.Password, "192.0.2.4");
        Assert.Equal(401, unknown.Status);
        Assert.Equal((unknown.Status, Words(unknown.Body)), (wrong.Status, Words(wrong.Body)));
        Assert.Equal((unknown.Status, Words(unknown.Body)), (locked.Status, Words(locked.Body)));

        static string Words(string page) => page[page.IndexOf("<p class=\"alert\"", StringComparison.Ordinal)..].Split("</p>")[0];
    }

    [Fact]
    public async Task A_form_that_another_site_has_made_is_refused()
    {
        using var browser = new SignIn(identity.Address);
        using var form = new FormUrlEncodedContent(
            new Dictionary<string, string> { ["userName"] = Roles.Officer, ["password"] = IdentityFixture.Password });
        using var answer = await browser.Browser.PostAsync(Page, form);
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.DoesNotContain(answer.Headers.GetValues("Set-Cookie"), cookie =>
            cookie.StartsWith("qibin-session", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example/")]
    [InlineData("/connect/authorize.elsewhere.example")]
    [InlineData("javascript:alert(1)")]
    public async Task Nobody_is_sent_elsewhere_after_signing_in(string returnUrl)
    {
        using var browser = new SignIn(identity.Address);
        var page = await browser.Browser.GetStringAsync(
            new Uri("/account/sign-in?returnUrl=" + Uri.EscapeDataString(returnUrl), UriKind.Relative));
        Assert.Equal("/account/password", await browser.PostAsync(
            "sign-in", page, ("userName", Roles.Officer), ("password", IdentityFixture.Password), ("returnUrl", returnUrl)));
    }

    [Theory]
    [InlineData("/connect/authorize?client_id=中")]
    [InlineData("/connect/authorize?state=a\r\nSet-Cookie:x=y")]
    [InlineData("/connect/authorize?state=\u007f")]
    [InlineData("/connect/authorize?state=a b")]
    public async Task S14_An_address_that_no_header_can_hold_is_refused_before_anything_is_done(string returnUrl)
    {
        var query = "=" + Uri.EscapeDataString(returnUrl);
        using var browser = new SignIn(identity.Address);
        foreach (var path in (string[])["/account/sign-in?returnUrl", "/account/password?returnUrl", "/account/sign-in?ReturnURL"])
        {
            using var shown = await browser.Browser.GetAsync(new Uri(path + query, UriKind.Relative));
            Assert.Equal(400, (int)shown.StatusCode);
        }

        var page = await browser.Browser.GetStringAsync(Page);
        using var signedIn = await browser.SubmitAsync(
            page, ("userName", Roles.Officer), ("password", IdentityFixture.Password), ("returnUrl", returnUrl));
        Assert.Equal(400, (int)signedIn.StatusCode);
        Assert.DoesNotContain(browser.Cookies.GetAllCookies(), cookie => cookie.Name == "qibin-session");

        await browser.PostAsync("sign-in", page, ("userName", Roles.Officer), ("password", IdentityFixture.Password));
        var before = await identity.ValueAsync<string>("select password_hash from person where user_name = 'officer'");
        using var changed = await browser.SubmitAsync(
            await browser.Browser.GetStringAsync(new Uri("/account/password", UriKind.Relative)),
            ("present", IdentityFixture.Password), ("chosen", "words for the test"), ("again", "words for the test"),
            ("returnUrl", returnUrl));
        Assert.Equal(400, (int)changed.StatusCode);
        Assert.Equal(before, await identity.ValueAsync<string>("select password_hash from person where user_name = 'officer'"));
    }

    [Fact]
    public async Task What_was_typed_comes_back_encoded()
    {
        var answer = await TryAsync("\"><b>x", "wrong");
        Assert.DoesNotContain("<b>", answer.Body, StringComparison.Ordinal);
    }

    /// <summary>A try from a device that nobody has signed in with, at an address of its own unless one is given.</summary>
    private async Task<(int Status, string Body)> TryAsync(string userName, string password, string? address = null)
    {
        using var browser = new SignIn(identity.Address);
        var number = Interlocked.Increment(ref s_addresses);
        browser.Browser.DefaultRequestHeaders.Add("X-Forwarded-For", address ?? $"203.0.{number / 256}.{number % 256}");
        using var answer = await browser.SubmitAsync(
            await browser.Browser.GetStringAsync(Page), ("userName", userName), ("password", password));
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}

public sealed class SignInLimitTests(IdentityFixture identity) : IClassFixture<IdentityFixture>
{
    [Fact]
    public async Task One_address_gets_a_bounded_number_of_tries_a_minute()
    {
        using var browser = new SignIn(identity.Address);
        var statuses = new List<int>();
        for (var i = 0; i <= SignInLimit.PerMinute; i++)
        {
            using var form = new FormUrlEncodedContent([]);
            using var answer = await browser.Browser.PostAsync(new Uri("/account/sign-in", UriKind.Relative), form);
            statuses.Add((int)answer.StatusCode);
            if (answer.StatusCode == System.Net.HttpStatusCode.TooManyRequests)
            {
                Assert.NotNull(answer.Headers.RetryAfter);
                Assert.Contains("尝试次数过多", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }
        }

        Assert.All(statuses[..SignInLimit.PerMinute], status => Assert.Equal(400, status));
        Assert.Equal(429, statuses[^1]);

        // A browser in which somebody has signed in before is not kept out by them.
        using var known = new SignIn(identity.Address);
        known.Browser.DefaultRequestHeaders.Add("X-Forwarded-For", "192.0.2.1");
        await known.CodeAsync(Kernel.Roles.Officer, IdentityFixture.Password);
        known.Browser.DefaultRequestHeaders.Remove("X-Forwarded-For");
        using var none = new FormUrlEncodedContent([]);
        using var heard = await known.Browser.PostAsync(new Uri("/account/sign-in", UriKind.Relative), none);
        Assert.Equal(400, (int)heard.StatusCode);
    }
}
