using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Qibin.Crm.Web.Telemetry;

/// <summary>
/// One line for each request: method, route, status, duration and principal. The route is the template, never the address, and the
/// principal is an id: no name, phone number or search text reaches the log.
/// </summary>
internal static partial class RequestLog
{
    private static readonly object ReplayedKey = new();

    /// <summary>Notes that the answer is the one kept for the request's Idempotency-Key.</summary>
    public static void Replayed(HttpContext http) => http.Items[ReplayedKey] = true;

    /// <summary>The request's id, the same in gateway, services, problems and log lines: its W3C trace id.</summary>
    public static string IdOf(HttpContext http) => Activity.Current?.TraceId.ToString() ?? http.TraceIdentifier;

    public static void UseRequestLog(this WebApplication app)
    {
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Qibin.Crm.Requests");
        app.Use(async (http, next) =>
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                await next(http);
            }
            finally
            {
                if (log.IsEnabled(LogLevel.Information) && !TelemetryHost.IsProbe(http.Request.Path))
                {
                    Answered(
                        log, http.Request.Method, RouteOf(http), http.Response.StatusCode,
                        Stopwatch.GetElapsedTime(started).TotalMilliseconds,
                        http.User.FindFirst("sub")?.Value ?? "anonymous", http.Items.ContainsKey(ReplayedKey) ? " replayed" : "");
                }
            }
        });
    }

    /// <summary>The template of the request's route; <c>-</c> for an address that nothing answers.</summary>
    public static string RouteOf(HttpContext http)
    {
        // After a fault the endpoint is kept only with the fault.
        var endpoint = http.GetEndpoint() ?? http.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
        return (endpoint as RouteEndpoint)?.RoutePattern.RawText ?? "-";
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Method} {Route} {Status} {Milliseconds:0.0} ms {Principal}{Replayed}")]
    private static partial void Answered(
        ILogger log, string method, string route, int status, double milliseconds, string principal, string replayed);
}
