using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Validation;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Qibin.Crm.Web.OpenApi;

/// <summary>Money as its converter writes it; a shape of its own, so that a generated client has one type for it.</summary>
internal sealed class MoneySchema : ISchemaFilter
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

/// <summary>
/// Says what the shapes ask for: <c>x-shape</c> names the shape, with an example and a pattern where it has them; bounds of lists
/// and decimals of numbers as JSON schema has them.
/// </summary>
internal sealed class PublishedShapes : ISchemaFilter
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
