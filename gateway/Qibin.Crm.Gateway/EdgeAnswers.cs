using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;
using Qibin.Crm.Work.Hosting;

namespace Qibin.Crm.Gateway;

/// <summary>How answers reach whoever asked: compressed, and readable by pages of allowed origins.</summary>
internal static class EdgeAnswers
{
    /// <summary>
    /// What is compressed. Pages with forms are not: they hold a secret beside what the caller sent, which the length would betray
    /// (BREACH). The API's secrets are in header fields.
    /// </summary>
    private static readonly string[] Compressed =
        ["application/json", "application/problem+json", "text/csv", "text/css", "text/javascript", "application/javascript"];

    /// <summary>Header fields of answers that a page may read beside those that every page may.</summary>
    private static readonly string[] Exposed =
    [
        "ETag", "Location", "Link", "Retry-After", "WWW-Authenticate", "RateLimit", "RateLimit-Policy", "X-Request-Id",
        "Idempotency-Replayed", "Content-Disposition",
    ];

    public static void AddEdgeAnswers(this WebApplicationBuilder builder)
    {
        builder.Services.AddResponseCompression(compression =>
        {
            compression.EnableForHttps = true;
            compression.MimeTypes = Compressed;
        });
        builder.Services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Fastest);
        builder.Services.Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = CompressionLevel.Fastest);
        builder.Services.AddCors();
    }

    public static void UseEdgeAnswers(this WebApplication app)
    {
        app.UseResponseCompression();
        var origins = app.Configuration.Read<EdgeSettings>().AllowedOrigins
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (origins.Length > 0)
        {
            app.UseCors(cors => cors.WithOrigins(origins).AllowAnyMethod().AllowAnyHeader().WithExposedHeaders(Exposed)
                .SetPreflightMaxAge(TimeSpan.FromHours(1)));
        }
    }
}
