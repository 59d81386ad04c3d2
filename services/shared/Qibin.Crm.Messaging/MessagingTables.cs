using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Messaging.EventLog;
using Qibin.Crm.Messaging.Outbox;
using Qibin.Crm.Messaging.Parked;

namespace Qibin.Crm.Messaging;

/// <summary>
/// Schema <c>messaging</c>: event log, outbox, inbox, parked messages and what the feed withholds, in each service's own database.
/// </summary>
public static class MessagingTables
{
    public const string Schema = "messaging";

    public static ModelBuilder AddMessagingTables(this ModelBuilder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.Entity<EventRow>(row =>
        {
            row.ToTable("event", Schema);
            row.HasKey(x => x.Seq);
            row.Property(x => x.Seq).UseIdentityAlwaysColumn();
            row.HasIndex(x => x.Id).IsUnique();
            row.HasIndex(x => new { x.StreamId, x.StreamVersion, x.Ordinal }).IsUnique();
            row.HasIndex(x => new { x.Xid, x.Seq });
            row.HasIndex(x => x.Subjects).HasMethod("gin").HasFilter("subjects is not null");
            row.Property(x => x.StreamType).HasMaxLength(60);
            row.Property(x => x.Type).HasMaxLength(100);
            row.Property(x => x.TraceParent).HasMaxLength(64);
            row.Property(x => x.Payload).HasColumnType("jsonb");
            row.Property(x => x.RecordedAt).HasDefaultValueSql("now()");
            row.Property(x => x.Xid).HasColumnType("xid8").HasDefaultValueSql("pg_current_xact_id()").ValueGeneratedOnAdd();
        });
        model.Entity<WithheldRow>(row =>
        {
            row.ToTable("withheld", Schema);
            row.HasKey(x => x.SubjectId);
            row.Property(x => x.SubjectId).ValueGeneratedNever();
            row.Property(x => x.SubjectType).HasMaxLength(60);
            row.Property(x => x.Xid).HasColumnType("xid8");
        });
        model.Entity<OutboxRow>(row =>
        {
            row.ToTable("outbox", Schema);
            row.HasKey(x => x.Seq);
            row.Property(x => x.Seq).ValueGeneratedNever();
            row.Property(x => x.AvailableAt).HasDefaultValueSql("now()");
            row.Property(x => x.Attempts).HasDefaultValue(0);
            row.HasIndex(x => new { x.StreamId, x.Seq });
            row.HasIndex(x => new { x.StreamId, x.Seq }, "ix_outbox_held").HasFilter("attempts > 0");
        });
        model.Entity<InboxRow>(row =>
        {
            row.ToTable("inbox", Schema);
            row.HasKey(x => new { x.Consumer, x.MessageId });
            row.Property(x => x.Consumer).HasMaxLength(100);
            row.Property(x => x.ProcessedAt).HasDefaultValueSql("now()");
            row.HasIndex(x => x.ProcessedAt);
        });
        model.Entity<ParkedMessage>(row =>
        {
            row.ToTable("parked_message", Schema);
            row.HasKey(x => x.Id);
            row.Property(x => x.Queue).HasMaxLength(200);
            row.Property(x => x.Consumer).HasMaxLength(100);
            row.Property(x => x.Type).HasMaxLength(200);
            row.Property(x => x.Headers).HasColumnType("jsonb");
            row.Property(x => x.ParkedAt).HasDefaultValueSql("now()");
            row.HasIndex(x => new { x.State, x.ParkedAt });
            // A message that is parked and then delivered once more is not parked twice.
            row.HasIndex(x => new { x.Consumer, x.MessageId }, "ix_parked_message_once").IsUnique().AreNullsDistinct(false)
                .HasFilter("state = 0 and message_id is not null");
        });
        return model;
    }
}
