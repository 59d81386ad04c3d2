using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qibin.Crm.Kernel.Json;

namespace Qibin.Crm.Work.Data;

/// <summary>Values that are read and written whole.</summary>
public static class JsonColumns
{
    /// <summary>The property as one <c>jsonb</c> column, in the words of the API.</summary>
    public static PropertyBuilder<T> AsJson<T>(this PropertyBuilder<T> property)
    {
        ArgumentNullException.ThrowIfNull(property);
        return property.HasColumnType("jsonb").HasConversion(
            value => JsonSerializer.Serialize(value, StrictJson.Options),
            text => JsonSerializer.Deserialize<T>(text, StrictJson.Options)!,
            // Values are replaced as a whole, never changed in place.
            new ValueComparer<T>((a, b) => ReferenceEquals(a, b), value => value == null ? 0 : value.GetHashCode(), value => value));
    }
}
