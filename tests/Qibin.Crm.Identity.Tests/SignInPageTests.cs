using Qibin.Crm.Identity.Account;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel;
using SignIn = Qibin.Crm.TestKit.SignIn;

namespace Qibin.Crm.Identity.Tests;

public sealed class SignInPageTests(IdentityFixture identity) : IClassFixture<IdentityFixture>
{
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
    public async Task After_five_wrong_passwords_the_right_one_is_refused_for_five_minutes()
    {
        for (var i = 0; i < Person.TriesBeforeLockout; i++)
        {
            Assert.Equal(401, (await TryAsync(Roles.Coordinator, "not the password")).Status);
        }

        Assert.Equal(401, (await TryAsync(Roles.Coordinator, IdentityFixture.Password)).Status);
        identity.Service.Clock.Advance(Person.Lockout + TimeSpan.FromSeconds(1));
        Assert.Equal(302, (await TryAsync(Roles.Coordinator, IdentityFixture.Password)).Status);
    }

    [Fact]
    public async Task Guesses_at_the_same_time_are_all_counted()
    {
        var guesses = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => TryAsync(Roles.Leader, "guess " + i)));
        Assert.All(guesses, guess => Assert.Equal(401, guess.Status));
        Assert.True(await identity.ValueAsync<bool>("select locked_until is not null from person where user_name = 'leader'"));
    }

    [Fact]
    public async Task A_right_password_forgets_the_wrong_ones_before_it()
    {
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < Person.TriesBeforeLockout - 1; i++)
            {
                Assert.Equal(401, (await TryAsync(Roles.Auditor, "wrong")).Status);
            }

            Assert.Equal(302, (await TryAsync(Roles.Auditor, IdentityFixture.Password)).Status);
        }
    }

    [Fact]
    public async Task The_page_says_the_same_of_a_wrong_password_a_locked_person_and_a_person_who_does_not_exist()
    {
        var unknown = await TryAsync("nobody-here", "wrong");
        var wrong = await TryAsync(Roles.ServiceOfficer, "wrong");
        for (var i = 0; i < Person.TriesBeforeLockout; i++)
        {
            await TryAsync(Roles.ServiceOfficer, "wrong");
        }

        var locked = await TryAsync(Roles.ServiceOfficer, "wrong");
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

    [Fact]
    public async Task What_was_typed_comes_back_encoded()
    {
        var answer = await TryAsync("\"><b>x", "wrong");
        Assert.DoesNotContain("<b>", answer.Body, StringComparison.Ordinal);
    }

    private async Task<(int Status, string Body)> TryAsync(string userName, string password)
    {
        using var browser = new SignIn(identity.Address);
        // Each from an address of its own, or the limit for one address would answer before the lockout.
        browser.Browser.DefaultRequestHeaders.Add("X-Forwarded-For", Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString());
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
    }
}
