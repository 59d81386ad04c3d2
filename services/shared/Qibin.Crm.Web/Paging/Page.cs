using System.Text.Json.Serialization;

namespace Qibin.Crm.Web.Paging;

/// <summary>The paging parameters that every list takes.</summary>
public sealed record PageQuery
{
    /// <summary>Rows a page, 1 to 200.</summary>
    [System.ComponentModel.DefaultValue(50)]
    public int? Limit { get; init; }

    /// <summary>Where to go on: <c>next</c> of the page before, with the same filters and sort.</summary>
    public string? Cursor { get; init; }

    /// <summary>Names from the list's published sorts, separated by commas; a leading minus sorts descending.</summary>
    public string? Sort { get; init; }

    /// <summary>Whether to count all rows of the list as well.</summary>
    public bool? Total { get; init; }
}

/// <summary>One page of a list.</summary>
public record Page<T> : IPage
{
    public required IReadOnlyList<T> Items { get; init; }

    /// <summary>Cursor of the next page; null on the last one.</summary>
    public required string? Next { get; init; }

    /// <summary>Number of all rows of the list; only with <c>total=true</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Total { get; init; }
}

/// <summary>A page, whatever it holds.</summary>
public interface IPage
{
    string? Next { get; }
}
