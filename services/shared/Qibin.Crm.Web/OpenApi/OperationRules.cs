using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.OpenApi;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Idempotency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Web.Problems;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Qibin.Crm.Web.OpenApi;

/// <summary>Adds what the shared filters do to every operation.</summary>
internal sealed class OperationRules(ProblemCatalog catalog) : IOperationFilter
{
    private readonly ProblemCodes _codes = new(catalog);

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        var method = context.ApiDescription.HttpMethod ?? "GET";
        var handler = context.MethodInfo ?? metadata.OfType<MethodInfo>().FirstOrDefault();
        operation.Parameters ??= [];
        if (metadata.OfType<Access>().LastOrDefault() is { } access)
        {
            Admit(operation, access, context.Document);
        }

        Parameters(operation, context, metadata);
        var takesVersion = handler?.GetParameters().Any(p => p.ParameterType == typeof(IfMatch)) == true;
        if (takesVersion)
        {
            Header(
                operation, "If-Match", "The ETag that was read, in its quotation marks. Missing answers 428, stale 412.", required: true);
        }

        if (WriteFilter.NeedsKey(method))
        {
            Header(operation, "Idempotency-Key",
                "1 to 128 visible ASCII characters, kept 72 hours: best a new UUID for each request. A repeat gets the first answer. "
                    + "On the Swagger page `new` makes a new one.",
                required: true, example: "new");
        }

        Files(operation, metadata);
        var versioned = context.ApiDescription.SupportedResponseTypes.Any(r => Answers<IVersioned>(r) && r.StatusCode < 300);
        if (method == "GET" && versioned)
        {
            Header(operation, "If-None-Match", "An ETag that was read: 304 while it is still the resource's.", required: false);
        }

        Successes(operation, context, method);
        var hasPath = operation.Parameters.Any(p => p.In == ParameterLocation.Path);
        var own = handler is null ? Enumerable.Empty<string>().ToLookup(_ => 0) : _codes.Of(handler, saves: method != "GET");
        foreach (var refusal in CommonParts.Refusals.Where(r => r.Applies(method, takesVersion) || own.Contains(r.Status)
            || (r.Status == 404 && (hasPath || operation.Responses!.ContainsKey("404")))))
        {
            var codes = own[refusal.Status].Except(refusal.Codes).Order(StringComparer.Ordinal).ToList();
            operation.Responses![refusal.Status.ToString(CultureInfo.InvariantCulture)] = codes.Count == 0
                ? new OpenApiResponseReference(refusal.Name, context.Document)
                : CommonParts.Answer(refusal, [.. codes, .. refusal.Codes], catalog, context.Document);
        }

        if (method == "GET" && versioned)
        {
            operation.Responses!["304"] = new OpenApiResponseReference(CommonParts.NotModified, context.Document);
        }
    }

    /// <summary>Who may call it: people with one of the roles, integrations with the scope.</summary>
    private static void Admit(OpenApiOperation operation, Access access, OpenApiDocument document)
    {
        operation.Extensions ??= new Dictionary<string, IOpenApiExtension>();
        operation.Extensions["x-roles"] = new JsonNodeExtension(new JsonArray([.. access.Roles.Select(r => JsonValue.Create(r))]));
        operation.Security = [];
        if (access.Roles.Count > 0)
        {
            Require(OpenApiDocuments.People, OpenApiDocuments.PeoplesScope);
        }

        if (access.Scope is { } scope)
        {
            Require(OpenApiDocuments.Integrations, scope);
        }

        void Require(string scheme, string needed) => operation.Security.Add(new OpenApiSecurityRequirement
        {
            [new OpenApiSecuritySchemeReference(scheme, document)] = [needed],
        });
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

    private static void Header(OpenApiOperation operation, string name, string description, bool required, string? example = null) =>
        operation.Parameters!.Add(new OpenApiParameter
        {
            Name = name,
            In = ParameterLocation.Header,
            Description = description,
            Required = required,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            Example = example is null ? null : JsonValue.Create(example),
        });

    /// <summary>The header fields of answers of success: those that the shared filters send for what is answered.</summary>
    private static void Successes(OpenApiOperation operation, OperationFilterContext context, string method)
    {
        operation.Responses ??= [];
        foreach (var (status, response) in operation.Responses)
        {
            if (status[0] != '2' || response is not OpenApiResponse success)
            {
                continue;
            }

            var answer = context.ApiDescription.SupportedResponseTypes
                .FirstOrDefault(r => r.StatusCode.ToString(CultureInfo.InvariantCulture) == status);
            (string Name, bool Sent)[] fields =
            [
                ("ETag", answer is not null && Answers<IVersioned>(answer)),
                ("Location", status is "201" or "202"),
                ("Link", answer is not null && Answers<IPage>(answer)),
                ("Idempotency-Replayed", WriteFilter.NeedsKey(method)),
            ];
            success.Headers = fields.Where(field => field.Sent).Select(field => field.Name).Concat(CommonParts.AlwaysSent)
                .ToDictionary(name => name, name => (IOpenApiHeader)new OpenApiHeaderReference(CommonParts.IdOf(name), context.Document));
        }
    }

    private static bool Answers<T>(ApiResponseType response) => typeof(T).IsAssignableFrom(response.Type);
}
