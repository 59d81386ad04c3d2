using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Qibin.Crm.Identity.Keys;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Identity.Tests;

public sealed class TokenTests(IdentityFixture identity) : IClassFixture<IdentityFixture>
{
    private static readonly ECDsaSecurityKey Strange = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    private SecurityKey Own => identity.Service.Services.GetRequiredService<KeyRing>().SigningKey;

    public static TheoryData<string> Forgeries => new(
        "another key", "another key under the published id", "no algorithm", "HS256 with the public key", "ES256 over SHA-384",
        "another audience", "no audience",
        "another issuer", "type JWT", "no type", "expired", "without an end", "not valid yet", "changed after signing", "an identity token",
            "a refresh token",
        "of nobody", "nothing", "dots", "not a token");

    [Fact]
    public async Task A_token_made_like_ours_is_accepted_so_the_forgeries_fail_for_their_own_reason() =>
        (await identity.Service.WithToken(Make()).GetAsync("/api/v1/units")).Is(200);

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task A_forged_or_stale_token_is_refused(string forgery)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var token = forgery switch
        {
            "another key" => Make(key: Strange),
            "another key under the published id" => Make(key: new ECDsaSecurityKey(Strange.ECDsa) { KeyId = Own.KeyId }),
            "no algorithm" => Unsigned(),
            "HS256 with the public key" =>
                Make(key: new SymmetricSecurityKey(((ECDsaSecurityKey)Own).ECDsa.ExportSubjectPublicKeyInfo()) { KeyId = Own.KeyId },
                algorithm: "HS256"),
            "ES256 over SHA-384" => Make(
                key: new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP384)) { KeyId = Own.KeyId }, algorithm: "ES384"),
            "another audience" => Make(d => d.Audience = "elsewhere"),
            "no audience" => Make(d => d.Audience = null),
            "another issuer" => Make(d => d.Issuer = "https://elsewhere.example/"),
            "type JWT" => Make(d => d.TokenType = "JWT"),
            "no type" => Make(d => d.TokenType = ""),
            "expired" => Make(d => (d.IssuedAt, d.NotBefore, d.Expires) = (now.AddMinutes(-11), now.AddMinutes(-11), now.AddMinutes(-1))),
            "without an end" => Make(d => d.Expires = null),
            "not valid yet" => Make(d => (d.NotBefore, d.Expires) = (now.AddMinutes(5), now.AddMinutes(15))),
            "changed after signing" => Changed(),
            "an identity token" => (await SignIn.AsAsync(identity.Address, Roles.Officer, IdentityFixture.Password)).IdToken!,
            "a refresh token" => (await SignIn.AsAsync(identity.Address, Roles.Officer, IdentityFixture.Password)).RefreshToken!,
            "of nobody" => Make(d => d.Claims["sub"] = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString()),
            "nothing" => "",
            "dots" => "..",
            _ => "bearer",
        };
        (await identity.Service.WithToken(token).GetAsync("/api/v1/units")).IsProblem(401, "auth.required");
    }

    [Fact]
    public async Task Discovery_and_keys_answer_at_the_address_that_was_asked_and_name_one_issuer()
    {
        using var http = new HttpClient { BaseAddress = identity.Address };
        var direct = JsonSerializer.Deserialize<JsonElement>(await InsideAsync(""));
        var passedOn = JsonSerializer.Deserialize<JsonElement>(await InsideAsync("gateway.example"));
        Assert.Equal(identity.Address.AbsoluteUri, direct.GetProperty("issuer").GetString());
        Assert.Equal(identity.Address.AbsoluteUri, passedOn.GetProperty("issuer").GetString());
        Assert.Equal("http://localhost:5/.well-known/jwks", direct.GetProperty("jwks_uri").GetString());
        // Whatever a header names, links are to the configured address.
        Assert.Equal($"{identity.Address}.well-known/jwks", passedOn.GetProperty("jwks_uri").GetString());
        Assert.Equal(["S256"], direct.GetProperty("code_challenge_methods_supported").EnumerateArray().Select(m => m.GetString()));
        var keys = JsonSerializer.Deserialize<JsonElement>(await http.GetStringAsync(new Uri("/.well-known/jwks", UriKind.Relative)))
            .GetProperty("keys");
        var key = Assert.Single(keys.EnumerateArray());
        Assert.Equal("ES256", key.GetProperty("alg").GetString());
        Assert.False(key.TryGetProperty("d", out _));

        async Task<string> InsideAsync(string forwardedHost)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/.well-known/openid-configuration");
            request.Headers.Host = "localhost:5";
            if (forwardedHost.Length > 0)
            {
                request.Headers.Add("X-Forwarded-Host", forwardedHost);
            }

            using var response = await http.SendAsync(request);
            return await response.Content.ReadAsStringAsync();
        }
    }

    [Theory]
    [InlineData("/connect/token", "grant_type=client_credentials&client_id=%00&client_secret=x", "application/x-www-form-urlencoded")]
    [InlineData("/connect/token", "{}", "application/json")]
    [InlineData("/connect/token", "grant_type", "application/x-www-form-urlencoded")]
    [InlineData("/connect/token", "--x\r\nnot a part", "multipart/form-data; boundary=x")]
    [InlineData("/connect/token", "MANY", "application/x-www-form-urlencoded")]
    [InlineData("/connect/authorize", "MANY", "application/x-www-form-urlencoded")]
    [InlineData("/connect/authorize?client_id=%00", "", "application/x-www-form-urlencoded")]
    [InlineData("/connect/sign-out?post_logout_redirect_uri=http://a/%00", "", "application/x-www-form-urlencoded")]
    [InlineData("/connect/revocation", "token=x&client_id=%ff%fe", "application/x-www-form-urlencoded")]
    [InlineData("/account/sign-in", "MANY", "application/x-www-form-urlencoded")]
    [InlineData("/account/sign-in", "--x\r\nnot a part", "multipart/form-data; boundary=x")]
    [InlineData("/account/password", "BIG", "application/x-www-form-urlencoded")]
    public async Task Whatever_is_sent_to_the_OAuth_endpoints_and_pages_is_never_a_fault(string path, string body, string type)
    {
        using var browser = new SignIn(identity.Address);
        body = body switch
        {
            "MANY" => string.Join('&', Enumerable.Range(0, 3000).Select(i => $"f{i}=1")),
            "BIG" => "a=" + new string('x', 1 << 21),
            _ => body
        };
        using var content = new StringContent(body, Encoding.UTF8);
        content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(type);
        using var answer = await browser.Browser.PostAsync(new Uri(path, UriKind.Relative), content);
        Assert.InRange((int)answer.StatusCode, 300, 499);
    }

    [Fact]
    public async Task A_basic_header_with_a_NUL_is_a_client_that_is_not_known()
    {
        using var browser = new SignIn(identity.Address);
        browser.Browser.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("a%00b:c"u8.ToArray()));
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials" });
        using var answer = await browser.Browser.PostAsync(new Uri("/connect/token", UriKind.Relative), form);
        Assert.Equal(401, (int)answer.StatusCode);
    }

    [Fact]
    public void The_OpenAPI_document_is_the_kept_one() =>
        OpenApiDocument.IsKept(identity.Service, "services/identity/Qibin.Crm.Identity");

    private string Make(Action<SecurityTokenDescriptor>? change = null, SecurityKey? key = null, string algorithm = "ES256")
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var descriptor = new SecurityTokenDescriptor
        {
            Issuer = identity.Address.AbsoluteUri,
            Audience = "qibin-crm",
            TokenType = "at+jwt",
            IssuedAt = now,
            NotBefore = now,
            Expires = now.AddMinutes(10),
            Claims = new Dictionary<string,
                object>
            {
                ["sub"] = identity.AdministratorId.ToString(),
                ["role"] = "administrator",
                ["reach"] = "all"
            },
            SigningCredentials = new SigningCredentials(
                key ?? Own, algorithm)
            { CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false } },
        };
        change?.Invoke(descriptor);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(descriptor);
    }

    private string Unsigned()
    {
        var parts = Make().Split('.');
        return Base64UrlEncoder.Encode("""{"alg":"none","typ":"at+jwt"}""") + "." + parts[1] + ".";
    }

    private string Changed()
    {
        var parts = Make(d => d.Claims["role"] = "officer").Split('.');
        var payload = Base64UrlEncoder.Decode(parts[1]).Replace("officer", "administrator", StringComparison.Ordinal);
        return $"{parts[0]}.{Base64UrlEncoder.Encode(Encoding.UTF8.GetBytes(payload))}.{parts[2]}";
    }
}
