namespace Qibin.Crm.Kernel;

/// <summary>
/// Who reads a journey 涉密: one setting for lead and project, made at either end and carried to the other one by events. Each end puts
/// what it has over what it hears (<see cref="Over"/>), so both end with the same setting, in whatever order and however often the events
/// arrive, and when both were set at the same moment.
/// </summary>
/// <param name="Confidential">Only the readers see the journey, whatever their reach.</param>
/// <param name="Readers">The named readers, the owners of lead and project among them; none of an open journey.</param>
/// <param name="Revision">Counts the settings that somebody made. An owner who comes in reads by the present one.</param>
public sealed record Confidentiality(bool Confidential, Guid[] Readers, long Revision)
{
    /// <summary>What nobody has set yet.</summary>
    public static Confidentiality Open { get; } = new(false, [], 0);

    /// <summary>Somebody sets it anew; readers of an open journey are left out.</summary>
    public Confidentiality Set(bool confidential, IEnumerable<Guid> readers) =>
        new(confidential, confidential ? [.. readers.Distinct().Order()] : [], Revision + 1);

    /// <summary>The same setting, which an owner of the journey reads by, whoever was named.</summary>
    public Confidentiality ReadBy(Guid owner) =>
        Confidential && !Readers.Contains(owner) ? this with { Readers = [.. Readers.Append(owner).Order()] } : this;

    /// <summary>
    /// The later of two settings. Of two that were made at the same moment the confidential one, with the readers of both: each of them
    /// was named by somebody who may.
    /// </summary>
    public Confidentiality Over(Confidentiality other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return (Revision, Confidential).CompareTo((other.Revision, other.Confidential)) switch
        {
            > 0 => this,
            < 0 => other with { Readers = [.. other.Readers.Order()] },
            _ => this with { Readers = [.. Readers.Union(other.Readers).Order()] },
        };
    }

    public bool Equals(Confidentiality? other) =>
        other is not null && Confidential == other.Confidential && Revision == other.Revision
        && Readers.AsSpan().SequenceEqual(other.Readers);

    public override int GetHashCode() => HashCode.Combine(Confidential, Revision, Readers.Length);
}
