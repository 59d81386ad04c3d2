using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Web.Concurrency;

/// <summary>
/// The version that the caller read, from the If-Match header (RFC 9110, 13.1.1): one strong entity tag, <c>"7"</c> or, with a
/// variant, <c>"7.masked"</c>. Missing answers 428 (RFC 6585), malformed 400, stale 412.
/// </summary>
public sealed class IfMatch
{
    private readonly long _version;

    private IfMatch(long version) => _version = version;

    /// <summary>Bound by the framework for every handler that takes an <see cref="IfMatch"/>.</summary>
    public static ValueTask<IfMatch?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(context);
        var header = context.Request.Headers.IfMatch;
        if (header.Count == 0)
        {
            throw new Refusal(StatusCodes.Status428PreconditionRequired, "ifMatch.required");
        }

        var text = header.ToString();
        return text is ['"', .. var tag, '"']
            && long.TryParse(tag.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? ValueTask.FromResult<IfMatch?>(new IfMatch(version))
            : throw new Refusal(StatusCodes.Status400BadRequest, "ifMatch.malformed");
    }

    /// <summary>Refuses with 412 when the aggregate is not at the version that the caller read.</summary>
    public void Check(Aggregate aggregate)
    {
        ArgumentNullException.ThrowIfNull(aggregate);
        if (aggregate.Version != _version)
        {
            throw new Refusal(StatusCodes.Status412PreconditionFailed, "ifMatch.stale");
        }
    }
}

/// <summary>An answer that carries its version, sent as ETag as well.</summary>
public interface IVersioned
{
    long Version { get; }

    /// <summary>
    /// Distinguishes answers of one version that differ by caller or time, such as <c>masked</c>: part of the ETag, or an old answer
    /// would be taken for the present one. Letters, digits and hyphens; null when there is only one.
    /// </summary>
    string? Variant => null;
}

/// <summary>
/// What a write answers: ids, codes, versions and links only, because the answer is kept for repeats of its Idempotency-Key and
/// personal data must not be there.
/// </summary>
#pragma warning disable CA1040 // Marks what may be kept.
public interface IReceipt;
#pragma warning restore CA1040

/// <summary>
/// A receipt with something that is told once and kept nowhere, such as a new secret: a repeat of its Idempotency-Key gets
/// <see cref="Kept"/>, the same receipt without it.
/// </summary>
public interface IToldOnce : IReceipt
{
    [System.Text.Json.Serialization.JsonIgnore]
    IReceipt Kept { get; }
}

/// <summary>The usual receipt.</summary>
public record Receipt : IReceipt, IVersioned
{
    /// <summary>The resource that was made or changed.</summary>
    public required Guid Id { get; init; }

    /// <summary>Its people-facing code, where it has one.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }

    /// <summary>Its version now; the ETag.</summary>
    public required long Version { get; init; }
}
