using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Problems;
using Qibin.Crm.Work.Hosting;

namespace Qibin.Crm.Web.Identity;

/// <summary>
/// Each service validates access tokens for itself: RFC 9068 <c>at+jwt</c>, ES256, by the keys of the authority that
/// <c>Identity:Issuer</c> names. An outside OpenID Connect authority is a matter of configuration.
/// </summary>
public static partial class TokenValidation
{
    private static readonly object Unreachable = new();

    /// <summary>
    /// Whether the caller's token could not be checked because the authority's keys were never had: then it is neither valid nor
    /// invalid, and a service answers 503 where it would have answered 401.
    /// </summary>
    public static bool AuthorityUnreachable(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return http.Items.ContainsKey(Unreachable);
    }

    /// <summary>The challenge of a 401 (RFC 6750, 3): <c>invalid_token</c> when a token was shown, and nothing more about it.</summary>
    public static string Challenge(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return http.Request.Headers.Authorization.Count == 0 ? "Bearer" : "Bearer error=\"invalid_token\"";
    }

    /// <summary>Validates bearer tokens; what may be called without one is another question.</summary>
    public static void AddTokenValidation(this IServiceCollection services)
    {
        services.AddSettings<IdentitySettings>();
        services.AddSingleton<AuthorityKeys>();
        services.AddHostedService(provider => provider.GetRequiredService<AuthorityKeys>());
        services.AddSingleton<IssuerClock>();
        services.AddHostedService(provider => provider.GetRequiredService<IssuerClock>());
        services.AddHealthChecks().AddCheck<IssuerClock>("clock", tags: ["ready"]);
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<IOptions<IdentitySettings>>((options, identity) =>
        {
            var issuer = identity.Value.Issuer!.OriginalString;
            options.MapInboundClaims = false;
            options.RequireHttpsMetadata = false; // The metadata address is the deployment's own choice; locally it is loopback.
            options.RefreshOnIssuerKeyNotFound = true;
            options.ConfigurationManager = new ConfigurationManager<OpenIdConnectConfiguration>(
                identity.Value.Metadata.AbsoluteUri,
                new OpenIdConnectConfigurationRetriever(),
                new HttpDocumentRetriever(new HttpClient { Timeout = TimeSpan.FromSeconds(4) }) { RequireHttps = false })
            { RefreshInterval = TimeSpan.FromSeconds(5) };
            options.TokenValidationParameters = new TokenValidationParameters
            {
                ValidIssuers = [issuer, issuer.TrimEnd('/')],
                ValidAudience = identity.Value.Audience,
                ValidTypes = ["at+jwt"],
                ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
                RequireExpirationTime = true,
                RequireSignedTokens = true,
                ClockSkew = TimeSpan.FromSeconds(10),
                NameClaimType = "sub",
                RoleClaimType = "role",
            };
            options.TokenHandlers.Clear();
            options.TokenHandlers.Add(new RememberingTokenHandler { MapInboundClaims = false });
            // A caller with a forged token must not learn what is wrong with it.
            options.IncludeErrorDetails = false;
            options.Events = new JwtBearerEvents
            {
                OnMessageReceived = NeedKeysAsync,
                OnTokenValidated = RefuseEndedAsync,
                OnAuthenticationFailed = NoteFailureAsync,
                OnChallenge = ChallengeAsync,
            };
        });
    }

    /// <summary>A token is checked only where there are keys: without them a valid one would look like a forged one.</summary>
    private static async Task NeedKeysAsync(MessageReceivedContext context)
    {
        var http = context.HttpContext;
        if (http.Request.Headers.Authorization.Count > 0
            && !await http.RequestServices.GetRequiredService<AuthorityKeys>().AreKnownAsync(http.RequestAborted))
        {
            http.Items[Unreachable] = true;
            context.Fail("The authority's keys are not known.");
        }
    }

    /// <summary>A token is good for ten minutes; the access that it stands for may end within them.</summary>
    private static async Task RefuseEndedAsync(TokenValidatedContext context)
    {
        var caller = Caller.From(context.Principal!);
        if (context.HttpContext.RequestServices.GetService<IBearerCheck>() is { } check
            && await check.HasEndedAsync(caller.Id, caller.SessionId, context.HttpContext.RequestAborted))
        {
            Refused(LogOf(context.HttpContext), "the access has ended");
            context.Fail("The access has ended.");
        }
    }

    private static Task NoteFailureAsync(AuthenticationFailedContext context)
    {
        // The reason is for who runs the service; the caller does not learn it.
        Refused(LogOf(context.HttpContext), context.Exception.GetType().Name);
        return Task.CompletedTask;
    }

    private static ILogger LogOf(HttpContext http) =>
        http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Qibin.Crm.Web.Identity.TokenValidation");

    [LoggerMessage(Level = LogLevel.Information, Message = "A token was refused: {Reason}")]
    private static partial void Refused(ILogger log, string reason);

    private static async Task ChallengeAsync(JwtBearerChallengeContext context)
    {
        if (AuthorityUnreachable(context.HttpContext))
        {
            context.HandleResponse();
            await ProblemWriter.Of(context.HttpContext).WriteAsync(context.HttpContext, Refusal.Busy("service.unavailable", 2));
            return;
        }

        context.HandleResponse();
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = Challenge(context.HttpContext);
    }

    /// <summary>
    /// Remembers a validated token by its SHA-256 for at most 30 seconds: verifying an ES256 signature costs more than the hop,
    /// and 30 seconds is the longest that a changed key may take to bite.
    /// </summary>
#pragma warning disable CA1001 // Lives as long as the process.
    private sealed class RememberingTokenHandler : JsonWebTokenHandler
#pragma warning restore CA1001
    {
        private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
        private readonly MemoryCache _validated = new(new MemoryCacheOptions { SizeLimit = 10_000 });

        public override async Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
        {
            var key = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
            if (_validated.TryGetValue(key, out TokenValidationResult? remembered) && remembered is not null)
            {
                return remembered;
            }

            var result = await base.ValidateTokenAsync(token, validationParameters);
            if (result.IsValid)
            {
                var untilExpiry = result.SecurityToken.ValidTo - TimeProvider.System.GetUtcNow().UtcDateTime;
                if (untilExpiry > TimeSpan.Zero)
                {
                    _validated.Set(key, result, new MemoryCacheEntryOptions
                    {
                        Size = 1,
                        AbsoluteExpirationRelativeToNow = untilExpiry < Longest ? untilExpiry : Longest,
                    });
                }
            }

            return result;
        }
    }
}
