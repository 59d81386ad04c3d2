using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.OpenApi;
using Qibin.Crm.Web.Idempotency;
using Qibin.Crm.Web.Problems;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Qibin.Crm.Web.OpenApi;

/// <summary>The parts that all operations share: header fields and refusals, each published once.</summary>
internal sealed class CommonParts(ProblemCatalog catalog) : IDocumentFilter
{
    public const string NotModified = "NotModified";

    /// <summary>Header fields of answers.</summary>
    private static readonly (string Name, bool Required, string Description)[] Fields =
    [
        ("ETag", true, "The entity tag of the resource that the address names, or Location where it is sent: opaque, for If-Match."),
        ("Location", true, "Path of what was created, or of the job."),
        ("Link", false, "The next page (`rel=\"next\"`); absent on the last one."),
        ("Retry-After", false, "Seconds after which a repeat may succeed; always sent with 429 and 503."),
        ("WWW-Authenticate", false,
            "RFC 6750: `Bearer`, with `invalid_token` for a token that is not valid, and with `insufficient_scope` and the missing scope."),
        ("Idempotency-Replayed", false, "`true`: the answer that was kept for the Idempotency-Key; nothing was done again."),
        ("X-Request-Id", true, "The W3C trace id, as `traceId` of problems: to find the request in the logs."),
        ("RateLimit", false, "What is left of the caller's requests (draft-ietf-httpapi-ratelimit-headers-10); from the gateway."),
        ("RateLimit-Policy", false, "How many requests a caller may send, and in how many seconds; from the gateway."),
    ];

    /// <summary>Header fields that any answer can have.</summary>
    public static readonly string[] AlwaysSent = ["X-Request-Id", "RateLimit", "RateLimit-Policy"];

    /// <summary>Every refusal of the ground rules, in the order of statuses.</summary>
    public static readonly IReadOnlyList<Refused> Refusals =
    [
        new(400, "BadRequest", "The request is malformed or breaks a published shape", "request.invalid", "request.malformed",
            "idempotency.keyMissing", "idempotency.keyMalformed", "ifMatch.malformed"),
        new(401, "Unauthorized", "No valid access token", "auth.required") { Field = "WWW-Authenticate" },
        new(403, "Forbidden", "This role or scope may never do that", "auth.forbidden") { Field = "WWW-Authenticate" },
        new(404, "NotFound", "Absent, or not visible to this caller", "resource.notFound") { If = (_, _) => false },
        new(408, "RequestTimeout", "The body took too long to arrive", "request.timeout") { If = Writes },
        new(409, "Conflict", "A rule of the trade refuses, or a request with this key is still running", "idempotency.running",
            "state.conflict")
        {
            If = Writes,
            Field = "Retry-After",
        },
        new(412, "PreconditionFailed", "The resource has changed since it was read", "ifMatch.stale") { If = Writes },
        new(413, "ContentTooLarge", "The body is over 1 MB, or the file over its limit", "request.tooLarge", "request.fileTooLarge")
        {
            If = Writes,
        },
        new(414, "UriTooLong", "The address is over 8,000 octets", "request.targetTooLong"),
        new(415, "UnsupportedMediaType", "Not application/json", "request.mediaType") { If = Writes },
        new(422, "UnprocessableContent", "The Idempotency-Key was used with another request", "idempotency.reused")
        {
            If = (method, _) => WriteFilter.NeedsKey(method),
        },
        new(428, "PreconditionRequired", "If-Match is missing", "ifMatch.required") { If = (_, takesVersion) => takesVersion },
        new(429, "TooManyRequests", "Too many requests; see Retry-After", "limit.tooMany") { Field = "Retry-After" },
        new(431, "HeadersTooLarge", "The header fields are over 16 KB", "request.headersTooLarge"),
        new(500, "InternalServerError", "A fault of the service; see traceId", "service.fault"),
        new(502, "BadGateway", "The service behind the gateway cannot be reached", "service.unavailable") { Field = "Retry-After" },
        new(503, "ServiceUnavailable", "Busy or not available; see Retry-After", "service.busy", "service.unavailable")
        {
            Field = "Retry-After",
        },
        new(504, "GatewayTimeout", "The service behind the gateway did not answer in time", "service.timeout") { Field = "Retry-After" },
    ];

