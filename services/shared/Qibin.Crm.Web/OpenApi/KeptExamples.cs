using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Qibin.Crm.Web.OpenApi;

/// <summary>
/// Shows of each operation one request and its answer, as the service once took and gave them: <c>examples.json</c> beside the
/// service's project, by operation. A test says that every operation has them and that they still fit.
/// </summary>
internal sealed class KeptExamples(JsonObject examples) : IOperationFilter
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
