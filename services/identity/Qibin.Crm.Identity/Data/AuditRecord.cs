using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Qibin.Crm.Contracts;
using Qibin.Crm.Kernel.Json;

namespace Qibin.Crm.Identity.Data;

/// <summary>
/// An audit entry of any service as a link of the chain: its hash is made of its content and of the record before it, so that no record can
/// be changed, left out or put between others without a break. Append-only.
/// </summary>
internal sealed class AuditRecord
{
    private AuditRecord()
    {
    }

    /// <summary>Place in the chain, from 1, without a gap.</summary>
    public long Number { get; private init; }

    /// <summary>The entry's id.</summary>
    public Guid Id { get; private init; }

    public string Service { get; private init; } = "";
    public DateTimeOffset At { get; private init; }
    public Guid ActorId { get; private init; }
    public string Operation { get; private init; } = "";
    public bool Refused { get; private init; }

    /// <summary>Ids of what the entry is about.</summary>
    public Guid[] Subjects { get; private init; } = [];

    /// <summary>The entry, an <see cref="AuditContent"/> as JSON; text, since the hash is of its octets.</summary>
    public string Content { get; private init; } = "";

    /// <summary>SHA-256, hexadecimal, of the hash before, a line break, the number, a line break, and the content, in UTF-8.</summary>
    public string Hash { get; private init; } = "";

    /// <summary>The record that follows a head of the chain.</summary>
    /// <param name="head">The head; null when this is the first record.</param>
    /// <param name="content">The entry's JSON.</param>
    /// <param name="entry">The same, read.</param>
    public static AuditRecord After(AuditHead? head, string content, AuditContent entry)
    {
        var number = (head?.Number ?? 0) + 1;
        return new AuditRecord
        {
            Number = number,
            Id = entry.Id,
            Service = entry.Service,
            At = entry.At,
            ActorId = entry.ActorId,
            Operation = entry.Operation,
            Refused = entry.Refused,
            Subjects = [.. entry.Subjects.Select(s => s.Id)],
            Content = content,
            Hash = HashOf(head?.Hash ?? "", number, content),
        };
    }

    /// <summary>The hash of a record.</summary>
    public static string HashOf(string before, long number, string content) => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{before}\n{number}\n{content}"))));

    public AuditHead Head => new() { Number = Number, Hash = Hash };

    public AuditContent Read() => Read(Content);

    /// <summary>Reads an entry's JSON; members that a later version added are left out.</summary>
    public static AuditContent Read(string content) => JsonSerializer.Deserialize<AuditContent>(content, StrictJson.Lenient)!;
}

/// <summary>How far the entries of a service are in the chain.</summary>
internal sealed class AuditSource
{
    public required string Service { get; init; }

    /// <summary>Transaction of the last entry.</summary>
    public ulong Xid { get; set; }

    /// <summary>Position of the last entry.</summary>
    public long Seq { get; set; }

    /// <summary>When the service last gave all that it had.</summary>
    public DateTimeOffset? CompleteAt { get; set; }
}

/// <summary>
/// A subject whose entries are shown without what they are about, because it is confidential 涉密 in a service. Entries of two services are
/// collected in no order, so each service withholds and releases for itself.
/// </summary>
internal sealed class WithheldSubject
{
    public required string Service { get; init; }
    public required Guid Id { get; init; }
}
