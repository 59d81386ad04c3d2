using Microsoft.EntityFrameworkCore;
using OpenIddict.EntityFrameworkCore.Models;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Idempotency;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Data;

/// <summary>People, units, sign-ins, clients, keys, and what OpenIddict keeps of authorizations and tokens.</summary>
internal sealed class IdentityDb(DbContextOptions<IdentityDb> options) : DbContext(options), IServiceDb
{
    /// <summary>Ids and names of all people and units.</summary>
    public const string Names = "select id, display_name as name from person union all select id, name from unit "
        + "union all select id, name from removed_unit";

    public Guid ActorId { get; set; }

    public DbSet<Person> People => Set<Person>();
    public DbSet<Unit> Units => Set<Unit>();
    public DbSet<RemovedUnit> RemovedUnits => Set<RemovedUnit>();
    public DbSet<Session> Sessions => Set<Session>();
    public DbSet<WrongTries> WrongTries => Set<WrongTries>();
    public DbSet<Client> Clients => Set<Client>();
    public DbSet<SealedKey> Keys => Set<SealedKey>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Unit>(unit =>
        {
            unit.ToTable("unit");
            unit.Property(x => x.Code).HasMaxLength(40);
            unit.Property(x => x.Name).HasMaxLength(200);
            unit.Property(x => x.NameEn).HasMaxLength(200);
            unit.HasIndex(x => x.Code).IsUnique().HasDatabaseName("unit_code_once");
            unit.HasOne<Unit>().WithMany().HasForeignKey(x => x.ParentId).OnDelete(DeleteBehavior.Restrict)
                .HasConstraintName("unit_parent_known");
        });
        modelBuilder.Entity<RemovedUnit>(removed =>
        {
            removed.ToTable("removed_unit");
            removed.Property(x => x.Id).ValueGeneratedNever();
            removed.Property(x => x.Code).HasMaxLength(40);
            removed.Property(x => x.Name).HasMaxLength(200);
            removed.Property(x => x.NameEn).HasMaxLength(200);
            removed.Property(x => x.Reason).HasMaxLength(1000);
            removed.HasIndex(x => x.DueAt);
        });
        modelBuilder.Entity<Person>(person =>
        {
            person.ToTable("person");
            person.Property(x => x.UserName).HasMaxLength(64);
            person.Property(x => x.NormalizedUserName).HasMaxLength(64);
            person.Property(x => x.DisplayName).HasMaxLength(100);
            person.Property(x => x.Phone).HasMaxLength(PhoneNumbers.Longest);
            person.Property(x => x.Email).HasMaxLength(254);
            person.HasIndex(x => x.NormalizedUserName).IsUnique().HasDatabaseName("person_user_name_once");
            person.HasIndex(x => new { x.UnitId, x.Id });
            person.HasIndex(x => x.SearchTokens).HasMethod("gin");
            person.HasOne<Unit>().WithMany().HasForeignKey(x => x.UnitId).OnDelete(DeleteBehavior.Restrict)
                .HasConstraintName("person_unit_known");
        });
        modelBuilder.Entity<Session>(session =>
        {
            session.ToTable("session");
            session.HasIndex(x => x.SubjectId);
            session.HasIndex(x => x.ExpiresAt);
        });
        modelBuilder.Entity<WrongTries>(tries =>
        {
            tries.ToTable("wrong_tries");
            tries.HasKey(x => new { x.NameHash, x.Origin });
            tries.Property(x => x.NameHash).HasMaxLength(64);
            tries.Property(x => x.Origin).HasMaxLength(60);
            tries.HasIndex(x => x.ForgottenAt);
        });
        modelBuilder.Entity<Client>(client =>
        {
            client.ToTable("client");
            client.Property(x => x.ClientId).HasMaxLength(100);
            client.Property(x => x.DisplayName).HasMaxLength(200);
            client.HasIndex(x => x.ClientId).IsUnique().HasDatabaseName("client_id_once");
            client.OwnsMany(x => x.Secrets, secret =>
            {
                secret.ToTable("client_secret");
                secret.WithOwner().HasForeignKey("client_id");
                secret.Property<long>("id").UseIdentityAlwaysColumn();
                secret.HasKey("id");
            });
        });
        modelBuilder.Entity<SealedKey>(key =>
        {
            key.ToTable("sealed_key");
            key.HasKey(x => x.Name);
            key.Property(x => x.Name).HasMaxLength(200);
            key.Property(x => x.CreatedAt).HasDefaultValueSql("now()");
        });

