using System.Diagnostics;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Web.Idempotency;

namespace Qibin.Crm.Web.Audit;

/// <summary>
/// Who did what to what, and why: one entry for each write, in the transaction of the write, and one for each refused access and sign-in,
/// in a transaction of its own. Append-only. The identity service collects the entries of all services into one chain.
/// </summary>
public sealed class AuditEntry
{
    /// <summary>Characters of the reason that are kept.</summary>
    public const int LongestReason = 1000;

    public required Guid Id { get; init; }

    /// <summary>Position; identity, so it may have gaps and may commit out of order (see <see cref="Xid"/>).</summary>
    public long Seq { get; init; }

    /// <summary>The recording transaction, by which a collector never runs past a commit that is still under way.</summary>
    public ulong Xid { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>The person or client; empty for the system itself and for who did not sign in.</summary>
    public required Guid ActorId { get; init; }

    /// <summary>The OAuth client that the request came through.</summary>
    public string? ClientId { get; set; }

    /// <summary>The operationId of the OpenAPI document, or the name of an event such as <c>signIn</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>It was refused: nothing changed.</summary>
    public bool Refused { get; init; }

    public string? Reason { get; init; }

    /// <summary>Address of the caller, as the gateway saw it.</summary>
    public string? Address { get; set; }

    public string? TraceId { get; set; }

    /// <summary>One of the aggregates is confidential 涉密.</summary>
    public bool Confidential { get; set; }

    /// <summary>What it was about, as a JSON array of <see cref="AuditSubject"/>.</summary>
    public string Subjects { get; set; } = "[]";

    /// <summary>What changed, as a JSON array of <see cref="AuditChange"/>.</summary>
    public string Changes { get; set; } = "[]";

    /// <summary>An entry of now's trace.</summary>
    public static AuditEntry Of(
        Guid actorId, DateTimeOffset at, string operation, string? reason = null, bool refused = false,
        params IReadOnlyCollection<AuditSubject> subjects) => new()
        {
            Id = Guid.CreateVersion7(at),
            At = at.ToUniversalTime(),
            ActorId = actorId,
            Operation = operation,
            Refused = refused,
            Reason = reason is { Length: > LongestReason } ? reason[..LongestReason] : reason,
            TraceId = Activity.Current?.TraceId.ToString(),
            Subjects = JsonSerializer.Serialize(subjects, StrictJson.Options),
        };
}

/// <summary>A head of the chain, kept outside the identity service: a chain that is made anew there differs from it.</summary>
internal sealed class KeptHead
{
    public long Number { get; init; }

    /// <summary>SHA-256, hexadecimal.</summary>
    public required string Hash { get; init; }

    public DateTimeOffset KeptAt { get; init; }
}

/// <summary>Tables of the audit.</summary>
internal static class AuditTables
{
    public static void AddAudit(this ModelBuilder model)
    {
        model.Entity<KeptHead>(row =>
        {
            row.ToTable("audit_head", ApiTables.Schema);
            row.HasKey(x => x.Number);
            row.Property(x => x.Number).ValueGeneratedNever();
            row.Property(x => x.Hash).HasMaxLength(64);
            row.Property(x => x.KeptAt).HasDefaultValueSql("now()");
        });
        model.Entity<AuditEntry>(Configure);
    }

    private static void Configure(EntityTypeBuilder<AuditEntry> row)
    {
        row.ToTable("audit_entry", ApiTables.Schema);
        row.HasKey(x => x.Id);
        row.Property(x => x.Seq).UseIdentityAlwaysColumn();
        row.Property(x => x.Xid).HasColumnType("xid8").HasDefaultValueSql("pg_current_xact_id()").ValueGeneratedOnAdd();
        row.Property(x => x.ClientId).HasMaxLength(100);
        row.Property(x => x.Operation).HasMaxLength(100);
        row.Property(x => x.Reason).HasMaxLength(AuditEntry.LongestReason);
        row.Property(x => x.Address).HasMaxLength(64);
        row.Property(x => x.TraceId).HasMaxLength(64);
        row.Property(x => x.Subjects).HasColumnType("jsonb");
        row.Property(x => x.Changes).HasColumnType("jsonb");
        row.HasIndex(x => new { x.Xid, x.Seq });
        row.HasIndex(x => x.At);
    }
}
