using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Qibin.Crm.Gateway.Tests;

public partial class SwaggerPageTests
{
    [Fact]
    public async Task The_page_lists_every_service_and_signs_in_with_code_and_PKCE()
    {
        await using var gateway = await RunningGateway.BeforeAsync(http => http.Response.WriteAsync("{}"),
            ("Identity:Issuer", "http://crm.example/"));
        using var http = gateway.Http();
        http.DefaultRequestHeaders.Host = "crm.example";
        Assert.Equal(301, (int)(await http.GetAsync(new Uri("/swagger", UriKind.Relative))).StatusCode);
        var page = await http.GetStringAsync(new Uri("/swagger/index.html", UriKind.Relative));
        Assert.Contains("<title>淇滨招商 API · Qibin.Crm</title>", WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        foreach (var service in Routes.Services)
        {
            Assert.Contains($"\"/swagger/{service.Name}/v1.json\"", WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        }

        Assert.Contains("data-client=\"qibin-swagger\"", page, StringComparison.Ordinal);
        var script = await http.GetStringAsync(new Uri("/swagger/crm.js", UriKind.Relative));
        Assert.Contains("usePkceWithAuthorizationCodeGrant: true", script, StringComparison.Ordinal);
        Assert.Contains("persistAuthorization: true", script, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A7_The_root_is_a_page_that_names_what_is_here()
    {
        await using var gateway = await RunningGateway.BeforeAsync(http => http.Response.WriteAsync("{}"));
        using var http = gateway.Http();
        using var answer = await http.GetAsync(new Uri("/", UriKind.Relative));
        Assert.Equal((200, "text/html"), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.DoesNotContain("script-src", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        var page = await answer.Content.ReadAsStringAsync();
        foreach (var service in Routes.Services)
        {
            Assert.Contains($"href=\"{Routes.Document(service)}\"", page, StringComparison.Ordinal);
        }

        foreach (var path in (string[])["/swagger/index.html", "/problems", "/account/sign-in", "/health/ready"])
        {
            Assert.Contains($"href=\"{path}\"", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Whatever_the_page_needs_is_served_from_here_under_a_policy_that_allows_no_more()
    {
        await using var gateway = await RunningGateway.BeforeAsync(http => http.Response.WriteAsync("{}"),
            ("Identity:Issuer", "http://crm.example/"));
        using var http = gateway.Http();
        http.DefaultRequestHeaders.Host = "crm.example";
        var page = await http.GetStringAsync(new Uri("/swagger/index.html", UriKind.Relative));
        var parts = Part().Matches(page).Select(m => m.Groups[1].Value).Append("oauth2-redirect.html").ToList();
        Assert.True(parts.Count > 5);
        Assert.DoesNotMatch("<script>|<script [^>]*>[^<]|<style", page);
        foreach (var part in parts)
        {
            Assert.DoesNotContain("//", part, StringComparison.Ordinal);
            using var answer = await http.GetAsync(new Uri("/swagger/" + part, UriKind.Relative));
            Assert.Equal(200, (int)answer.StatusCode);
            var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
            Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
            Assert.Contains("connect-src 'self'", policy, StringComparison.Ordinal);
        }

        Assert.DoesNotMatch("<script>", await http.GetStringAsync(new Uri("/swagger/oauth2-redirect.html", UriKind.Relative)));
    }

    [Fact]
    public async Task S10_Logout_revokes_the_token()
    {
        await using var gateway = await RunningGateway.BeforeAsync(http => http.Response.WriteAsync("{}"),
            ("Identity:Issuer", "http://crm.example/"));
        using var http = gateway.Http();
        http.DefaultRequestHeaders.Host = "crm.example";
        using var answer = await http.GetAsync(new Uri("/swagger/crm.js", UriKind.Relative));
        Assert.Equal("text/javascript", answer.Content.Headers.ContentType?.MediaType);
        var script = await answer.Content.ReadAsStringAsync();
        Assert.Contains("fetch(\"/connect/revocation\"", script, StringComparison.Ordinal);
        Assert.Contains("client_id: clientId, token", script, StringComparison.Ordinal);
        // What the bundle calls its action by; were it renamed, nothing would be revoked.
        Assert.Contains("logout: (original", script, StringComparison.Ordinal);
        Assert.Contains("logoutWithPersistOption", await http.GetStringAsync(new Uri("/swagger/swagger-ui-bundle.js", UriKind.Relative)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_is_used_at_the_address_that_signing_in_comes_back_to()
    {
        await using var gateway = await RunningGateway.BeforeAsync(http => http.Response.WriteAsync("{}"),
            ("Identity:Issuer", "http://crm.example:8080/"));
        using var http = gateway.Http();
        using var answer = await http.GetAsync(new Uri("/swagger", UriKind.Relative));
        Assert.Equal((302, "http://crm.example:8080/swagger/index.html"), ((int)answer.StatusCode, answer.Headers.Location!.AbsoluteUri));
    }

    [GeneratedRegex("(?:src|href)=[\"'](?:\\./)?([^\"']+)[\"']")]
    private static partial Regex Part();
}
