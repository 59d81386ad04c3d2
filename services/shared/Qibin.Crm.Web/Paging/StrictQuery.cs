using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;

namespace Qibin.Crm.Web.Paging;

/// <summary>Query parameters that an operation does not publish are refused by name; so are repeated ones.</summary>
internal static class StrictQuery
{
    public static EndpointFilterDelegate Create(EndpointFilterFactoryContext factory, EndpointFilterDelegate next)
    {
        var published = factory.MethodInfo.GetParameters().SelectMany(Names).ToHashSet(StringComparer.Ordinal);
        return context =>
        {
            var faults = new List<Fault>();
            foreach (var (name, values) in context.HttpContext.Request.Query)
            {
                if (!published.Contains(name))
                {
                    faults.Add(new Fault(name, "query.unknown", name));
                }
                else if (values.Count > 1)
                {
                    faults.Add(new Fault(name, "query.repeated", name));
                }
                else if (Text.Clean(values.ToString()) is null || values.ToString().Contains('\n', StringComparison.Ordinal))
                {
                    faults.Add(new Fault(name, "text.forbiddenCharacter"));
                }
            }

            return faults.Count == 0 ? next(context) : throw Refusal.Invalid(faults);
        };
    }

    private static IEnumerable<string> Names(ParameterInfo parameter)
    {
        if (parameter.GetCustomAttribute<AsParametersAttribute>() is not null)
        {
            return parameter.ParameterType.GetProperties().Select(p =>
                p.GetCustomAttribute<FromQueryAttribute>()?.Name ?? Camel(p.Name));
        }

        if (parameter.GetCustomAttributes().OfType<IFromQueryMetadata>().FirstOrDefault() is { } query)
        {
            return [query.Name ?? parameter.Name!];
        }

        // Simple types are bound from the route or the query; a route value's name in the query is refused below by being absent there.
        return IsSimple(parameter.ParameterType) && !parameter.GetCustomAttributes().OfType<IFromRouteMetadata>().Any() ? [parameter.Name!]
            : [];
    }

    private static bool IsSimple(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(Guid) || type == typeof(DateOnly)
            || type == typeof(DateTimeOffset)
            || type == typeof(decimal);
    }

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
