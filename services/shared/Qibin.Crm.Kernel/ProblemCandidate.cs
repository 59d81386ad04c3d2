using System.Text.Json.Serialization;

namespace Qibin.Crm.Kernel;

/// <summary>Something that is already there.</summary>
public sealed record ProblemCandidate
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }

    /// <summary>Path of the resource.</summary>
    public required string Location { get; init; }

    /// <summary>How surely it is the same, 0 to 100, where that is a matter of degree.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Score { get; init; }

    /// <summary>What of it matched, such as <c>name</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Matched { get; init; }
}
