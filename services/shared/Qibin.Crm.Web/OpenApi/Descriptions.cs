using System.Reflection;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Qibin.Crm.Web.OpenApi;

/// <summary>
/// Describes each operation by the doc comment of its handler or, where the handler has none of its own, of its use case. A route that
/// several services have says it itself.
/// </summary>
internal sealed class Descriptions : IOperationFilter
{
    private readonly Dictionary<string, string> _summaries = (
        from file in Directory.EnumerateFiles(AppContext.BaseDirectory, "Qibin.Crm.*.xml")
        from member in XDocument.Load(file).Descendants("member")
        let summary = member.Element("summary")
        where summary is not null
        select (Name: member.Attribute("name")!.Value, Text: XmlCommentsTextHelper.Humanize(Inner(summary)).Replace("\r", "").Trim()))
        .DistinctBy(member => member.Name).ToDictionary(member => member.Name, member => member.Text, StringComparer.Ordinal);

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        // A handler's doc comment is the description; the summary is the route's, in both languages.
        operation.Summary = metadata.OfType<IEndpointSummaryMetadata>().LastOrDefault()?.Summary ?? operation.Summary;
        operation.Description = metadata.OfType<IEndpointDescriptionMetadata>().LastOrDefault() is { } said ? said.Description
            : (context.MethodInfo ?? metadata.OfType<MethodInfo>().FirstOrDefault()) is { } handler ? Of(handler) : null;
    }

    private string? Of(MethodInfo handler)
    {
        if (_summaries.TryGetValue(XmlCommentsNodeNameHelper.GetMemberNameForMethod(handler), out var own))
        {
            return own;
        }

        var useCase = handler.DeclaringType;
        while (useCase is { DeclaringType: { } outer } && !_summaries.ContainsKey(XmlCommentsNodeNameHelper.GetMemberNameForType(useCase)))
        {
            useCase = outer;
        }

        return useCase is null ? null : _summaries.GetValueOrDefault(XmlCommentsNodeNameHelper.GetMemberNameForType(useCase));
    }

    private static string Inner(XElement element)
    {
        using var reader = element.CreateReader();
        reader.MoveToContent();
        return reader.ReadInnerXml();
    }
}
