using System.ComponentModel.DataAnnotations;
using Qibin.Crm.Work.Hosting;

namespace Qibin.Crm.Web.Telemetry;

/// <summary>
/// What a process reports. Traces, metrics and logs are sent by OTLP when the standard key <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; the
/// other keys of the OpenTelemetry specification hold as well (<c>OTEL_EXPORTER_OTLP_PROTOCOL</c>, <c>OTEL_RESOURCE_ATTRIBUTES</c>, …).
/// </summary>
[Settings("Telemetry")]
public sealed record TelemetrySettings
{
    /// <summary>Share of the traces that are recorded, from 0 to 1. The gateway decides; the services follow its decision.</summary>
    [Range(0d, 1d)]
    public double SampleRatio { get; init; } = 1;

    /// <summary>
    /// Address at which the gateway serves its Prometheus metrics, such as <c>http://127.0.0.1:9464</c>; nowhere unless set. A service
    /// serves them at its own <c>/metrics</c>, which the gateway does not route.
    /// </summary>
    public Uri? MetricsAddress { get; init; }
}
