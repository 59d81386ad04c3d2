using Microsoft.OpenApi;
using Qibin.Crm.Messaging.EventLog;
using Qibin.Crm.Web.Hosting;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Qibin.Crm.Messaging.Operations;

/// <summary>
/// The shape of each event of a service in its OpenAPI document: <c>data</c> of the change feed is one of them, and <c>type</c> says which.
/// </summary>
internal sealed class EventSchemas(EventTypes events, ServiceDescription service) : IDocumentFilter
{
    private const string Change = nameof(ReadChanges) + nameof(ReadChanges.Change);

    public void Apply(OpenApiDocument document, DocumentFilterContext context)
    {
        var own = events.All.Where(e => EventTypes.PublisherOf(e) == service.Name).OrderBy(e => e.Name, StringComparer.Ordinal).ToList();
        if (own.Count == 0
            || context.SchemaRepository.Schemas.GetValueOrDefault(Change) is not OpenApiSchema { Properties: { } properties }
            || properties["data"] is not OpenApiSchema data)
        {
            return;
        }

        data.AnyOf = [.. own.Select(e => context.SchemaGenerator.GenerateSchema(e, context.SchemaRepository)),
            new OpenApiSchema { Type = JsonSchemaType.Object, Description = $"Of {ReadChanges.Withdrawn}, or of an event that is newer." }];
    }
}
