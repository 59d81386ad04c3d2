using System.Text.Json;
using System.Text.RegularExpressions;
using Qibin.Crm.Kernel;
using Qibin.Crm.Local;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.EndToEnd.Tests;

/// <summary>A system that somebody watches: its traces go to a receiver, its metrics are read.</summary>
public sealed class ObservedSystem : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("qibin-observed-");

    public LocalSystem System { get; private set; } = null!;

    public OtlpReceiver Traces { get; private set; } = null!;

    /// <summary>Where the gateway serves its metrics.</summary>
    public Uri GatewayMetrics { get; } = new($"http://127.0.0.1:{Servers.Ports.Free()}/");

    public async ValueTask InitializeAsync()
    {
        Traces = await OtlpReceiver.StartAsync();
        System = await LocalSystem.StartAsync(new LocalOptions
        {
            Data = _directory.FullName,
            Port = Servers.Ports.Free(),
            Durable = false,
            Settings = new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Traces.Address,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
                ["Telemetry:MetricsAddress"] = GatewayMetrics.GetLeftPart(UriPartial.Authority),
            },
        });
    }

    public async ValueTask DisposeAsync()
    {
        await System.DisposeAsync();
        await Traces.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}

/// <summary>What an operator can see of the running system.</summary>
public sealed partial class ObservabilityTests(ObservedSystem observed) : IClassFixture<ObservedSystem>
{
    /// <summary>How Npgsql names the spans of statements.</summary>
    private const string Statement = "postgresql";

    [Fact]
    public async Task One_first_contact_is_one_trace_from_the_gateway_to_the_pipeline()
    {
        var traceId = NewTraceId();
        using var officer = await OfficerAsync();

        (await officer.SendAsync(HttpMethod.Post, "/api/v1/first-contacts", FirstContact(), headers: Traced(traceId))).Is(201);

        // Each service sends its spans when it has some; the last ones to arrive need not be the pipeline's.
        var spans = await Eventually.GetAsync(() => Task.FromResult(SpansOf(traceId)), found =>
            found.Any(s => s is { Service: "pipeline", Name: "consume LeadOpened" })
                && found.Any(s => s is { Service: "leads", Name: "POST /api/v1/first-contacts" })
                && found.Any(s => s is { Service: "gateway", Name: "POST /api/v1/first-contacts/{**rest}" }));
        Assert.Contains(spans, s => s is { Service: "leads", Name: "POST /api/v1/first-contacts" });
        Assert.Contains(spans, s => s is { Service: "leads", Name: Statement });
        Assert.Equal(["pipeline", "leads", "leads", "gateway", "gateway"],
            Upwards(spans, spans.First(s => s is { Service: "pipeline", Name: "consume LeadOpened" })));
        Assert.Empty(SpansOf(NewTraceId()));
    }

    [Fact]
    public async Task The_trace_of_a_problem_is_found_by_its_trace_id()
    {
        using var officer = await OfficerAsync();

        var problem = (await officer.GetAsync($"/api/v1/leads/{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}"))
            .IsProblem(404, "resource.notFound");

        var traceId = problem.Json.GetProperty("traceId").GetString()!;
        await Eventually.GetAsync(() => Task.FromResult(SpansOf(traceId)),
            found => found.Any(s => s.Service == "gateway") && found.Any(s => s.Service == "leads"));
    }

    [Fact]
    public async Task Statements_of_work_that_polls_make_no_traces()
    {
        using var officer = await OfficerAsync();
        (await officer.SendAsync(HttpMethod.Post, "/api/v1/first-contacts", FirstContact(), headers: Traced(NewTraceId()))).Is(201);
        await Eventually.TrueAsync(() => Task.FromResult(observed.Traces.Spans.Any(s => s.Service == "pipeline")));

        Assert.Contains(observed.Traces.Spans, s => s.Name == Statement);
        Assert.DoesNotContain(observed.Traces.Spans, s => s.Name == Statement && s.ParentId.Length == 0);
    }

    [Fact]
    public async Task Board_and_alert_rules_name_only_metrics_that_are_served()
    {
        using var officer = await OfficerAsync();
        (await officer.PostAsync("/api/v1/first-contacts", FirstContact())).Is(201);
        var used = Directory.GetFiles(Path.Combine(Repository.Root, "deploy/dashboards")).SelectMany(Expressions).SelectMany(MetricNames)
            .ToHashSet(StringComparer.Ordinal);
        Assert.True(used.Count > 20, string.Join(", ", used));
        Assert.Equal(["qibin_no_such_metric"],
            MetricNames("max by (db_client_connection_pool_name) (qibin_no_such_metric{http_route=\"x\"}) > 0"));

        // What only happens now and then (a job, a retry) is served once it has happened.
        HashSet<string> rare = ["qibin_job_step_duration_seconds_bucket", "resilience_polly_strategy_events_total"];
        await Eventually.GetAsync(
            async () => string.Join(", ", used.Except(rare).Except((await EverybodyAsync()).Select(s => s.Name))),
            missing => missing.Length == 0);
    }

