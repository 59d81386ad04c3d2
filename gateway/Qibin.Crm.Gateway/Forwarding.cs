using System.Text;
using Polly.Registry;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Idempotency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Problems;
using Qibin.Crm.Work.Hosting;
using Qibin.Crm.Work.Resilience;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;
using Yarp.ReverseProxy.Transforms;

namespace Qibin.Crm.Gateway;

/// <summary>What happens to a request on its way to a service, in this order.</summary>
internal static class Forwarding
{
    public static void AddKnownTokens(this WebApplicationBuilder builder)
    {
        // Keys are fetched from the identity service itself: its public address is this gateway's own.
        if (builder.Configuration.Read<IdentitySettings>().MetadataAddress is null
            && builder.Configuration.Read<ServiceAddresses>().Identity is { Length: > 0 } identity)
        {
            builder.Configuration["Identity:MetadataAddress"] = identity.Split(',')[0].TrimEnd('/') + "/.well-known/openid-configuration";
        }

        builder.Services.AddTokenValidation();
    }

    public static void AddEdgeLimits(this WebApplicationBuilder builder) =>
        builder.Services.AddSettings<LimitSettings>().AddSettings<EdgeSettings>().AddSettings<ServiceAddresses>()
            .AddSingleton<EdgeLimits>();

    public static void AddForwarding(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IForwarderHttpClientFactory, ServiceConnections>();
        // An instance that stops says so before it refuses anything: its first word counts.
        builder.Services.Configure<ConsecutiveFailuresHealthPolicyOptions>(health => health.DefaultThreshold = 1);
        builder.Services.AddReverseProxy()
            .LoadFromMemory(Routes.ForProxy(), Routes.Clusters(builder.Configuration))
            .AddTransforms(transforms =>
            {
                transforms.CopyRequestHeaders = true;
                transforms.AddOriginalHost();
                transforms.AddRequestTransform(context =>
                {
                    // Runs after YARP has copied what came in and before it sets its own X-Forwarded fields.
                    foreach (var name in context.HttpContext.Request.Headers.Keys.Where(EdgeHeaders.StaysOutside))
                    {
                        context.ProxyRequest.Headers.Remove(name);
                    }

                    return ValueTask.CompletedTask;
                });
                transforms.AddXForwarded(ForwardedTransformActions.Set);
                if (transforms.Cluster?.ClusterId != "identity")
                {
                    transforms.AddRequestHeaderRemove("Cookie");
                }

                transforms.AddResponseHeaderRemove("Server", ResponseCondition.Always);
                transforms.AddResponseHeaderRemove("X-Powered-By", ResponseCondition.Always);
            });
    }

    public static void MapForwarding(this WebApplication app) => app.MapReverseProxy(proxy =>
    {
        proxy.Use(RefuseMethodsAsync);
        proxy.Use(RefuseStrangersAsync);
        proxy.Use(LimitAsync);
        proxy.Use(ExplainAsync);
        proxy.Use(RetryAsync);
        proxy.UseLoadBalancing();
    });

    /// <summary>CONNECT asks for a tunnel and TRACE for the request's own headers; neither is any service's to answer.</summary>
    private static async Task RefuseMethodsAsync(HttpContext http, RequestDelegate next)
    {
        if (HttpMethods.IsConnect(http.Request.Method) || HttpMethods.IsTrace(http.Request.Method))
        {
            http.Response.Headers.Allow = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
            await ProblemWriter.Of(http).WriteAsync(http, new Refusal(StatusCodes.Status405MethodNotAllowed, "request.method"));
            return;
        }

        await next(http);
    }

