using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Qibin.Crm.ServiceDefaults;

/// <summary>Reads a keyed request's body ahead of binding, to know a repeat from another request by its hash.</summary>
internal sealed class RequestBody(RequestDelegate next)
{
    private const int Limit = 1 << 20;
    private static readonly object HashKey = new();

    public async Task InvokeAsync(HttpContext http)
    {
        var request = http.Request;
        if (WriteFilter.NeedsKey(request.Method))
        {
            request.EnableBuffering(bufferThreshold: Limit, bufferLimit: Limit + 1);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString}\n"));
            var buffer = new byte[16 * 1024];
            int read;
            while ((read = await request.Body.ReadAsync(buffer, http.RequestAborted)) > 0)
            {
                hash.AppendData(buffer, 0, read);
            }

            request.Body.Position = 0;
            http.Items[HashKey] = hash.GetHashAndReset();
        }

        await next(http);
    }

    public static byte[] HashOf(HttpContext http) => (byte[])http.Items[HashKey]!;
}
