using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;

namespace Qibin.Crm.Web.Paging;

/// <summary>The query of a list where it is not a request's own, such as that of an export: read as the list reads it.</summary>
public static class QueryText
{
    /// <summary>Reads a list's filters.</summary>
    /// <param name="text">As after the question mark of the list's address; null or empty for no filter.</param>
    /// <param name="sort">The <c>sort</c> in it; null when there is none.</param>
    /// <exception cref="Refusal">400: a parameter that the list does not have, has twice, or cannot read.</exception>
    public static TQuery Read<TQuery>(string? text, out string? sort) where TQuery : class, new()
    {
        sort = null;
        var query = new TQuery();
        var properties = typeof(TQuery).GetProperties()
            .ToDictionary(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name), StringComparer.Ordinal);
        foreach (var (name, values) in QueryHelpers.ParseQuery(text))
        {
            if (values.Count != 1)
            {
                throw Refusal.Invalid("/query", "query.repeated", name);
            }

            var value = values[0] ?? "";
            if (Text.Clean(value) != value || value.Contains('\n', StringComparison.Ordinal))
            {
                throw Refusal.Invalid("/query", "text.forbiddenCharacter");
            }

            if (name == "sort")
            {
                sort = value;
            }
            else if (!properties.TryGetValue(name, out var property))
            {
                throw Refusal.Invalid("/query", "query.unknown", name);
            }
            else if (value.Length > 0)
            {
                var of = new ValidationContext(query) { MemberName = name };
                property.SetValue(query, Parse(property.PropertyType, value) is { } read
                    && property.GetCustomAttributes<ValidationAttribute>().All(shape => shape.GetValidationResult(read, of) is null)
                    ? read : throw Refusal.Invalid("/query", "query.value", name));
            }
        }

        return query;
    }

    /// <summary>As the framework binds: a text, or what the type's own TryParse makes of it.</summary>
    private static object? Parse(Type type, string value)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
        {
            return value;
        }

        if (type == typeof(DateTimeOffset))
        {
            return DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;
        }

        if (type == typeof(bool))
        {
            return bool.TryParse(value, out var flag) ? flag : null;
        }

        var parse = type.GetMethod("TryParse", BindingFlags.Public | BindingFlags.Static,
            [typeof(string), typeof(IFormatProvider), type.MakeByRefType()])
            ?? throw new InvalidOperationException($"{type} is no type of a query.");
        object?[] arguments = [value, CultureInfo.InvariantCulture, null];
        return parse.Invoke(null, arguments) is true ? arguments[2] : null;
    }
}