    [Fact]
    public async Task A_consumer_that_is_stopped_shows_within_a_minute()
    {
        await Eventually.GetAsync(
            () => Metrics.ScrapeAsync(observed.GatewayMetrics), m => m.Of("qibin_service_ready", "service=\"pipeline\"") == 1);

        await observed.System.Process("pipeline").StopAsync();

        await Eventually.GetAsync(
            () => Metrics.ScrapeAsync(observed.GatewayMetrics), m => m.Of("qibin_service_ready", "service=\"pipeline\"") == 0,
            TimeSpan.FromSeconds(60));
        Assert.Equal(1, (await Metrics.ScrapeAsync(observed.GatewayMetrics)).Of("qibin_service_ready", "service=\"leads\""));
        await observed.System.Process("pipeline").StartAgainAsync();
        await observed.System.Process("pipeline").WaitReadyAsync();
    }

    private async Task<List<Sample>> EverybodyAsync()
    {
        var all = new List<Sample>(await Metrics.ScrapeAsync(observed.GatewayMetrics));
        foreach (var part in observed.System.Parts.Where(p => p is { Address: not null } && p.Name != "gateway"))
        {
            all.AddRange(await Metrics.ScrapeAsync(part.Address!));
        }

        return all;
    }

    private async Task<ApiClient> OfficerAsync()
    {
        var officer = observed.System.Access.Users.First(u => u.Role == "officer");
        var token = (await SignIn.AsAsync(observed.System.Gateway, officer.UserName, officer.Password)).AccessToken;
        return new ApiClient(new HttpClient { BaseAddress = observed.System.Gateway }, token);
    }

    /// <summary>A first contact with an investor that nobody has entered.</summary>
    private static object FirstContact() => new
    {
        investorName = new string([.. Random.Shared.GetItems("安邦诚德恒丰广海嘉康隆明宁鹏瑞盛泰天旺新兴永裕远中卓".ToCharArray(), 6)]) + "（演示）",
        personName = "示例人",
        phone = $"170{Random.Shared.Next(10_000_000, 99_999_999)}",
        channel = "phone",
        summary = "电话初步沟通。",
        nextStep = "发送资料",
        nextStepDueOn = TimeProvider.System.Today().AddDays(3),
        occurredOn = TimeProvider.System.Today(),
    };

    private static string NewTraceId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("N");

    private static Action<HttpRequestMessage> Traced(string traceId) =>
        request => request.Headers.Add("traceparent", $"00-{traceId}-00000000000000a1-01");

    private List<Span> SpansOf(string traceId) => [.. observed.Traces.Spans.Where(s => s.TraceId == traceId)];

    /// <summary>The services through which a span was reached, from itself to the entry; statements left out.</summary>
    private static List<string> Upwards(List<Span> spans, Span from)
    {
        var services = new List<string>();
        for (var span = from; span is not null; span = spans.SingleOrDefault(s => s.SpanId == span.ParentId))
        {
            services.Add(span.Service);
        }

        return services;
    }

    /// <summary>The expressions of a board or of alert rules.</summary>
    private static IEnumerable<string> Expressions(string file) => Path.GetExtension(file) switch
    {
        ".json" => ExpressionInJson().Matches(File.ReadAllText(file))
            .Select(match => JsonSerializer.Deserialize<string>(match.Groups["text"].Value)!),
        ".yml" => ExpressionInYaml().Matches(File.ReadAllText(file)).Select(match => match.Groups["text"].Value),
        _ => [],
    };

    /// <summary>Names of the metrics in an expression of PromQL: what is no label.</summary>
    private static IEnumerable<string> MetricNames(string expression) =>
        MetricName().Matches(Labels().Replace(expression, "")).Select(match => match.Value);

    [GeneratedRegex(@"""expr"": (?<text>""(\\.|[^""])*"")", RegexOptions.ExplicitCapture)]
    private static partial Regex ExpressionInJson();

    [GeneratedRegex(@"expr: (?<text>[\s\S]*?)\n\s+(for|labels):", RegexOptions.ExplicitCapture)]
    private static partial Regex ExpressionInYaml();

    [GeneratedRegex(@"\bby \([^)]*\)|\{[^}]*\}")]
    private static partial Regex Labels();

    [GeneratedRegex(@"\b(qibin|http|db_client|dotnet|resilience_polly)_\w+", RegexOptions.ExplicitCapture)]
    private static partial Regex MetricName();
}
