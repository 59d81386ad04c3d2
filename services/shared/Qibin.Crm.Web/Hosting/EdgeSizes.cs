using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Web.Hosting;

/// <summary>
/// Sizes of a request's address and header fields. Kestrel answers what is over its own limits without words, so those are set
/// wider (32 KB and 64 KB), and what lies between is answered with a problem.
/// </summary>
internal static class EdgeSizes
{
    /// <summary>Octets of path and query; RFC 9110 asks for 8,000 at least.</summary>
    private const int LongestTarget = 8000;

    /// <summary>Octets of all header fields.</summary>
    private const int LargestHeaders = 16 * 1024;

    public static void UseEdgeSizes(this WebApplication app) => app.Use((http, next) =>
    {
        if (http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Length > LongestTarget)
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

        return headers <= LargestHeaders ? next(http)
            : throw new Refusal(StatusCodes.Status431RequestHeaderFieldsTooLarge, "request.headersTooLarge");
    });
}
