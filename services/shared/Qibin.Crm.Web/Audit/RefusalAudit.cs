using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Web.Audit;

/// <summary>
/// Audits what a caller may never do: operations that its roles or scopes do not permit (403). The first 30 a minute of one caller are
/// kept, so that nobody fills the table; the request log has all of them.
/// </summary>
internal static partial class RefusalAudit
{
    private const int MostInAMinute = 30;

    public static void UseRefusalAudit(this WebApplication app)
    {
        var limiter = PartitionedRateLimiter.Create<HttpContext, string>(http => RateLimitPartition.GetFixedWindowLimiter(
            http.User.FindFirst("sub")?.Value ?? "", _ => new FixedWindowRateLimiterOptions
            {
                PermitLimit = MostInAMinute,
                Window = TimeSpan.FromMinutes(1),
            }));
        app.Lifetime.ApplicationStopped.Register(limiter.Dispose);
        app.Use(async (http, next) =>
        {
            await next(http);
            if (http.Response.StatusCode != StatusCodes.Status403Forbidden || AuditInterceptor.OperationOf(http) is null)
            {
                return;
            }

            using var permit = limiter.AttemptAcquire(http);
            if (permit.IsAcquired)
            {
                await KeepAsync(http);
            }
        });
    }

    private static async Task KeepAsync(HttpContext http)
    {
        // A context of its own: the request's may hold what a refused handler has added.
        await using var scope = http.RequestServices.GetRequiredService<IServiceScopeFactory>().CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ScopedDb>().Context;
        try
        {
            db.Add(AuditInterceptor.RefusalOf(http, http.RequestServices.GetRequiredService<TimeProvider>()));
            await db.SaveChangesAsync(http.RequestAborted);
        }
        catch (Exception e) when (DatabaseFaults.Of(e) == DatabaseFault.Away || e is OperationCanceledException)
        {
            NotKept(http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(RefusalAudit)), e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A refused access is not in the audit: {Reason}")]
    private static partial void NotKept(ILogger log, string reason);
}