    /// <summary>A header field's id in the document, where ids have letters and digits only.</summary>
    public static string IdOf(string name) => name.Replace("-", "", StringComparison.Ordinal);

    public void Apply(OpenApiDocument document, DocumentFilterContext context)
    {
        document.Components!.Headers = Fields.ToDictionary(field => IdOf(field.Name), field => (IOpenApiHeader)new OpenApiHeader
        {
            Description = field.Description,
            Required = field.Required,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        });
        context.SchemaGenerator.GenerateSchema(typeof(Problem), context.SchemaRepository);
        document.Components.Responses = Refusals.ToDictionary(
            refused => refused.Name, refused => (IOpenApiResponse)Answer(refused, refused.Codes, catalog, document));
        document.Components.Responses[NotModified] = new OpenApiResponse
        {
            Description = "Not changed since the entity tag in If-None-Match",
            Headers = Headers(["ETag", .. AlwaysSent], document),
        };
    }

    /// <summary>A refusal with its codes, one of them as an example.</summary>
    public static OpenApiResponse Answer(Refused refused, IEnumerable<string> codes, ProblemCatalog catalog, OpenApiDocument document)
    {
        var known = codes.ToList();
        // One that says the same whatever the request was.
        var shown = known.Find(code => !catalog.Texts[code].Chinese.Contains('{', StringComparison.Ordinal)) ?? known[0];
        return new OpenApiResponse
        {
            Description = refused.Description,
            Headers = Headers(refused.Field is { } field ? [field, .. AlwaysSent] : AlwaysSent, document),
            Content = new Dictionary<string, IOpenApiMediaType>
            {
                ["application/problem+json"] = new OpenApiMediaType
                {
                    Schema = new OpenApiSchema
                    {
                        AllOf =
                        [
                            new OpenApiSchema
                            {
                                Type = JsonSchemaType.Object,
                                Properties = new Dictionary<string, IOpenApiSchema>
                                {
                                    ["code"] = new OpenApiSchema
                                    {
                                        Type = JsonSchemaType.String,
                                        Enum = [.. known.Order(StringComparer.Ordinal).Select(code => JsonValue.Create(code))],
                                    },
                                },
                            },
                            new OpenApiSchemaReference(nameof(Problem), document),
                        ],
                    },
                    Example = new JsonObject
                    {
                        ["type"] = catalog.PageOf(shown),
                        ["title"] = catalog.Texts[shown].Chinese,
                        ["status"] = refused.Status,
                        ["instance"] = "/api/v1/…",
                        ["code"] = shown,
                        ["traceId"] = "4bf92f3577b34da6a3ce929d0e0e4736",
                    },
                },
            },
        };
    }

    private static Dictionary<string, IOpenApiHeader> Headers(IEnumerable<string> names, OpenApiDocument document) =>
        names.ToDictionary(name => name, name => (IOpenApiHeader)new OpenApiHeaderReference(IdOf(name), document));

    private static bool Writes(string method, bool takesVersion) => !HttpMethods.IsGet(method);

    /// <summary>A refusal that many operations can answer with.</summary>
    /// <param name="Status">Its status.</param>
    /// <param name="Name">Its name in the document.</param>
    /// <param name="Description">When it is answered.</param>
    /// <param name="Codes">The problem codes with which any operation can answer it.</param>
    public sealed record Refused(int Status, string Name, string Description, params string[] Codes)
    {
        /// <summary>A header field that goes with it.</summary>
        public string? Field { get; init; }

        /// <summary>Whether an operation can answer it, by its method and whether it takes If-Match; every one by default.</summary>
        public Func<string, bool, bool> If { get; init; } = (_, _) => true;

        public bool Applies(string method, bool takesVersion) => If(method, takesVersion);
    }
}
