namespace Qibin.Crm.Kernel;

/// <summary>A request that the caller may send next.</summary>
public sealed record NextRequest
{
    /// <summary>Its <c>operationId</c> in the OpenAPI document.</summary>
    public required string Operation { get; init; }

    /// <summary>HTTP method.</summary>
    public required string Method { get; init; }

    /// <summary>Path of the resource.</summary>
    public required string Location { get; init; }
}
