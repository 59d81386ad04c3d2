using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Telemetry;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Web.Problems;

/// <summary>
/// Writes every problem answer: refusals, broken rules, validation errors of the framework and bare status codes. It answers
/// problem+json whatever the client accepts, since a refusal without words helps nobody.
/// </summary>
public sealed class ProblemWriter(ProblemCatalog catalog, IOptions<JsonOptions> json) : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    /// <summary>Called by the framework: validation errors and status codes without a body.</summary>
    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var http = context.HttpContext;
        if (context.ProblemDetails is HttpValidationProblemDetails validation)
        {
            return new(WriteAsync(http, Refusal.Invalid(Faults(validation.Errors))));
        }

        var status = context.ProblemDetails.Status ?? http.Response.StatusCode;
        return new(WriteAsync(http, new Refusal(status, CommonProblems.CodeOf(status))));
    }

    /// <summary>Answers the request with a refusal.</summary>
    public async Task WriteAsync(HttpContext http, Refusal refusal, IReadOnlyList<string>? missing = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(refusal);
        var problem = Describe(http, refusal, missing);
        http.Response.StatusCode = refusal.Status;
        http.Response.ContentType = "application/problem+json; charset=utf-8";
        http.Response.Headers.ContentLanguage = English(http) ? "en" : "zh-CN";
        http.Response.Headers.CacheControl = "no-store";
        if (refusal.RetryAfter is int seconds
            || (refusal.Status is 429 or 503 && http.Response.Headers.RetryAfter.Count == 0 && (seconds = 1) > 0))
        {
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(
                JsonSerializer.SerializeToUtf8Bytes(problem, json.Value.SerializerOptions), http.RequestAborted);
        }
    }

    /// <summary>The problem's content, for answers that hold several, such as a batch.</summary>
    public Problem Describe(HttpContext http, Refusal refusal, IReadOnlyList<string>? missing = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(refusal);
        var english = English(http);
        return new Problem
        {
            Type = catalog.PageOf(refusal.Code),
            Title = catalog.Text(refusal.Code, english, refusal.Arguments),
            Status = refusal.Status,
            Instance = http.Request.Path.Value ?? "/",
            Code = refusal.Code,
            Errors = refusal.Faults.Count == 0 ? null :
                [.. refusal.Faults.Select(
                    f => new ProblemError { Pointer = f.Pointer, Code = f.Code, Message = catalog.Text(f.Code, english, f.Arguments) })],
            Missing = missing is { Count: > 0 } ? missing : null,
            Candidates = refusal.Candidates.Count == 0 ? null : refusal.Candidates,
            Talks = refusal.Talks.Count == 0 ? null : refusal.Talks,
            Next = refusal.Next,
            TraceId = RequestLog.IdOf(http),
        };
    }

    /// <summary>A refusal as a result of a handler.</summary>
    public static ProblemWriter Of(HttpContext http) => http.RequestServices.GetRequiredService<ProblemWriter>();

    /// <summary>Errors that the framework's validation found, as pointers with codes: see <see cref="ShapeAttribute"/>.</summary>
    internal static IEnumerable<Fault> Faults(IEnumerable<KeyValuePair<string, string[]>> errors) =>
        from entry in errors
        from message in entry.Value
        let parts = message.Split('|')
        select parts[0].Contains(' ') || !parts[0].Contains('.')
            ? new Fault(Pointer(entry.Key), "request.invalid")
            : parts is [_, ['/', ..] within] ? new Fault(Pointer(entry.Key) + within, parts[0])
            : new Fault(Pointer(entry.Key), parts[0], [.. parts.Skip(1)]);

    /// <summary><c>Investor.People[0].Phone</c> becomes <c>/investor/people/0/phone</c>.</summary>
    private static string Pointer(string path)
    {
        var pointer = new StringBuilder();
        foreach (var segment in path.Replace("]", "", StringComparison.Ordinal).Split('.', '['))
        {
            if (segment.Length > 0)
            {
                pointer.Append('/').Append(char.ToLowerInvariant(segment[0])).Append(segment.AsSpan(1));
            }
        }

        return pointer.ToString();
    }

    /// <summary>Whether Accept-Language prefers English to Chinese; without a preference it is Chinese.</summary>
    public static bool English(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (!MediaTypeLanguages.TryParse(http.Request.Headers.AcceptLanguage, out var best))
        {
            return false;
        }

        return best.StartsWith("en", StringComparison.OrdinalIgnoreCase);
    }

    private static class MediaTypeLanguages
    {
        public static bool TryParse(Microsoft.Extensions.Primitives.StringValues header, out string best)
        {
            best = "";
            if (!StringWithQualityHeaderValue.TryParseList(header, out var languages))
            {
                return false;
            }

            best = languages
                .Where(l => l.Value.StartsWith("en", StringComparison.OrdinalIgnoreCase)
                    || l.Value.StartsWith("zh", StringComparison.OrdinalIgnoreCase))
                .OrderByDescending(l => l.Quality ?? 1)
                .Select(l => l.Value.Value ?? "")
                .FirstOrDefault("");
            return best.Length > 0;
        }
    }
}
