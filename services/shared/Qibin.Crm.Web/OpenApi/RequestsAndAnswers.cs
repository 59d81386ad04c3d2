using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Qibin.Crm.Web.OpenApi;

/// <summary>
/// Tells requests from answers. What a request sends is closed, because unknown properties are refused; answers are open, so that they
/// can gain properties. A shape that both have is published twice: as it is sent, and with <c>Answer</c> after its name as it is answered.
/// An answer's amount may be a sum, and has no limit of digits.
/// </summary>
internal sealed class RequestsAndAnswers : IDocumentFilter
{
    private const string Answer = "Answer";

    public void Apply(OpenApiDocument document, DocumentFilterContext context)
    {
        var schemas = document.Components!.Schemas!;
        var operations = document.Paths.Values.SelectMany(path => path.Operations!.Values).ToList();
        var responses = operations.SelectMany(o => o.Responses!.Values).Concat(document.Components.Responses!.Values)
            .OfType<OpenApiResponse>().ToList();
        var sent = Reached(Media(operations.Select(o => o.RequestBody?.Content)));
        var answered = Reached(Media(responses.Select(r => r.Content)));
        var twice = sent.Where(id => answered.Contains(id) && HasProperties(schemas[id])).ToHashSet(StringComparer.Ordinal);
        foreach (var id in twice)
        {
            schemas.Add(id + Answer, InAnswer(Copy(schemas[id], Renamed)));
        }

        foreach (var (id, schema) in schemas.ToList())
        {
            if (!id.EndsWith(Answer, StringComparison.Ordinal) || !twice.Contains(id[..^Answer.Length]))
            {
                schemas[id] = Copy(schema, sent.Contains(id) ? Same : Renamed);
                Close((OpenApiSchema)schemas[id], sent.Contains(id));
            }
        }

        foreach (var parameter in operations.SelectMany(o => o.Parameters ?? []).OfType<OpenApiParameter>())
        {
            parameter.Schema = parameter.Schema is { } schema ? Copy(schema, Same) : null;
        }

        foreach (var media in Media(operations.Select(o => o.RequestBody?.Content)))
        {
            media.Schema = Copy(media.Schema!, Same);
        }

        foreach (var media in Media(responses.Select(r => r.Content)))
        {
            media.Schema = Copy(media.Schema!, Renamed);
        }

        OpenApiSchemaReference Same(string id) => new(id, document);

        OpenApiSchemaReference Renamed(string id) => new(twice.Contains(id) ? id + Answer : id, document);

        HashSet<string> Reached(IEnumerable<OpenApiMediaType> media)
        {
            var reached = new HashSet<string>(StringComparer.Ordinal);
            var open = new Stack<IOpenApiSchema>(media.Select(m => m.Schema!));
            while (open.TryPop(out var schema))
            {
                if (schema is OpenApiSchemaReference { Reference.Id: { } id })
                {
                    if (reached.Add(id))
                    {
                        open.Push(schemas[id]);
                    }

                    continue;
                }

                foreach (var part in Parts(schema))
                {
                    open.Push(part);
                }
            }

            return reached;
        }
    }

    /// <summary>A copy in the words of JSON Schema 2020-12: what may be null and is a reference is one of two.</summary>
    private static IOpenApiSchema Copy(IOpenApiSchema schema, Func<string, OpenApiSchemaReference> reference)
    {
        if (schema is OpenApiSchemaReference named)
        {
            return reference(named.Reference.Id!);
        }

        var copy = (OpenApiSchema)((OpenApiSchema)schema).CreateShallowCopy();
        copy.Properties = copy.Properties?.ToDictionary(p => p.Key, p => Copy(p.Value, reference));
        copy.Items = copy.Items is { } items ? Copy(items, reference) : null;
        copy.AdditionalProperties = copy.AdditionalProperties is { } others ? Copy(others, reference) : null;
        copy.AllOf = copy.AllOf?.Select(part => Copy(part, reference)).ToList();
        copy.OneOf = copy.OneOf?.Select(part => Copy(part, reference)).ToList();
        copy.AnyOf = copy.AnyOf?.Select(part => Copy(part, reference)).ToList();
        if (copy is { AllOf: [var only], Type: { } type } && type.HasFlag(JsonSchemaType.Null))
        {
            (copy.AllOf, copy.Type) = (null, null);
            copy.OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, only];
        }

        return copy;
    }

    private static OpenApiSchema InAnswer(IOpenApiSchema schema)
    {
        var answer = (OpenApiSchema)schema;
        Close(answer, false);
        if (answer.Properties!.TryGetValue("amount", out var amount) && amount.Pattern == Kernel.Json.Amounts.Pattern)
        {
            answer.Properties["amount"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Pattern = Kernel.Json.Amounts.AnswerPattern,
                Description = "Decimal in the currency's main unit (yuan), as a string with two to four decimals. It can be a sum.",
                Examples = [JsonValue.Create("120000000.00")],
            };
        }

        return answer;
    }

    private static void Close(OpenApiSchema schema, bool closed)
    {
        if (HasProperties(schema) && (closed || schema.AdditionalProperties is null))
        {
            (schema.AdditionalPropertiesAllowed, schema.AdditionalProperties) = (!closed, null);
        }
    }

    private static bool HasProperties(IOpenApiSchema schema) => schema is { Type: JsonSchemaType.Object, Properties.Count: > 0 };

    private static IEnumerable<IOpenApiSchema> Parts(IOpenApiSchema schema) =>
    [
        .. schema.Properties?.Values ?? [], .. schema.AllOf ?? [], .. schema.OneOf ?? [], .. schema.AnyOf ?? [],
        .. new[] { schema.Items, schema.AdditionalProperties }.OfType<IOpenApiSchema>(),
    ];

    private static IEnumerable<OpenApiMediaType> Media(IEnumerable<IDictionary<string, IOpenApiMediaType>?> contents) =>
        contents.SelectMany(content => content?.Values ?? []).OfType<OpenApiMediaType>().Where(media => media.Schema is not null);
}
