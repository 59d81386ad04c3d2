using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.TestKit;

/// <summary>Somebody who calls the API in a test.</summary>
public sealed record TestCaller
{
    public Guid Id { get; init; } = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

    /// <summary>As the directory names them; not in the token.</summary>
    public string Name { get; init; } = "测试人员";

    /// <summary>The sign-in that the token names; none when null.</summary>
    public Guid? SessionId { get; init; }

    public Guid UnitId { get; init; } = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

    /// <summary>Own unit and those below; the own unit alone when left empty.</summary>
    public Guid[] Subtree { get; init; } = [];

    public string[] Chains { get; init; } = [];
    public string[] Roles { get; init; } = [];
    public string[] Scopes { get; init; } = [];
    public Reach Reach { get; init; } = Reach.Own;

    public static TestCaller Officer(Guid? unit = null) => new() { Roles = [Kernel.Roles.Officer], UnitId = unit ?? NewId() };

    public static TestCaller Person(string role, Reach reach = Reach.All, Guid? unit = null) =>
        new() { Roles = [role], Reach = reach, UnitId = unit ?? NewId() };

    public static TestCaller Integration(params string[] scopes) =>
        new() { Roles = [Kernel.Roles.Integration], Scopes = scopes.Length == 0 ? [.. Kernel.Scopes.All] : scopes, Reach = Reach.All };

    private static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
}

/// <summary>An OpenID Connect authority of the test's own, to which a service is pointed by configuration as to any outside one.</summary>
public sealed class TestAuthority : IAsyncDisposable
{
    private static readonly Lazy<Task<TestAuthority>> One = new(StartAsync);
    private readonly WebApplication _app;
    private readonly ECDsaSecurityKey _key;

    private TestAuthority(WebApplication app, ECDsaSecurityKey key, string issuer)
    {
        _app = app;
        _key = key;
        Issuer = issuer;
    }

    public string Issuer { get; }

    /// <summary>The authority of this test process.</summary>
    public static Task<TestAuthority> SharedAsync() => One.Value;

    /// <summary>An access token; the arguments other than the caller make forged and stale ones.</summary>
    public string Token(
        TestCaller caller, string audience = "qibin-crm", string type = "at+jwt", TimeSpan? lifetime = null, SecurityKey? key = null,
        string algorithm = SecurityAlgorithms.EcdsaSha256, string? issuer = null)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var expires = now + (lifetime ?? TimeSpan.FromMinutes(10));
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer ?? Issuer,
            Audience = audience,
            TokenType = type,
            IssuedAt = expires < now ? expires.AddMinutes(-10) : now,
            NotBefore = expires < now ? expires.AddMinutes(-10) : now,
            Expires = expires,
            Claims = new Dictionary<string, object>
            {
                ["sub"] = caller.Id.ToString(),
                ["sid"] = caller.SessionId?.ToString() ?? "",
                ["unit"] = caller.UnitId.ToString(),
                ["units"] = caller.Subtree.Length == 0 ? [caller.UnitId.ToString()] : caller.Subtree.Select(u => u.ToString()).ToArray(),
                ["chains"] = caller.Chains,
                ["role"] = caller.Roles,
                ["scope"] = string.Join(' ', caller.Scopes),
                ["reach"] = caller.Reach.ToString().ToLowerInvariant(),
            },
            SigningCredentials = new SigningCredentials(key ?? _key, algorithm),
        });
    }

    private static async Task<TestAuthority> StartAsync()
    {
        var key = new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = "test" };
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var issuer = "";
        app.Run(async http =>
        {
            if (http.Request.Path == "/.well-known/openid-configuration")
            {
                await http.Response.WriteAsJsonAsync(
                    new Dictionary<string, object> { ["issuer"] = issuer, ["jwks_uri"] = issuer + "jwks" });
            }
            else
            {
                var published = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(key);
                await http.Response.WriteAsJsonAsync(new
                {
                    keys = new[] { new
                    {
                        kty = published.Kty,
                        crv = published.Crv,
                        x = published.X,
                        y = published.Y,
                        kid = key.KeyId,
                        use = "sig",
                        alg = "ES256",
                    } },
                });
            }
        });
        await app.StartAsync();
        issuer = app.Urls.First() + "/";
        return new TestAuthority(app, key, issuer);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