        modelBuilder.Entity<Notice>(notice =>
        {
            notice.ToTable("notice");
            notice.Property(x => x.Id).ValueGeneratedNever();
            notice.Property(x => x.Day).AsJson();
            notice.HasOne<Person>().WithMany().HasForeignKey(x => x.PersonId).OnDelete(DeleteBehavior.Cascade);
            notice.HasIndex(x => new { x.PersonId, x.Id });
            notice.HasIndex(x => new { x.PersonId, x.Id }, "ix_notice_unread").HasFilter("read_at is null");
            notice.HasIndex(x => x.At);
            notice.HasIndex(x => x.CommentId).HasFilter("comment_id is not null");
        });
        modelBuilder.Entity<PendingDigest>(digest =>
        {
            digest.ToTable("pending_digest");
            digest.Property(x => x.Id).ValueGeneratedNever();
            digest.Property(x => x.Own).AsJson();
            digest.HasOne<Person>().WithOne().HasForeignKey<PendingDigest>(x => x.Id).OnDelete(DeleteBehavior.Cascade);
            digest.HasIndex(x => new { x.DueAt, x.Id });
        });
        modelBuilder.Entity<Mailing>(mailing =>
        {
            mailing.ToTable("mailing");
            mailing.Property(x => x.Id).ValueGeneratedNever();
            mailing.HasOne<Person>().WithOne().HasForeignKey<Mailing>(x => x.Id).OnDelete(DeleteBehavior.Cascade);
            mailing.HasIndex(x => new { x.DueAt, x.Id });
        });
        modelBuilder.Entity<AuditRecord>(record =>
        {
            record.ToTable("audit_record");
            record.HasKey(x => x.Number);
            record.Property(x => x.Number).ValueGeneratedNever();
            record.Property(x => x.Service).HasMaxLength(40);
            record.Property(x => x.Operation).HasMaxLength(100);
            record.Property(x => x.Hash).HasMaxLength(64);
            record.Ignore(x => x.Head);
            record.HasIndex(x => x.Id).IsUnique();
            record.HasIndex(x => new { x.At, x.Id });
            record.HasIndex(x => new { x.ActorId, x.At });
            record.HasIndex(x => x.Subjects).HasMethod("gin");
        });
        modelBuilder.Entity<AuditSource>(source =>
        {
            source.ToTable("audit_source");
            source.HasKey(x => x.Service);
            source.Property(x => x.Service).HasMaxLength(40);
            source.Property(x => x.Xid).HasColumnType("xid8");
        });
        modelBuilder.Entity<WithheldSubject>(withheld =>
        {
            withheld.ToTable("withheld_subject");
            // By id first: that is how entries are looked up.
            withheld.HasKey(x => new { x.Id, x.Service });
            withheld.Property(x => x.Service).HasMaxLength(40);
        });

        modelBuilder.UseOpenIddict<Guid>();
        modelBuilder.Entity<OpenIddictEntityFrameworkCoreApplication<Guid>>().ToTable("application", "openiddict");
        modelBuilder.Entity<OpenIddictEntityFrameworkCoreAuthorization<Guid>>().ToTable("authorization", "openiddict");
        modelBuilder.Entity<OpenIddictEntityFrameworkCoreScope<Guid>>().ToTable("scope", "openiddict");
        modelBuilder.Entity<OpenIddictEntityFrameworkCoreToken<Guid>>().ToTable("token", "openiddict");

        modelBuilder.AddApiTables();
        modelBuilder.AddMessagingTables();
        modelBuilder.AddAggregateConventions();
    }
}

/// <summary>For <c>dotnet ef</c>, which needs the model but no database.</summary>
internal sealed class IdentityDbForDesign : DesignTimeDb<IdentityDb>;
