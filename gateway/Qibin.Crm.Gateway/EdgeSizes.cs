using System.Buffers;
using Microsoft.AspNetCore.Http.Features;
using Qibin.Crm.ServiceDefaults;

namespace Qibin.Crm.Gateway;

/// <summary>
/// Sizes of a request. Kestrel answers what is over its own limits without words, so those are set wider, and what lies between
/// is answered with a problem.
/// </summary>
internal static class EdgeSizes
{
    /// <summary>Octets of path and query; RFC 9110 asks for 8,000 at least.</summary>
    private const int LongestTarget = 8000;

    /// <summary>Octets of all header fields; the services behind take 16 KB.</summary>
    private const int LargestHeaders = 14 * 1024;

    private const int LargestBody = 1 << 20;

    /// <summary>Octets of a refused body that are still read, so that its sender gets to see the refusal.</summary>
    private const int Lingering = 8 << 20;

    public static void AddEdgeSizes(this WebApplicationBuilder builder) => builder.WebHost.ConfigureKestrel(kestrel =>
    {
        kestrel.Limits.MaxRequestLineSize = 32 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 64 * 1024;
        kestrel.Limits.MaxConcurrentConnections = 4000;
    });

    public static void UseEdgeSizes(this WebApplication app) => app.Use((http, next) =>
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (target.Length > LongestTarget)
        {
            throw new Refusal(StatusCodes.Status414UriTooLong, "request.targetTooLong");
        }

        var headers = 0;
        foreach (var (name, values) in http.Request.Headers)
        {
            foreach (var value in values)
            {
                headers += name.Length + (value?.Length ?? 0) + 4;
            }
        }

        return headers <= LargestHeaders ? next(http) : throw new Refusal(StatusCodes.Status431RequestHeaderFieldsTooLarge, "request.headersTooLarge");
    });

    /// <summary>
    /// Takes the whole body before a service is bothered with it: a slow sender holds no place there, and what is too large or
    /// stalls (under 240 octets a second, 408) is refused here.
    /// </summary>
    public static async Task TakeBodyAsync(HttpContext http)
    {
        var request = http.Request;
        if (http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return;
        }

        http.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        var body = new MemoryStream((int)Math.Min(request.ContentLength ?? 0, 64 * 1024));
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            long total = 0;
            int read;
            while ((read = await request.Body.ReadAsync(buffer, http.RequestAborted)) > 0 && (total += read) <= Lingering)
            {
                if (total <= LargestBody)
                {
                    body.Write(buffer, 0, read);
                }
            }

            if (total > LargestBody)
            {
                throw new Refusal(StatusCodes.Status413PayloadTooLarge, "request.tooLarge");
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        body.Position = 0;
        request.Body = body;
    }
}
