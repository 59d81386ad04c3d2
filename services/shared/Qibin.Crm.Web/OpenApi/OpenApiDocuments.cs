using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Hosting;
using Qibin.Crm.Web.Idempotency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Web.Problems;
using Qibin.Crm.Web.Validation;
using Swashbuckle.AspNetCore.Swagger;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Qibin.Crm.Web.OpenApi;

/// <summary>
/// Each service's OpenAPI document, from the code as it runs: shapes, headers, who may call an operation, and every status it can
/// answer. The document is kept in the repository and compared by a test.
/// </summary>
internal static class OpenApiDocuments
{
    /// <param name="services">Where it is registered.</param>
    /// <param name="service">The service.</param>
    /// <param name="program">The service's assembly, which brings the examples.</param>
    public static IServiceCollection AddOpenApiDocument(this IServiceCollection services, ServiceDescription service, Assembly program)
    {
        services.AddEndpointsApiExplorer();
        services.AddSwaggerGen(swagger =>
        {
            swagger.SwaggerDoc("v1", new OpenApiInfo { Title = service.Title, Version = "v1" });
            swagger.SupportNonNullableReferenceTypes();
            swagger.NonNullableReferenceTypesAsRequired();
            swagger.UseAllOfToExtendReferenceSchemas();
            swagger.CustomSchemaIds(SchemaId);
            swagger.CustomOperationIds(api =>
                api.ActionDescriptor.EndpointMetadata.OfType<IEndpointNameMetadata>().FirstOrDefault()?.EndpointName);
            swagger.TagActionsBy(api => [api.RelativePath!.Split('/').ElementAtOrDefault(2) ?? service.Name]);
            swagger.MapType<DateOnly>(() => new OpenApiSchema { Type = JsonSchemaType.String, Format = "date" });
            foreach (var documentation in Directory.EnumerateFiles(AppContext.BaseDirectory, "Qibin.Crm.*.xml"))
            {
                swagger.IncludeXmlComments(documentation);
            }

            swagger.AddSecurityDefinition("oauth2", new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.OAuth2,
                Description = "登录 Sign in",
                Flows = new OpenApiOAuthFlows
                {
                    AuthorizationCode = new OpenApiOAuthFlow
                    {
                        AuthorizationUrl = new Uri("/connect/authorize", UriKind.Relative),
                        TokenUrl = new Uri("/connect/token", UriKind.Relative),
                        Scopes = new Dictionary<string, string> { ["crm"] = "All that the person's roles allow" },
                    },
                    ClientCredentials = new OpenApiOAuthFlow
                    {
                        TokenUrl = new Uri("/connect/token", UriKind.Relative),
                        Scopes = Scopes.All.ToDictionary(s => s, s => s),
                    },
                },
            });
            swagger.AddSecurityRequirement(document => new OpenApiSecurityRequirement
            {
                [new OpenApiSecuritySchemeReference("oauth2", document)] = [],
            });
            swagger.SchemaFilter<MoneySchema>();
            swagger.SchemaFilter<ClosedSchemas>();
            swagger.SchemaFilter<PublishedShapes>();
            swagger.OperationFilter<GroundRules>();
            swagger.AddOperationFilterInstance(KeptExamples.Of(program));
        });
        return services;
    }

    /// <summary>The document as it is kept in the repository.</summary>
    public static string Print(IServiceProvider services)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        services.GetRequiredService<ISwaggerProvider>().GetSwagger("v1").SerializeAsV3(new OpenApiJsonWriter(text));
        return text.ToString();
    }

    /// <summary>
    /// Nested requests and answers carry their use case's name: <c>RecordContact.Request</c> is <c>RecordContactRequest</c>.
    /// </summary>
    private static string SchemaId(Type type)
    {
        var name = type.Name.Split('`')[0];
        if (type.IsGenericType)
        {
            name = string.Concat(type.GetGenericArguments().Select(SchemaId)) + name;
        }

        return type.DeclaringType is { } outer ? outer.Name + name : name;
    }

    /// <summary>Money as its converter writes it; a shape of its own, so that a generated client has one type for it.</summary>
    private sealed class MoneySchema : ISchemaFilter
    {
        public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
        {
            if (schema is not OpenApiSchema { AllOf: null or { Count: 0 } } money || context.Type != typeof(Money))
            {
                return;
            }

            money.Required = new HashSet<string> { "amount", "currency" };
            money.Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["amount"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    Pattern = Kernel.Json.Amounts.Pattern,
                    Description = "Decimal in the currency's main unit (yuan), as a string. "
                        + "A request gives at most the decimals of ISO 4217: 2 for CNY and USD, 0 for JPY.",
                    Examples = [JsonValue.Create("120000000.00")],
                },
                ["currency"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    Pattern = "^[A-Z]{3}$",
                    Description = "ISO 4217 code.",
                    Examples = [JsonValue.Create("CNY")],
                },
            };
        }
    }

    /// <summary>Objects are closed: the API refuses unknown properties, so the document says so.</summary>
    private sealed class ClosedSchemas : ISchemaFilter
    {
        public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
        {
            if (schema is OpenApiSchema { Type: JsonSchemaType.Object, Properties.Count: > 0 } closed)
            {
                closed.AdditionalPropertiesAllowed = false;
                closed.AdditionalProperties = null;
            }
        }
    }

    /// <summary>
    /// Says what the shapes ask for: <c>x-shape</c> names the shape, with an example and a pattern where it has them; bounds of lists
    /// and decimals of numbers as JSON schema has them.
    /// </summary>
    private sealed class PublishedShapes : ISchemaFilter
    {
        public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
        {
            if (schema is not OpenApiSchema published || context.MemberInfo is not { } member)
            {
                return;
            }

            foreach (var shape in member.GetCustomAttributes(inherit: true))
            {
                switch (shape)
                {
                    case NumberRangeAttribute { Decimals: > 0 } range:
                        published.MultipleOf = 1 / (decimal)Math.Pow(10, range.Decimals);
                        break;
                    case ItemsAttribute items:
                        (published.MinItems, published.MaxItems) = (items.Minimum, items.Maximum);
                        break;
                    case ShapeAttribute named:
                        var name = named.GetType().Name.Replace("Attribute", "", StringComparison.Ordinal);
                        published.Extensions ??= new Dictionary<string, IOpenApiExtension>();
                        published.Extensions["x-shape"] = new JsonNodeExtension(
                            JsonValue.Create(char.ToLowerInvariant(name[0]) + name[1..]));
                        published.Pattern ??= named.Pattern;
                        published.Examples ??= named.Example is { } example ? [JsonValue.Create(example)] : null;
                        break;
                }
            }
        }
    }

    /// <summary>
    /// Shows of each operation one request and its answer, as the service once took and gave them: <c>examples.json</c> beside the
    /// service's project, by operation. A test says that every operation has them and that they still fit.
    /// </summary>
    private sealed class KeptExamples(JsonObject examples) : IOperationFilter
    {
        public static KeptExamples Of(Assembly program)
        {
            using var kept = program.GetManifestResourceStream("examples.json");
            return new KeptExamples(kept is null ? [] : JsonNode.Parse(kept)!.AsObject());
        }

        public void Apply(OpenApiOperation operation, OperationFilterContext context)
        {
            if (examples[operation.OperationId ?? ""] is not JsonObject exchange)
            {
                return;
            }

            Show(exchange["request"], operation.RequestBody?.Content);
            foreach (var (status, response) in operation.Responses ?? [])
            {
                Show(status[0] == '2' ? exchange["answer"] : null, response.Content);
            }
        }

        private static void Show(JsonNode? example, IDictionary<string, IOpenApiMediaType>? content)
        {
            if (example is not null && content?.TryGetValue("application/json", out var media) == true && media is OpenApiMediaType json)
            {
                json.Example = example.DeepClone();
            }
        }
    }

    /// <summary>Adds what the shared filters do to every operation.</summary>
    private sealed class GroundRules : IOperationFilter
    {
        public void Apply(OpenApiOperation operation, OperationFilterContext context)
        {
            var metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
            var method = context.ApiDescription.HttpMethod ?? "GET";
            var handler = context.MethodInfo ?? metadata.OfType<MethodInfo>().FirstOrDefault();
            operation.Parameters ??= [];
            var access = metadata.OfType<Access>().LastOrDefault();
            if (access is not null)
            {
                operation.Extensions ??= new Dictionary<string, IOpenApiExtension>();
                operation.Extensions["x-roles"] = new JsonNodeExtension(new JsonArray([.. access.Roles.Select(r => JsonValue.Create(r))]));
                if (access.Scope is not null)
                {
                    operation.Extensions["x-scope"] = new JsonNodeExtension(JsonValue.Create(access.Scope));
                }
            }

            Parameters(operation, context, metadata);
            var takesVersion = handler?.GetParameters().Any(p => p.ParameterType == typeof(IfMatch)) == true;
            if (takesVersion)
            {
                Header(operation, "If-Match", "The version that was read, in quotes. Missing answers 428, stale 412.", required: true);
            }

            if (WriteFilter.NeedsKey(method))
            {
                Header(operation, "Idempotency-Key", "1 to 128 visible ASCII characters, kept 72 hours. A repeat gets the first answer.",
                    required: true);
            }

            Files(operation, metadata);
            Responses(operation, context, method, takesVersion, operation.Parameters.Any(p => p.In == ParameterLocation.Path));
        }

        private static void Parameters(OpenApiOperation operation, OperationFilterContext context, IList<object> metadata)
        {
            for (var i = operation.Parameters!.Count - 1; i >= 0; i--)
            {
                if (operation.Parameters[i] is not OpenApiParameter parameter)
                {
                    continue;
                }

                var described = context.ApiDescription.ParameterDescriptions.FirstOrDefault(p => p.Name == parameter.Name);
                if (described?.Type == typeof(IfMatch) || parameter.In is not (ParameterLocation.Path or ParameterLocation.Query))
                {
                    operation.Parameters.RemoveAt(i);
                    continue;
                }

                if (parameter.In == ParameterLocation.Query)
                {
                    parameter.Name = char.ToLowerInvariant(parameter.Name![0]) + parameter.Name[1..];
                }

                var type = Nullable.GetUnderlyingType(described?.Type ?? typeof(string)) ?? described?.Type;
                if (type is { IsGenericType: true } && type.GetGenericTypeDefinition() == typeof(Words<>))
                {
                    var words = string.Join('|', (IEnumerable<string>)type.GetProperty("Names")!.GetValue(null)!);
                    parameter.Schema = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = $"^({words})(,({words}))*$" };
                }

                if (parameter.Name == "limit" && parameter.Schema is OpenApiSchema limit)
                {
                    (limit.Minimum, limit.Maximum, limit.Default) = ("1", "200", JsonValue.Create(50));
                }

                if (parameter.Name == "sort" && metadata.OfType<IListing>().FirstOrDefault() is { } listing)
                {
                    var names = string.Join('|', listing.Sorts);
                    parameter.Description =
                        $"Sorts: {string.Join(", ", listing.Sorts)}; a leading minus sorts descending. Default {listing.DefaultSort}.";
                    parameter.Schema = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = $"^-?({names})(,-?({names}))*$" };
                }
            }
        }

        /// <summary>Bodies and answers that are files.</summary>
        private static void Files(OpenApiOperation operation, IList<object> metadata)
        {
            if (metadata.OfType<TakesFile>().LastOrDefault() is { } taken)
            {
                operation.RequestBody = new OpenApiRequestBody
                {
                    Description = string.Create(CultureInfo.InvariantCulture, $"The file as it stands, at most {taken.Largest >> 20} MB."),
                    Required = true,
                    Content = Binary(["application/octet-stream"]),
                };
            }

            if (metadata.OfType<GivesFile>().LastOrDefault() is { } given)
            {
                operation.Responses ??= [];
                operation.Responses["200"] = new OpenApiResponse { Description = "The file", Content = Binary(given.Types) };
            }

            static Dictionary<string, IOpenApiMediaType> Binary(IEnumerable<string> types) => types.ToDictionary(type => type, _ =>
                (IOpenApiMediaType)new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } });
        }

        private static void Header(OpenApiOperation operation, string name, string description, bool required) =>
            operation.Parameters!.Add(new OpenApiParameter
            {
                Name = name,
                In = ParameterLocation.Header,
                Description = description,
                Required = required,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });

        private static void Responses(
            OpenApiOperation operation, OperationFilterContext context, string method, bool takesVersion, bool hasPath)
        {
            var problem = context.SchemaGenerator.GenerateSchema(typeof(Problem), context.SchemaRepository);
            var writes = method is not "GET";
            var keyed = WriteFilter.NeedsKey(method);
            (int Status, string Description, bool Applies)[] refusals =
            [
                (400, "The request is malformed or breaks a published shape", true),
                (401, "No valid access token", true),
                (403, "This role may never do that", true),
                (404, "Absent, or not visible to this caller", hasPath || operation.Responses!.ContainsKey("404")),
                (408, "The body took too long to arrive", writes),
                (409, "A rule of the trade refuses, or a request with this key is still running", writes),
                (412, "The resource has changed since it was read", writes),
                (413, "The body is over 1 MB", writes),
                (414, "The address is over 8,000 octets", true),
                (415, "Not application/json", writes),
                (422, "The Idempotency-Key was used with another request", keyed),
                (428, "If-Match is missing", takesVersion),
                (429, "Too many requests; see Retry-After", true),
                (431, "The header fields are over 16 KB", true),
                (500, "A fault of the service; see traceId", true),
                (502, "The service behind the gateway cannot be reached", true),
                (503, "Busy or not available; see Retry-After", true),
                (504, "The service behind the gateway did not answer in time", true),
            ];
            operation.Responses ??= [];
            foreach (var (status, description, _) in refusals.Where(r => r.Applies))
            {
                operation.Responses[status.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
                {
                    Description = description,
                    Content = new Dictionary<string, IOpenApiMediaType>
                    {
                        ["application/problem+json"] =
                        new OpenApiMediaType { Schema = problem }
                    },
                };
            }

            foreach (var (status, response) in operation.Responses)
            {
                if (status is "200" or "201" && response is OpenApiResponse success)
                {
                    success.Headers ??= new Dictionary<string, IOpenApiHeader>();
                    success.Headers["ETag"] = new OpenApiHeader
                    {
                        Description = "The version in quotes",
                        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                    };
                }
            }

            if (method == "GET")
            {
                operation.Responses["304"] = new OpenApiResponse { Description = "Not changed since the version in If-None-Match" };
            }
        }
    }
}

/// <summary>Marks an operation that answers with a file.</summary>
/// <param name="Types">Media types that it can have.</param>
public sealed record GivesFile(params string[] Types);
