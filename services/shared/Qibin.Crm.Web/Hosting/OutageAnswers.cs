using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Problems;
using Qibin.Crm.Web.Telemetry;
using Qibin.Crm.Work.Resilience;

namespace Qibin.Crm.Web.Hosting;

/// <summary>
/// Answers 503 within 5 seconds whatever a request hangs at while the database is away: the pool, a new connection, a statement, its
/// cancellation. Each of these has its own time-out, and together they are longer than a caller waits.
/// </summary>
internal static class OutageAnswers
{
    public static void UseOutageAnswers(this WebApplication app)
    {
        var outage = app.Services.GetRequiredService<DatabaseOutage>();
        app.Use(async (http, next) =>
        {
            if (TelemetryHost.IsProbe(http.Request.Path))
            {
                await next(http);
                return;
            }

            var away = outage.Away;
            if (away.IsCompleted)
            {
                await AnswerAsync(http);
                return;
            }

            var work = next(http);
            if (await Task.WhenAny(work, away) == work || http.Response.HasStarted)
            {
                await work;
                return;
            }

            // The next request on this connection would wait for the end of this one.
            http.Response.Headers.Connection = "close";
            await AnswerAsync(http);
            await http.Response.CompleteAsync();
            // It has the request's parts in its hands until it is let go. Whether it succeeds in the end, its key tells.
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
    }

    private static Task AnswerAsync(HttpContext http) =>
        ProblemWriter.Of(http).WriteAsync(http, Refusal.Busy("service.unavailable", 2));
}
