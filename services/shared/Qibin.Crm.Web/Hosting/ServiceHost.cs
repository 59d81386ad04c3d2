using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Web.Audit;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Idempotency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Names;
using Qibin.Crm.Web.OpenApi;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Web.Problems;
using Qibin.Crm.Web.Telemetry;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Hosting;
using Qibin.Crm.Work.Jobs;
using Qibin.Crm.Work.Resilience;
using Qibin.Crm.Work.Scheduling;

namespace Qibin.Crm.Web.Hosting;

/// <summary>Name and texts of a service.</summary>
/// <param name="Name">Lower case, as in its queue, its OpenAPI document and its operations' addresses.</param>
/// <param name="Title">Title of the OpenAPI document.</param>
/// <param name="Problems">Texts of its problem codes.</param>
/// <param name="Constraints">Database constraints that enforce a rule.</param>
public sealed record ServiceDescription(
    string Name, string Title, IReadOnlyDictionary<string, ProblemText> Problems,
    IReadOnlyDictionary<string, RuleConstraint>? Constraints = null);

/// <summary>What every service shares: one call before building, one after.</summary>
public static class ServiceHost
{
    /// <summary>Requests that run at once in one process; the next 400 wait, more are answered 503.</summary>
    private const int ConcurrentRequests = 64;

