using System.Buffers.Text;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Web.Concurrency;

/// <summary>
/// What the caller read, from the If-Match header (RFC 9110, 13.1.1): a list of entity tags of which one has to be the resource's, by
/// strong comparison, or <c>*</c> for any. Missing answers 428 (RFC 6585), what is no such header 400, a list without the resource's tag
/// 412.
/// </summary>
public sealed class IfMatch
{
    private readonly IList<EntityTagHeaderValue> _tags;

    private IfMatch(IList<EntityTagHeaderValue> tags) => _tags = tags;

    /// <summary>Bound by the framework for every handler that takes an <see cref="IfMatch"/>.</summary>
    public static ValueTask<IfMatch?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(context);
        var header = context.Request.Headers.IfMatch;
        if (header.Count == 0)
        {
            throw new Refusal(StatusCodes.Status428PreconditionRequired, "ifMatch.required");
        }

        return EntityTagHeaderValue.TryParseStrictList(header, out var tags)
            && (tags.Count == 1 || !tags.Contains(EntityTagHeaderValue.Any))
            ? ValueTask.FromResult<IfMatch?>(new IfMatch(tags))
            : throw new Refusal(StatusCodes.Status400BadRequest, "ifMatch.malformed");
    }

    /// <summary>Refuses with 412 when the aggregate is not at the version that the caller read.</summary>
    public void Check(Aggregate aggregate)
    {
        ArgumentNullException.ThrowIfNull(aggregate);
        if (!_tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any)
            || (!tag.IsWeak && EntityTag.VersionOf(tag.Tag.AsSpan()) == aggregate.Version)))
        {
            throw new Refusal(StatusCodes.Status412PreconditionFailed, "ifMatch.stale");
        }
    }
}

/// <summary>
/// The entity tags of the API, opaque to callers: the version and, where answers of one version differ by caller or time, a digest of the
/// difference. The last four characters are a check, so that only a tag that was sent once is taken.
/// </summary>
internal static class EntityTag
{
    public static string Of(long version, string? variant) => variant is null
        ? string.Create(CultureInfo.InvariantCulture, $"\"{version}\"")
        : string.Create(CultureInfo.InvariantCulture, $"\"{version}.{Checked(version, Digest(variant, 8))}\"");

    /// <summary>The version that a tag is of; null for a tag that is none of ours.</summary>
    public static long? VersionOf(ReadOnlySpan<char> tag)
    {
        var inner = tag.Trim('"');
        var dot = inner.IndexOf('.');
        return long.TryParse(dot < 0 ? inner : inner[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            && (dot < 0 || (inner.Length == dot + 13 && Checked(version, inner[(dot + 1)..(dot + 9)].ToString()).AsSpan()
                .SequenceEqual(inner[(dot + 1)..])))
            ? version
            : null;
    }

    private static string Checked(long version, string digest) =>
        digest + Digest(string.Create(CultureInfo.InvariantCulture, $"{version}.{digest}"), 4);

    private static string Digest(string text, int length) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..length];
}

/// <summary>An answer that carries its version, sent as ETag as well.</summary>
public interface IVersioned
{
    long Version { get; }

    /// <summary>
    /// Distinguishes answers of one version that differ by caller or time, such as <c>masked</c>: the ETag has a digest of it, or an old
    /// answer would be taken for the present one. Null when there is only one.
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
