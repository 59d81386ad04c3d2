using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Qibin.Crm.Work.Hosting;

namespace Qibin.Crm.HouseRules.Tests;

/// <summary>
/// The README's table of settings, made from the options classes: every public property of a class with <see cref="SettingsAttribute"/>.
/// </summary>
public static partial class SettingsTable
{
    public const string Begin = "<!-- settings -->\n", End = "<!-- /settings -->";

    /// <summary>A row per key, in the order of the keys.</summary>
    /// <param name="types">Among which the options classes are.</param>
    public static string Of(IEnumerable<Type> types)
    {
        var rows =
            from type in types
            let section = type.GetCustomAttribute<SettingsAttribute>()?.Section
            where section is not null
            let defaults = Activator.CreateInstance(type)
            from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            where property.CanWrite
            let key = $"{section}:{property.Name}"
            orderby key
            select $"| `{key}` | {KindOf(property.PropertyType)} | {DefaultOf(property, defaults)} | {SummaryOf(property)} |\n";
        return "| key | type | default | meaning, unit, limit |\n| --- | --- | --- | --- |\n" + string.Concat(rows.Distinct());
    }

    /// <summary>The table that a text has between the two marks.</summary>
    public static string In(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text[(text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length)..text.IndexOf(End, StringComparison.Ordinal)];
    }

    /// <summary>The text with another table between the two marks.</summary>
    public static string Put(string text, string table) =>
        text.Replace(Begin + In(text) + End, Begin + table + End, StringComparison.Ordinal);

    private static string KindOf(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var t when t == typeof(string) => "text",
        var t when t == typeof(bool) => "true or false",
        var t when t == typeof(Uri) => "address",
        var t when t == typeof(TimeSpan) => "time, `hh:mm:ss`",
        var t when t == typeof(double) || t == typeof(decimal) => "number",
        var t when t.IsPrimitive => "whole number",
        var t when t.IsEnum => string.Join(", ", Enum.GetNames(t).Select(name => $"`{name}`")),
        var t when t.IsArray || t.IsGenericType => "list",
        var t => t.Name,
    };

    private static string DefaultOf(PropertyInfo property, object? defaults)
    {
        var value = property.GetValue(defaults);
        var none = value is null or "" or Array { Length: 0 };
        return property.GetCustomAttribute<RequiredAttribute>() is not null && none ? "**required**"
            : none ? ""
            : $"`{(value is bool yes ? yes ? "true" : "false" : Convert.ToString(value, CultureInfo.InvariantCulture))}`";
    }

    /// <summary>The property's doc comment, on one line; its range too, where it has one.</summary>
    private static string SummaryOf(PropertyInfo property)
    {
        var type = property.DeclaringType!;
        var documents = XDocument.Load(Path.ChangeExtension(type.Assembly.Location, ".xml"));
        var name = $"P:{type.FullName!.Replace('+', '.')}.{property.Name}";
        var summary = documents.Descendants("member").SingleOrDefault(m => m.Attribute("name")?.Value == name)?.Element("summary")
            ?? throw new InvalidOperationException($"{type.FullName}.{property.Name} has no summary.");
        foreach (var code in summary.Descendants("c").ToList())
        {
            code.ReplaceWith($"`{code.Value}`");
        }

        foreach (var reference in summary.Descendants("see").ToList())
        {
            reference.ReplaceWith($"`{(reference.Attribute("cref") ?? reference.Attribute("langword"))?.Value.Split('.')[^1]}`");
        }

        var text = Blanks().Replace(summary.Value, " ").Trim().Replace("|", "\\|", StringComparison.Ordinal);
        return property.GetCustomAttribute<RangeAttribute>() is { } range
            ? string.Create(CultureInfo.InvariantCulture, $"{text} From {range.Minimum} to {range.Maximum}.")
            : text;
    }

    [GeneratedRegex("\\s+")]
    private static partial Regex Blanks();
}