    /// <summary>The shared parts of a service with a database of its own.</summary>
    public static WebApplicationBuilder AddServiceDefaults<TDb>(this WebApplicationBuilder builder, ServiceDescription service)
        where TDb : DbContext, IServiceDb
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddEdgeDefaults(service.Name, service.Problems, service.Constraints);
        var services = builder.Services;
        services.AddSingleton(service);
        services.AddTokenValidation();
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, ScopeChallenge>();
        services.AddHttpContextAccessor();
        services.AddScoped(provider =>
            provider.GetRequiredService<IHttpContextAccessor>().HttpContext is { } http ? Caller.From(http.User) : Caller.System);
        services.AddDatabase<TDb>();
        services.AddSingleton<BatchPlaces>();
        services.AddSingleton<LastStatement>();
        services.AddSingleton<IInterceptor>(provider => provider.GetRequiredService<LastStatement>());
        services.AddSingleton<IInterceptor, AuditInterceptor>();
        services.AddSingleton<ExplainFault>(provider => provider.GetRequiredService<FaultHandler>().RefusalOf);
        services.AddOpenApiDocument(service, typeof(TDb).Assembly);
        services.AddRateLimiter(limits =>
        {
            limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http =>
                TelemetryHost.IsProbe(http.Request.Path)
                    ? RateLimitPartition.GetNoLimiter("probe")
                    : RateLimitPartition.GetConcurrencyLimiter("all",
                        _ => new ConcurrencyLimiterOptions { PermitLimit = ConcurrentRequests, QueueLimit = 400 }));
            limits.OnRejected = async (context, _) => await ProblemWriter.Of(context.HttpContext)
                .WriteAsync(context.HttpContext, Refusal.Busy());
        });
        services.AddHealthChecks().AddCheck<DatabaseHealth<TDb>>("database", tags: ["ready"]);
        services.AddCleanup(new CleanupRule("api.idempotency", "created_at < $1 - interval '72 hours'", TimeSpan.FromHours(1)));
        // The chain of the identity service keeps them longer; these are what it can be compared with.
        services.AddCleanup(new CleanupRule("api.audit_entry", "at < $1 - interval '400 days'", TimeSpan.FromHours(1)));
        return builder;
    }

    /// <summary>What the gateway shares with the services: problems, strict JSON, limits, health, telemetry.</summary>
    public static WebApplicationBuilder AddEdgeDefaults(
        this WebApplicationBuilder builder, string name, IReadOnlyDictionary<string, ProblemText>? problems = null,
        IReadOnlyDictionary<string, RuleConstraint>? constraints = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // What is refused here ends the connection before its sender has seen why; the limits that answer are narrower.
            kestrel.Limits.MaxRequestBodySize = RequestBody.Lingering;
            kestrel.Limits.MaxRequestLineSize = 32 * 1024;
            kestrel.Limits.MaxRequestHeadersTotalSize = 64 * 1024;
            kestrel.Limits.MaxConcurrentConnections = 4000;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        });
        builder.Services.AddSettings<TelemetrySettings>();
        if (builder.Services.FirstOrDefault(s => s.ImplementationType == typeof(ConsoleLoggerProvider)) is { } console)
        {
            builder.Services.Remove(console);
        }

        builder.Services.AddSingleton<ILoggerProvider, LineLog>();
        builder.AddTelemetry(name);
        // First, so that whatever a deployment configures is stronger. The framework says of each request in five lines what RequestLog
        // says in one.
        builder.Services.PostConfigure<LoggerFilterOptions>(filters =>
        {
            foreach (var category in (string[])["Microsoft", "System.Net.Http", "Yarp"])
            {
                filters.Rules.Insert(0, new LoggerFilterRule(null, category, LogLevel.Warning, null));
            }

            filters.Rules.Insert(0, new LoggerFilterRule(null, "Microsoft.Hosting.Lifetime", LogLevel.Information, null));
            // A line or a stack for each request to a part that is away, and for each look at it. That it is away is said once, by
            // DatabaseOutage, the relay, the broker's link and Yarp's DestinationHealthUpdater; RequestLog has the status.
            foreach (var category in (string[])["Yarp.ReverseProxy.Forwarder", "Yarp.ReverseProxy.Health.ActiveHealthCheckMonitor",
                "Microsoft.Extensions.Diagnostics.HealthChecks"])
            {
                filters.Rules.Insert(0, new LoggerFilterRule(null, category, LogLevel.Critical, null));
            }
        });
        // A broken constraint is an answer, not a failure, and what is one is logged where it is answered, once.
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Critical);
        var services = builder.Services;
        services.AddSettings<StoppingSettings>();
        services.AddOptions<HostOptions>().Configure<IOptions<StoppingSettings>>(
            (host, stopping) => host.ShutdownTimeout = Drain.Longest(stopping.Value));
        services.AddSingleton<Drain>();
        services.AddHostedService(provider => provider.GetRequiredService<Drain>());
        services.AddHealthChecks().AddCheck<Drain>("stopping", tags: ["ready"]);
        services.TryAddSingleton(TimeProvider.System);
        services.AddResiliencePipelines();
        services.AddSingleton(provider => new ProblemCatalog(
            provider.GetServices<SharedProblems>().SelectMany(shared => shared.Texts)
                .Concat(problems ?? new Dictionary<string, ProblemText>())
                .ToDictionary(StringComparer.Ordinal), constraints, name == TelemetryHost.Gateway ? null : name));
        services.AddSingleton<ProblemWriter>();
        services.AddSingleton<IProblemDetailsWriter>(provider => provider.GetRequiredService<ProblemWriter>());
        services.AddProblemDetails();
        services.AddSingleton<FaultHandler>();
        services.AddExceptionHandler<FaultHandler>();
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(json => StrictJson.Configure(json.SerializerOptions));
        return builder;
    }

    /// <summary>The pipeline that every host runs before its operations.</summary>
    public static WebApplication UseEdgeDefaults(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseRequestLog();
        app.Use((http, next) =>
        {
            // A problem clears what was set before it.
            http.Response.OnStarting(static state =>
            {
                var (http, id) = ((HttpContext, string))state;
                http.Response.Headers.XContentTypeOptions = "nosniff";
                http.Response.Headers["X-Request-Id"] = id;
                return Task.CompletedTask;
            }, (http, RequestLog.IdOf(http)));
            return next(http);
        });
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseEdgeSizes();
        app.MapProblemPages(app.Services.GetRequiredService<ProblemCatalog>());
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions
        {
            Predicate = check => check.Tags.Contains("ready"),
            ResponseWriter = WriteHealth,
        }).AllowAnonymous();
        return app;
    }

    /// <summary>Maps the service's operations: everything in the group keeps the ground rules of the API.</summary>
    public static RouteGroupBuilder MapApi(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseEdgeDefaults();
        app.UseOutageAnswers();
        app.MapPrometheusScrapingEndpoint(TelemetryHost.MetricsPath).AllowAnonymous();
        app.Use(HeadAsGetAsync);
        app.Use(VaryAsync);
        app.UseRouting();
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseRefusalAudit();
        app.UseAuthorization();
        app.UseWhen(http => http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal),
            api => api.UseMiddleware<RequestBody>());
        app.MapSwagger("/swagger/{documentName}.json", document => document.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1)
            .AllowAnonymous();
        var api = app.MapGroup("/api/v1");
        if (app.Services.GetService<DirectoryNames>() is { } names)
        {
            api.AddEndpointFilter(async (context, next) =>
            {
                await names.RefreshAsync(context.HttpContext.RequestAborted);
                var answer = await next(context);
                if (!HttpMethods.IsGet(context.HttpContext.Request.Method))
                {
                    names.Wrote();
                }

                return answer;
            });
        }

        api.AddEndpointFilterFactory(StrictQuery.Create);
        api.AddEndpointFilter<LinkFilter>();
        api.AddEndpointFilter<VersionFilter>();
        api.AddEndpointFilter<WriteFilter>();
        return api;
    }

    /// <summary>
    /// Serves, or does what the arguments say: <c>migrate</c> brings database and broker up to date, <c>openapi</c> prints the OpenAPI
    /// document. <c>migrate serve</c> brings them up to date, prints <c>migrated</c>, and serves once it reads a line: whoever starts
    /// several services on one machine lets them serve when all are migrated, and starts each process once.
    /// </summary>
    public static async Task<int> RunServiceAsync(this WebApplication app, string[] args)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(args);
        app.CloseEndpoints();
        var command = string.Join(' ', args.Where(a => !a.StartsWith('-')));
        if (command != "openapi" && !app.HasItsSettings())
        {
            return 1;
        }

        switch (command)
        {
            case "migrate":
                await app.MigrateAsync(CancellationToken.None);
                return 0;
            case "migrate serve":
                await app.MigrateAsync(CancellationToken.None);
                Console.WriteLine("migrated");
                await Console.In.ReadLineAsync();
                await app.RunAsync();
                return 0;
            case "openapi":
                Console.WriteLine(OpenApiDocuments.Print(app.Services));
                return 0;
            default:
                await app.RunAsync();
                return 0;
        }
    }

    /// <summary>Serves; without its settings, names them on stderr instead.</summary>
    /// <returns>The process's exit code: 1 when a setting is missing or wrong.</returns>
    public static async Task<int> RunEdgeAsync(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (!app.HasItsSettings())
        {
            return 1;
        }

        await app.RunAsync();
        return 0;
    }

    private static bool HasItsSettings(this WebApplication app)
    {
        try
        {
            app.Services.GetRequiredService<IStartupValidator>().Validate();
            return true;
        }
        catch (Exception e) when (e is OptionsValidationException or AggregateException or InvalidOperationException)
        {
            var faults = (e is AggregateException several ? several.InnerExceptions : [e])
                .SelectMany(fault => fault is OptionsValidationException invalid ? invalid.Failures : [fault.Message]);
            foreach (var fault in faults.Order(StringComparer.Ordinal))
            {
                Console.Error.WriteLine(fault);
            }

            Console.Error.WriteLine("Set these keys; in environment variables write __ for the colon. The README lists all of them.");
            return false;
        }
    }

    /// <summary>Closes the list of operations, so that their classification and the document see all of them.</summary>
    public static void CloseEndpoints(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        ((IApplicationBuilder)app).UseEndpoints(_ => { });
        RefuseUnclassified(app);
    }

    /// <summary>Brings database and broker up to date.</summary>
    public static async Task MigrateAsync(this WebApplication app, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(app);
        foreach (var step in app.Services.GetServices<IMigrationStep>())
        {
            await Waiting.ForAsync(step.Needs, step.RunAsync, step.IsAway, app.Services, ct);
        }
    }

    /// <summary>HEAD is GET without the content (RFC 9110, 9.3.2), which the server leaves out by itself.</summary>
    private static async Task HeadAsGetAsync(HttpContext http, RequestDelegate next)
    {
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await next(http);
            return;
        }

        http.Request.Method = HttpMethods.Get;
        try
        {
            await next(http);
        }
        finally
        {
            http.Request.Method = HttpMethods.Head;
        }
    }

    /// <summary>What the API answers depends on who asks, and a problem on the language.</summary>
    private static Task VaryAsync(HttpContext http, RequestDelegate next)
    {
        http.Response.OnStarting(static state =>
        {
            var http = (HttpContext)state;
            if (http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
            {
                http.Response.Headers.Append("Vary", "Authorization, Accept-Language");
            }

            return Task.CompletedTask;
        }, http);
        return next(http);
    }

    private static void RefuseUnclassified(WebApplication app)
    {
        var open = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText?.StartsWith("/api/", StringComparison.Ordinal) == true
                && e.Metadata.GetMetadata<Access>() is null)
            .Select(e => e.DisplayName).ToList();
        if (open.Count > 0)
        {
            throw new InvalidOperationException("Operations without a classification: " + string.Join(", ", open));
        }
    }

    private static Task WriteHealth(HttpContext http, HealthReport report)
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        return http.Response.WriteAsJsonAsync(new
        {
            status = report.Status.ToString().ToLowerInvariant(),
            checks = report.Entries.ToDictionary(e => e.Key, e => e.Value.Status.ToString().ToLowerInvariant()),
            reasons = report.Entries.Where(e => e.Value.Status != HealthStatus.Healthy && e.Value.Description is not null)
                .ToDictionary(e => e.Key, e => e.Value.Description),
        });
    }
}
