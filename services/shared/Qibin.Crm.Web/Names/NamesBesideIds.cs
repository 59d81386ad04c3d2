using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.OpenApi;
using Qibin.Crm.Kernel;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Qibin.Crm.Web.Names;

/// <summary>
/// Prints the name beside each id that is <see cref="NamedAttribute"/>: beside <c>ownerId</c> an <c>ownerName</c>, beside
/// <c>recordedBy</c> a <c>recordedByName</c>, beside a list such as <c>readers</c> a list <c>readerNames</c> in the same order, and beside
/// a code such as <c>nodeCode</c> a <c>nodeName</c>. It is a matter of how answers are written as JSON: no handler and no stored or
/// published JSON knows of it.
/// </summary>
internal static class NamesBesideIds
{
    public static void Add(JsonSerializerOptions json, DirectoryNames names) =>
        json.TypeInfoResolver = json.TypeInfoResolver!.WithAddedModifier(type => Add(type, names));

    /// <summary>The member that has the name of another member's id.</summary>
    public static string Beside(string id, bool list) => (list, id) switch
    {
        (false, [.. var what, 'I', 'd']) => what + "Name",
        (false, [.. var what, 'C', 'o', 'd', 'e']) => what + "Name",
        (false, _) => id + "Name",
        (true, [.. var what, 'I', 'd', 's']) => what + "Names",
        (true, _) => id.TrimEnd('s') + "Names",
    };

    public static bool IsNamed(ICustomAttributeProvider? member) => member?.IsDefined(typeof(NamedAttribute), inherit: true) == true;

    public static bool IsList(Type id) => id.IsAssignableTo(typeof(IEnumerable<Guid>));

    private static void Add(JsonTypeInfo type, DirectoryNames names)
    {
        if (type.Kind != JsonTypeInfoKind.Object)
        {
            return;
        }

        for (var i = 0; i < type.Properties.Count; i++)
        {
            var id = type.Properties[i];
            if (id.Get is not { } read || !IsNamed(id.AttributeProvider))
            {
                continue;
            }

            var list = IsList(id.PropertyType);
            var name = type.CreateJsonPropertyInfo(list ? typeof(string[]) : typeof(string), Beside(id.Name, list));
            name.Get = list
                ? holder => (read(holder) as IEnumerable<Guid>)?.Select(names.Of).ToArray()
                : holder => read(holder) switch { Guid one => names.Of(one), string code => CodeNames.Of(code), _ => null };
            // Where a null id is left out, so is its name.
            name.ShouldSerialize = (holder, _) => id.ShouldSerialize?.Invoke(holder, read(holder)) != false;
            type.Properties.Insert(++i, name);
        }
    }
}

/// <summary>Documents the names beside ids.</summary>
internal sealed class NamesSchema : ISchemaFilter
{
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is not OpenApiSchema { Properties: { } members } answer || context.MemberInfo is not null)
        {
            return;
        }

        var named = context.Type.GetProperties().Where(NamesBesideIds.IsNamed)
            .ToDictionary(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name), p => NamesBesideIds.IsList(p.PropertyType));
        if (named.Count > 0)
        {
            answer.Properties = members.SelectMany(member => named.TryGetValue(member.Key, out var list)
                ? new[] { member, new(NamesBesideIds.Beside(member.Key, list), list ? Names(member.Key) : Name(member.Key)) } : [member])
                .ToDictionary();
        }
    }

    private static OpenApiSchema Name(string id) => new()
    {
        Type = JsonSchemaType.String | JsonSchemaType.Null,
        ReadOnly = true,
        Description = $"Name of `{id}` at present. Null without one, for an integration and for the system.",
    };

    private static OpenApiSchema Names(string ids) => new()
    {
        Type = JsonSchemaType.Array,
        Items = new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null },
        ReadOnly = true,
        Description = $"Names of `{ids}` at present, in the same order.",
    };
}
