namespace Qibin.Crm.Kernel;

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Pointer">JSON pointer (RFC 6901) into the body, or the query parameter's name.</param>
/// <param name="Code">Dotted code from the catalogue.</param>
/// <param name="Arguments">Values for the text's placeholders.</param>
public sealed record Fault(string Pointer, string Code, params object[] Arguments);

#pragma warning disable CA1032, CA1064 // A refusal always has a status and a code.
/// <summary>Ends a request with a problem answer; the exception handler writes it, and the transaction is rolled back.</summary>
public sealed class Refusal(int status, string code, params object[] arguments) : Exception(code)
{
    public int Status { get; } = status;
    public string Code { get; } = code;
    public IReadOnlyList<object> Arguments { get; } = arguments;
    public IReadOnlyList<Fault> Faults { get; init; } = [];

    /// <summary>What is already there and stands against the request; only what the caller may see.</summary>
    public IReadOnlyList<ProblemCandidate> Candidates { get; init; } = [];

    /// <summary>Units to ring before one goes on; only those that the caller may know of.</summary>
    public IReadOnlyList<UnitInTalks> Talks { get; init; } = [];

    /// <summary>What the caller can do about the refusal.</summary>
    public NextRequest? Next { get; init; }

    /// <summary>Seconds after which a repeat may succeed; sent as Retry-After.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>400: the request cannot be read as what it should be.</summary>
    public static Refusal BadRequest(string code, params object[] arguments) => new(400, code, arguments);

    /// <summary>400: a published shape is broken at one place.</summary>
    public static Refusal Invalid(string pointer, string code, params object[] arguments) =>
        new(400, "request.invalid") { Faults = [new Fault(pointer, code, arguments)] };

    /// <summary>400: a published shape is broken at several places.</summary>
    public static Refusal Invalid(IEnumerable<Fault> faults) =>
        new(400, "request.invalid") { Faults = [.. faults] };

    /// <summary>503 with Retry-After.</summary>
    public static Refusal Busy(string code = "service.busy", int retryAfter = 1) =>
        new(503, code) { RetryAfter = retryAfter };
}
#pragma warning restore CA1032, CA1064
