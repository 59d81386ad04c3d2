using System.Globalization;
using Qibin.Crm.Web.Idempotency;
using Qibin.Crm.Work.Hosting;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Qibin.Crm.Gateway;

/// <summary>A service behind the gateway.</summary>
/// <param name="Name">Lower case.</param>
/// <param name="Title">For people, Chinese first.</param>
/// <param name="Seconds">
/// How long an answer may be silent before the gateway gives up with 504; <c>Limits:SilenceSeconds</c> overrides it.
/// </param>
/// <param name="Resources">First segments under <c>/api/v1</c> that this service answers.</param>
/// <param name="Pages">Other addresses that it answers, with everything below them.</param>
/// <param name="Setting">Where it is.</param>
internal sealed record Service(
    string Name, string Title, int Seconds, string[] Resources, string[] Pages, Func<ServiceAddresses, string> Setting);

/// <summary>Which service answers which addresses. Any other address is answered 404 by the gateway itself.</summary>
internal static class Routes
{
    public static IReadOnlyList<Service> Services { get; } =
    [
        new("leads", "线索 Leads", 30,
            [
                "first-contacts", "investors", "leads", "visits", "digest", "officers", "handovers", "referrers", "imports", "exports",
                "claims", "transfers", "pool", "bin", "calendar", "response-clock",
                "response-breaches", "ops/leads", "changes/leads",
            ], [], at => at.Leads),
        new("projects", "项目 Projects", 20, ["projects", "ops/projects", "changes/projects"], [], at => at.Projects),
        new("enterprises", "企业与载体 Enterprises", 20,
            ["enterprises", "industry-chains", "premises", "entry-applications", "tenancies", "ops/enterprises", "changes/enterprises"], [],
            at => at.Enterprises),
        new("pipeline", "总览 Pipeline", 30, ["pipeline", "ops/pipeline", "changes/pipeline"], [], at => at.Pipeline),
        new("identity", "身份与权限 Identity", 10,
            ["me", "approvals", "notices", "search", "users", "units", "clients", "audit", "ops/identity", "changes/identity"],
            ["/connect", "/.well-known", "/account"], at => at.Identity),
    ];

    /// <summary>Octets of the file that a request may bring; null for every request that brings none.</summary>
    public static int? LargestFile(HttpRequest request) =>
        HttpMethods.IsPut(request.Method) && request.Path.StartsWithSegments("/api/v1/imports", out var rest)
            && rest.Value?.EndsWith("/file", StringComparison.Ordinal) == true ? RequestBody.LargestFile : null;

    /// <summary>The address of a service's OpenAPI document at the gateway.</summary>
    public static string Document(Service service) => $"/swagger/{service.Name}/v1.json";

    /// <summary>The configured base addresses of a service; none when it is not deployed.</summary>
    public static IReadOnlyList<string> AddressesOf(Service service, IConfiguration configuration) =>
        service.Setting(configuration.Read<ServiceAddresses>())
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public static IReadOnlyList<RouteConfig> ForProxy() =>
    [
        .. from service in Services
           from path in service.Resources.Select(r => "/api/v1/" + r).Concat(service.Pages)
           select new RouteConfig { RouteId = path, ClusterId = service.Name, Match = new RouteMatch { Path = path + "/{**rest}" } },
        .. from service in Services
           let path = "/problems/" + service.Name
           select new RouteConfig { RouteId = path, ClusterId = service.Name, Match = new RouteMatch { Path = path + "/{**rest}" } },
        .. from service in Services
           select new RouteConfig
           {
               RouteId = Document(service),
               ClusterId = service.Name,
               Match = new RouteMatch { Path = Document(service) },
               Transforms = [new Dictionary<string, string> { ["PathSet"] = "/swagger/v1.json" }],
           },
    ];

    public static IReadOnlyList<ClusterConfig> Clusters(IConfiguration configuration) =>
    [
        .. from service in Services
           let addresses = AddressesOf(service, configuration)
           let silence = configuration.Read<LimitSettings>().SilenceSeconds ?? service.Seconds
           select new ClusterConfig
           {
               ClusterId = service.Name,
               LoadBalancingPolicy = "PowerOfTwoChoices",
               Destinations = addresses.Select((address, i) => (address, Id: i.ToString(CultureInfo.InvariantCulture)))
                   .ToDictionary(d => d.Id, d => new DestinationConfig { Address = d.address }),
               HttpRequest = new ForwarderRequestConfig { ActivityTimeout = TimeSpan.FromSeconds(silence) },
               // One instance is used whatever it says of itself; of several, those that are ready.
               HealthCheck = addresses.Count < 2 ? null : new HealthCheckConfig
               {
                   AvailableDestinationsPolicy = "HealthyOrPanic",
                   Active = new ActiveHealthCheckConfig
                   {
                       Enabled = true,
                       Interval = TimeSpan.FromSeconds(2),
                       Timeout = TimeSpan.FromSeconds(2),
                       Path = "/health/ready",
                   },
               },
           },
    ];
}
