using System.Text.Json.Serialization;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Web.Problems;

/// <summary>Problem details (RFC 9457) as every service and the gateway answer them.</summary>
public sealed record Problem
{
    /// <summary>The kind of problem: path of a page at the gateway that explains it.</summary>
    public required string Type { get; init; }

    /// <summary>What is wrong, in the language of Accept-Language (zh-CN unless en is asked for).</summary>
    public required string Title { get; init; }

    public required int Status { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>Path of the request.</summary>
    public required string Instance { get; init; }

    /// <summary>Stable code for programs, such as <c>lead.closed</c>.</summary>
    public required string Code { get; init; }

    /// <summary>Each place that is wrong.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ProblemError>? Errors { get; init; }

    /// <summary>What is missing, where a rule of the trade asks for more: fields and documents by code.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Missing { get; init; }

    /// <summary>What is already there and stands against the request, as far as the caller may see it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ProblemCandidate>? Candidates { get; init; }

    /// <summary>Units that are in talks with the same investor, with the officer to ring, as far as the caller may know of them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<UnitInTalks>? Talks { get; init; }

    /// <summary>What can be done about the refusal.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public NextRequest? Next { get; init; }

    /// <summary>W3C trace id, to find the request in the logs.</summary>
    public required string TraceId { get; init; }
}

/// <summary>One place that is wrong.</summary>
public sealed record ProblemError
{
    /// <summary>JSON pointer into the body, or the name of the query parameter or header.</summary>
    public required string Pointer { get; init; }

    public required string Code { get; init; }
    public required string Message { get; init; }
}
