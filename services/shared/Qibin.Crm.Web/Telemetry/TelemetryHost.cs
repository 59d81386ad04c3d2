using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Qibin.Crm.Work.Hosting;

namespace Qibin.Crm.Web.Telemetry;

/// <summary>Metrics of every process, and its traces and logs where OTLP is configured.</summary>
public static class TelemetryHost
{
    /// <summary>Where a service serves its metrics.</summary>
    public const string MetricsPath = "/metrics";

    /// <summary>The name by which the gateway appears in traces and metrics.</summary>
    public const string Gateway = "gateway";

    private static readonly string[] Meters =
    [
        "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.RateLimiting", "System.Net.Http",
        "System.Runtime", "Npgsql", "Polly", "Qibin.Crm.*",
    ];

    internal static void AddTelemetry(this WebApplicationBuilder builder, string name)
    {
        var settings = builder.Configuration.Read<TelemetrySettings>();
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(name, serviceNamespace: "qibin"))
            .WithMetrics(metrics => metrics.AddMeter(Meters).AddPrometheusExporter());
        if (!SendsOtlp(builder.Configuration))
        {
            // Nobody would get the spans, so none are made; ids of traces are passed on all the same.
            return;
        }

        telemetry.WithTracing(tracing => tracing
                .SetSampler(new EntrySampler(settings.SampleRatio, trustsCaller: name != Gateway))
                .AddAspNetCoreInstrumentation(requests => requests.Filter = http => !IsProbe(http.Request.Path))
                .AddHttpClientInstrumentation()
                .AddSource("Npgsql", "Qibin.Crm.*"))
            .WithLogging()
            .UseOtlpExporter();
    }

    /// <summary>Adds the gateway's listener for metrics. Call it before building.</summary>
    public static void AddMetricsListener(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (MetricsAddress(builder.Configuration) is { } address)
        {
            builder.WebHost.UseUrls(
                $"{builder.Configuration[WebHostDefaults.ServerUrlsKey] ?? "http://localhost:5000"};"
                    + $"{address.GetLeftPart(UriPartial.Authority)}");
        }
    }

    /// <summary>Serves the metrics at the gateway's own listener for them, and nothing else there.</summary>
    public static void UseMetricsListener(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (MetricsAddress(app.Configuration) is not { } address)
        {
            return;
        }

        app.UseWhen(http => http.Connection.LocalPort == address.Port, metrics =>
        {
            metrics.UseOpenTelemetryPrometheusScrapingEndpoint(MetricsPath);
            metrics.Run(http =>
            {
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            });
        });
    }

    /// <summary>Whether a path is asked for by machines that watch the process.</summary>
    internal static bool IsProbe(PathString path) => path.StartsWithSegments("/health") || path.StartsWithSegments(MetricsPath);

    /// <summary>Whether somebody gets the gateway's metrics.</summary>
    public static bool IsGatewayWatched(IConfiguration configuration) =>
        SendsOtlp(configuration) || MetricsAddress(configuration) is not null;

    private static bool SendsOtlp(IConfiguration configuration) => !string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);

    private static Uri? MetricsAddress(IConfiguration configuration) => configuration.Read<TelemetrySettings>().MetricsAddress;

    /// <summary>
    /// Decides about a trace where it begins; later spans follow their parent. The gateway decides even when its caller sent a trace
    /// context, since a caller from outside must not be able to have everything recorded. Statements and requests of background
    /// work that polls have no parent and are left out.
    /// </summary>
    private sealed class EntrySampler(double ratio, bool trustsCaller) : Sampler
    {
        private readonly TraceIdRatioBasedSampler _ratio = new(ratio);

        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
        {
            var parent = samplingParameters.ParentContext;
            if (parent.TraceId != default && (trustsCaller || !parent.IsRemote))
            {
                return new SamplingResult(
                    parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);
            }

            return parent.TraceId == default && samplingParameters.Kind == ActivityKind.Client
                ? new SamplingResult(SamplingDecision.Drop)
                : _ratio.ShouldSample(samplingParameters);
        }
    }
}
