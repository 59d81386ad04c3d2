using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Problems;

namespace Qibin.Crm.Identity.Account;

/// <summary>
/// At most 240 tries a minute from one address, since a whole office signs in from one, and 60 from a known device, which is counted by
/// itself: a caller that uses up the address's tries keeps none of these out. Answered 429. The address is the one that the gateway
/// names; who reaches this service past the gateway is inside already.
/// </summary>
internal sealed class SignInLimit(Devices devices) : IRateLimiterPolicy<string>
{
    public const string Name = "sign-in";
    public const int PerMinute = 240;
    public const int PerMinuteOfDevice = 60;

    public Func<OnRejectedContext, CancellationToken, ValueTask>? OnRejected { get; } = async (rejected, _) =>
    {
        var http = rejected.HttpContext;
        http.Response.Headers.RetryAfter = "60";
        var page = ProblemWriter.English(http)
            ? Pages.Page(http, "Too many tries", Pages.Alert("Too many tries from this address. Please wait a minute."),
            StatusCodes.Status429TooManyRequests)
            : Pages.Page(http, "尝试次数过多", Pages.Alert("来自该地址的登录尝试过多，请一分钟后再试。"), StatusCodes.Status429TooManyRequests);
        await page.ExecuteAsync(http);
    };

    public RateLimitPartition<string> GetPartition(HttpContext httpContext)
    {
        var (key, limit) = devices.Of(httpContext) is { } device
            ? (device.Id.ToString(), PerMinuteOfDevice)
            : (ClientOrigin.NetworkOf(ClientOrigin.AddressOf(httpContext)), PerMinute);
        return RateLimitPartition.GetFixedWindowLimiter(
            key, _ => new FixedWindowRateLimiterOptions { PermitLimit = limit, Window = TimeSpan.FromMinutes(1) });
    }
}
