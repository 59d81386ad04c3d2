using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Web.Idempotency;

/// <summary>
/// Reads a request's body ahead of everything that wants it: JSON in UTF-8 and nothing else, of at most 1 MB, and for a keyed
/// request its hash, to know a repeat from another request.
/// </summary>
public sealed class RequestBody(RequestDelegate next)
{
    private const int Largest = 1 << 20;

    /// <summary>Octets of a refused body that are still read, so that its sender gets to see the refusal.</summary>
    internal const int Lingering = 8 << 20;

    private static readonly object HashKey = new();

    public async Task InvokeAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        var request = http.Request;
        var file = http.GetEndpoint()?.Metadata.GetMetadata<TakesFile>();
        RefuseOtherThanJson(request, file is not null);
        using var place = file is null ? null : FilePlace.Take();
        await TakeAsync(http, file?.Largest);
        if (WriteFilter.NeedsKey(request.Method))
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString}\n"));
            if (request.Body is MemoryStream body)
            {
                hash.AppendData(body.GetBuffer().AsSpan(0, (int)body.Length));
            }

            http.Items[HashKey] = hash.GetHashAndReset();
        }

        await next(http);
    }

    public static byte[] HashOf(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return (byte[])http.Items[HashKey]!;
    }

    /// <summary>Octets of the largest file that an operation takes; the gateway lets no more through.</summary>
    public const int LargestFile = 32 << 20;

    /// <summary>Takes the whole body into memory. What stalls (under 240 octets a second) ends in 408.</summary>
    /// <param name="http">The request.</param>
    /// <param name="largestFile">Octets of the file that it brings; null for everything else.</param>
    /// <exception cref="Refusal">413: over 1 MB, or over the limit of files, with or without a Content-Length.</exception>
    public static async Task TakeAsync(HttpContext http, int? largestFile = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        var request = http.Request;
        if (http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return;
        }

        var largest = largestFile ?? Largest;
        if (largestFile is { } size && http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = size + Lingering;
        }

        var body = new MemoryStream((int)Math.Min(request.ContentLength ?? 0, 64 * 1024));
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            long total = 0;
            int read;
            while ((read = await request.Body.ReadAsync(buffer, http.RequestAborted)) > 0)
            {
                total += read;
                if (total <= largest)
                {
                    body.Write(buffer, 0, read);
                }
            }

            if (total > largest)
            {
                throw largestFile is { } file
                    ? new Refusal(StatusCodes.Status413PayloadTooLarge, "request.fileTooLarge", file >> 20)
                    : new Refusal(StatusCodes.Status413PayloadTooLarge, "request.tooLarge");
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        body.Position = 0;
        request.Body = body;
    }

    /// <summary>RFC 8259 has JSON in UTF-8; the framework would take other encodings, and fail on unknown ones.</summary>
    private static void RefuseOtherThanJson(HttpRequest request, bool file)
    {
        var plain = request.Headers.ContentEncoding.Count == 0 || request.Headers.ContentEncoding.ToString() is "" or "identity";
        if (!plain || (!file && MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.Charset is { HasValue: true } charset
            && !charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            && !charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase)))
        {
            throw new Refusal(StatusCodes.Status415UnsupportedMediaType, "request.mediaType");
        }
    }
}

/// <summary>Marks an operation that takes a file of at most this many octets as its body.</summary>
/// <param name="Largest">Octets.</param>
public sealed record TakesFile(int Largest);

/// <summary>
/// A place for one file in memory. There are 4 in a process, so that files can never take the memory that all other requests need.
/// </summary>
public sealed class FilePlace : IDisposable
{
    private const int Places = 4;
    private static int s_taken;
    private int _left;

    private FilePlace()
    {
    }

    /// <exception cref="Refusal">503: all places are taken.</exception>
    public static FilePlace Take()
    {
        if (Interlocked.Increment(ref s_taken) > Places)
        {
            Interlocked.Decrement(ref s_taken);
            throw Refusal.Busy(retryAfter: 5);
        }

        return new FilePlace();
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _left, 1) == 0)
        {
            Interlocked.Decrement(ref s_taken);
        }
    }
}