    /// <summary>
    /// The API is for callers with a valid token: each service checks it for itself, the gateway saves it the others. What the
    /// gateway cannot check, because it never had the authority's keys, it passes on.
    /// </summary>
    private static async Task RefuseStrangersAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
            && http.User.Identity is not { IsAuthenticated: true }
            && !(http.Request.Headers.Authorization.Count > 0 && TokenValidation.AuthorityUnreachable(http)))
        {
            http.Response.Headers.WWWAuthenticate = TokenValidation.Challenge(http);
            await ProblemWriter.Of(http).WriteAsync(http, new Refusal(StatusCodes.Status401Unauthorized, "auth.required"));
            return;
        }

        await next(http);
    }

    private static async Task LimitAsync(HttpContext http, RequestDelegate next)
    {
        var limits = http.RequestServices.GetRequiredService<EdgeLimits>();
        if (limits.Count(http) is { } tooMany)
        {
            await ProblemWriter.Of(http).WriteAsync(http, tooMany);
            return;
        }

        // Before a service is bothered with it: a slow sender holds no place there.
        var largestFile = Routes.LargestFile(http.Request);
        using var memory = largestFile is null ? null : FilePlace.Take();
        await RequestBody.TakeAsync(http, largestFile);
        using var place = limits.Enter(http.GetReverseProxyFeature().Cluster.Config.ClusterId);
        if (!place.IsAcquired)
        {
            await ProblemWriter.Of(http).WriteAsync(http, Refusal.Busy());
            return;
        }

        await next(http);
    }

    /// <summary>Whatever fails on the way is answered in the words of the API.</summary>
    private static async Task ExplainAsync(HttpContext http, RequestDelegate next)
    {
        await next(http);
        if (http.GetForwarderErrorFeature() is { } failed && !http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
        {
            await ProblemWriter.Of(http).WriteAsync(http, failed.Error switch
            {
                ForwarderError.RequestTimedOut => new Refusal(StatusCodes.Status504GatewayTimeout, "service.timeout") { RetryAfter = 5 },
                _ when WasRefused(failed) => Refusal.Busy("service.unavailable", 5),
                _ => new Refusal(StatusCodes.Status502BadGateway, "service.unavailable") { RetryAfter = 2 },
            });
        }
    }

    /// <summary>
    /// A request that an instance refused, before any octet of it was sent, goes to the others, one after the other, those that said
    /// they are ready first. A GET or HEAD that lost its instance before an answer began is sent once more, to another one where there
    /// is one. Nothing else is ever sent twice: its sender knows its Idempotency-Key and repeats it.
    /// </summary>
    private static async Task RetryAsync(HttpContext http, RequestDelegate next)
    {
        var tried = new HashSet<DestinationState>();
        var lost = false;
        await http.RequestServices.GetRequiredService<ResiliencePipelineProvider<string>>().GetPipeline<bool>(Pipelines.Forward)
            .ExecuteAsync(
            async _ =>
            {
                var proxied = http.GetReverseProxyFeature();
                if (tried.Count > 0)
                {
                    var others = proxied.AllDestinations.Where(d => !tried.Contains(d)).ToList();
                    var ready = others.Where(d => d.Health.Active != DestinationHealth.Unhealthy).ToList();
                    proxied.AvailableDestinations = ready.Count > 0 ? ready : others.Count > 0 ? others : proxied.AllDestinations;
                    if (http.Request.Body.CanSeek)
                    {
                        http.Request.Body.Position = 0;
                    }

                    http.Features.Set<IForwarderErrorFeature>(null);
                    http.Response.StatusCode = StatusCodes.Status200OK;
                }

                await next(http);
                if (http.GetForwarderErrorFeature() is not { } failed || proxied.ProxiedDestination is not { } instance
                    || http.Response.HasStarted || http.RequestAborted.IsCancellationRequested)
                {
                    return false;
                }

                tried.Add(instance);
                if (WasRefused(failed))
                {
                    return tried.Count < proxied.AllDestinations.Count;
                }

                var again = !lost && failed.Error == ForwarderError.Request
                    && (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method));
                lost = true;
                return again;
            }, CancellationToken.None);
    }

    /// <summary>Whether there was no connection, so that the service cannot have seen anything of the request.</summary>
    private static bool WasRefused(IForwarderErrorFeature failed) =>
        failed.Error == ForwarderError.NoAvailableDestinations
        || failed.Exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError };
}

/// <summary>Connections to the services: few seconds to open, bounded in number, closed before the service would close them.</summary>
internal sealed class ServiceConnections : ForwarderHttpClientFactory
{
    private const int PerInstance = 256;

    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        handler.ConnectTimeout = TimeSpan.FromSeconds(2);
        handler.PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60);
        handler.MaxConnectionsPerServer = PerInstance;
        // As they were read: whether a header may have such characters is the service's to say, with a problem and not with a 502.
        handler.RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8;
    }

    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler) =>
        new SendOnce(handler);

    /// <summary>
    /// The handler itself resends a request without content when a kept connection breaks; with content, be it empty, it does not.
    /// A DELETE that the service carried out before it broke must not be sent again.
    /// </summary>
    private sealed class SendOnce(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Content is null && request.Method != HttpMethod.Get && request.Method != HttpMethod.Head)
            {
                request.Content = new ByteArrayContent([]);
            }

            return base.SendAsync(request, cancellationToken);
        }
    }
}
