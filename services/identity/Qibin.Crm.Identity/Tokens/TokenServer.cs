using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Primitives;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Identity.Keys;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Problems;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Hosting;
using Qibin.Crm.Work.Scheduling;
using static OpenIddict.Abstractions.OpenIddictConstants;
using Application = OpenIddict.EntityFrameworkCore.Models.OpenIddictEntityFrameworkCoreApplication<System.Guid>;

namespace Qibin.Crm.Identity.Tokens;

/// <summary>
/// The OAuth 2 and OpenID Connect server. People: authorization code with PKCE and refresh tokens; integrations: client
/// credentials. Access tokens are <c>at+jwt</c> (RFC 9068), ES256, readable, for the audience <c>qibin-crm</c>, with these claims:
/// <list type="bullet">
/// <item><c>sub</c>: UUID of the person or of the client, stable</item>
/// <item><c>sid</c>: UUID of the sign-in, or of an integration's token; when it ends, services refuse the token</item>
/// <item><c>role</c>: the roles; <c>integration</c> for a client</item>
/// <item><c>scope</c>: separated by blanks; decides for clients, not for people</item>
/// <item><c>unit</c>, <c>units</c>: UUIDs of the person's unit, and of it with all units below</item>
/// <item><c>chains</c>: codes of the industry chains that the person answers for</item>
/// <item><c>reach</c>: <c>own</c>, <c>unit</c>, <c>subtree</c>, <c>chain</c> or <c>all</c>; without it a caller sees own rows</item>
/// </list>
/// An outside OpenID Connect authority that a deployment points its services at (<c>Identity:Issuer</c>,
/// <c>Identity:MetadataAddress</c>, <c>Identity:Audience</c>) must send the same: type <c>at+jwt</c>, ES256, the audience, and the
/// claims above, with the ids of people and units that the other services know by events.
/// </summary>
internal static class TokenServer
{
    public const string Audience = "qibin-crm";

    /// <summary>What a person's client asks for: everything that the person's roles allow.</summary>
    public const string PeoplesScope = "crm";

    /// <summary>The gateway's public address, with the slash at its end.</summary>
    public static string IssuerOf(IConfiguration configuration) =>
        (configuration.Read<IdentitySettings>().Issuer?.OriginalString ?? "http://127.0.0.1:8080").TrimEnd('/') + "/";

    public static void AddTokenServer(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        // It logs the parameters of every request.
        builder.Logging.AddFilter("OpenIddict", LogLevel.Warning);
        services.AddSettings<IdentityServiceSettings>();
        services.AddSingleton<KeySeal>();
        services.AddSingleton<KeyRing>();
        services.AddSingleton<IMigrationStep>(provider => provider.GetRequiredService<KeyRing>());
        services.AddHostedService(provider => provider.GetRequiredService<KeyRing>());
        services.AddSingleton<BuiltInClients>();
        services.AddSingleton<IMigrationStep>(provider => provider.GetRequiredService<BuiltInClients>());
        services.AddHostedService(provider => provider.GetRequiredService<BuiltInClients>());
        services.AddHostedService<TokenCleanup>();
        services.AddScoped<Principals>();
        services.AddSingleton<IBearerCheck, BearerCheck>();
        services.AddCleanup(new CleanupRule("session", "expires_at < $1", TimeSpan.FromHours(1)));
        services.AddScoped<ClientApplications>();
        services.AddOpenIddict()
            .AddCore(core =>
            {
                core.UseEntityFrameworkCore().UseDbContext<IdentityDb>().ReplaceDefaultEntities<Guid>();
                core.ReplaceApplicationManager<Application, ClientApplications>();
            })
            .AddServer(server =>
            {
                server.SetIssuer(IssuerOf(builder.Configuration))
                    .SetAuthorizationEndpointUris("connect/authorize")
                    .SetTokenEndpointUris("connect/token")
                    .SetRevocationEndpointUris("connect/revocation")
                    .SetEndSessionEndpointUris("connect/sign-out")
                    .AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange()
                    .AllowRefreshTokenFlow()
                    .AllowClientCredentialsFlow()
                    .RegisterScopes([PeoplesScope, OpenIddict.Abstractions.OpenIddictConstants.Scopes.Profile, .. Kernel.Scopes.All])
                    .RegisterClaims(Claims.Subject, Claims.Name, Claims.PreferredUsername)
                    .SetAccessTokenLifetime(Session.TokenLifetime)
                    .SetRefreshTokenLifetime(Session.Idle)
                    // A refresh token that comes a second time is stolen, or its thief came first: the whole sign-in ends.
                    .SetRefreshTokenReuseLeeway(TimeSpan.Zero)
                    .DisableAccessTokenEncryption();
                server.AddEventHandler<OpenIddictServerEvents.HandleRevocationRequestContext>(revocation =>
                    revocation.UseScopedHandler<Revocation>()
                        .SetOrder(OpenIddictServerHandlers.Revocation.RevokeToken.Descriptor.Order + 1));
                server.AddEventHandler<OpenIddictServerEvents.ApplyTokenResponseContext>(answer =>
                    answer.UseSingletonHandler<OneAnswer>().SetOrder(OneAnswer.Order));
                server.AddEventHandler<OpenIddictServerEvents.ApplyRevocationResponseContext>(answer =>
                    answer.UseSingletonHandler<OneAnswer>().SetOrder(OneAnswer.Order));
                server.UseAspNetCore()
                    .EnableAuthorizationEndpointPassthrough()
                    .EnableTokenEndpointPassthrough()
                    .EnableEndSessionEndpointPassthrough()
                    .EnableErrorPassthrough()
                    // TLS ends at the gateway; services ask for discovery and keys inside.
                    .DisableTransportSecurityRequirement();
            });
        services.AddOptions<OpenIddictServerOptions>().Configure<KeyRing>((options, keys) =>
        {
            options.SigningCredentials.Add(new SigningCredentials(keys.SigningKey, SecurityAlgorithms.EcdsaSha256));
            options.CodeChallengeMethods.Remove(CodeChallengeMethods.Plain);
            // Its page sends itself by a script, which the policy of every page here forbids; a code in the query is enough.
            options.ResponseModes.Remove(ResponseModes.FormPost);
            options.EncryptionCredentials.Add(new EncryptingCredentials(
                keys.EncryptionKey, SecurityAlgorithms.Aes256KW, SecurityAlgorithms.Aes256CbcHmacSha512));
        });
        if (builder.Configuration.Read<IdentitySettings>().MetadataAddress is null)
        {
            // This service need not ask over the network for keys that it has.
            services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme).PostConfigure<KeyRing>((options, keys) =>
            {
                var known = new OpenIdConnectConfiguration { Issuer = IssuerOf(builder.Configuration) };
                known.SigningKeys.Add(keys.SigningKey);
                options.ConfigurationManager = new StaticConfigurationManager<OpenIdConnectConfiguration>(known);
            });
        }
    }

    /// <summary>
    /// What the gateway passes on was asked at the public address, and answers (links, redirects, discovery) name that one; what
    /// services ask directly is answered with the address that they asked. Only that a request was passed on is taken from its
    /// headers, never an address.
    /// </summary>
    public static void UsePublicAddress(this WebApplication app)
    {
        var gateway = new Uri(IssuerOf(app.Configuration));
        var host = gateway.IsDefaultPort ? new HostString(gateway.Host) : new HostString(gateway.Host, gateway.Port);
        app.Use((http, next) =>
        {
            if (http.Request.Headers.ContainsKey("X-Forwarded-Host") || http.Request.Headers.ContainsKey("X-Forwarded-For"))
            {
                (http.Request.Scheme, http.Request.Host) = (gateway.Scheme, host);
            }

            return next(http);
        });
    }

    /// <summary>
    /// Forms and queries of the OAuth endpoints and pages that cannot be read, or hold a NUL, which no column takes, are refused before
    /// anybody trips over them; so is an address to go back to that no Location header can hold, before anything was done for it.
    /// </summary>
    public static void UseReadableForms(this WebApplication app) => app.Use(async (http, next) =>
    {
        if (http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
        {
            await next(http);
            return;
        }

        var status = StatusCodes.Status400BadRequest;
        try
        {
            var form = http.Request.HasFormContentType ? await http.Request.ReadFormAsync(http.RequestAborted) : FormCollection.Empty;
            if (form.Concat(http.Request.Query).All(IsReadable))
            {
                await next(http);
                return;
            }
        }
        catch (InvalidDataException)
        {
            // More fields, or longer ones, than the framework reads.
        }
        catch (BadHttpRequestException bad) when (!http.Response.HasStarted)
        {
            status = bad.StatusCode;
        }

        await ProblemWriter.Of(http)
            .WriteAsync(http, new Refusal(
            status, status == StatusCodes.Status413PayloadTooLarge ? "request.tooLarge" : "request.malformed"));
    });

    private static bool IsReadable(KeyValuePair<string, StringValues> field) =>
        !field.Key.Contains('\0', StringComparison.Ordinal)
        && field.Value.ToString() is var value && !value.Contains('\0', StringComparison.Ordinal)
        && (!field.Key.Equals("returnUrl", StringComparison.OrdinalIgnoreCase) || value.All(c => c is > ' ' and < '\x7f'));
}
