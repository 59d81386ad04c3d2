using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using OpenIddict.EntityFrameworkCore.Models;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Audit;
using Qibin.Crm.Web.Idempotency;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Data;

/// <summary>People, units, clients, keys, and what OpenIddict keeps of authorizations and tokens.</summary>
internal sealed class IdentityDb(DbContextOptions<IdentityDb> options) : DbContext(options), IServiceDb
{
    public Guid ActorId { get; set; }

    public DbSet<Person> People => Set<Person>();
    public DbSet<Unit> Units => Set<Unit>();
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
        modelBuilder.Entity<Person>(person =>
        {
            person.ToTable("person");
            person.Property(x => x.UserName).HasMaxLength(64);
            person.Property(x => x.NormalizedUserName).HasMaxLength(64);
            person.Property(x => x.DisplayName).HasMaxLength(100);
            person.Property(x => x.Phone).HasMaxLength(24);
            person.Property(x => x.Email).HasMaxLength(254);
            person.HasIndex(x => x.NormalizedUserName).IsUnique().HasDatabaseName("person_user_name_once");
            person.HasIndex(x => new { x.UnitId, x.Id });
            person.HasOne<Unit>().WithMany().HasForeignKey(x => x.UnitId).OnDelete(DeleteBehavior.Restrict)
                .HasConstraintName("person_unit_known");
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

        modelBuilder.UseOpenIddict<Guid>();
        modelBuilder.Entity<OpenIddictEntityFrameworkCoreApplication<Guid>>().ToTable("application", "openiddict");
        modelBuilder.Entity<OpenIddictEntityFrameworkCoreAuthorization<Guid>>().ToTable("authorization", "openiddict");
        modelBuilder.Entity<OpenIddictEntityFrameworkCoreScope<Guid>>().ToTable("scope", "openiddict");
        modelBuilder.Entity<OpenIddictEntityFrameworkCoreToken<Guid>>().ToTable("token", "openiddict");

        modelBuilder.AddApiTables();
        modelBuilder.AddMessagingTables();
        modelBuilder.Entity<AuditEntry>().HasIndex(x => new { x.At, x.Id });
        modelBuilder.AddAggregateConventions();
    }
}

/// <summary>For <c>dotnet ef</c>, which needs the model but no database.</summary>
internal sealed class IdentityDbForDesign : IDesignTimeDbContextFactory<IdentityDb>
{
    public IdentityDb CreateDbContext(string[] args) =>
        new((DbContextOptions<IdentityDb>)DatabaseHost.Configure(new DbContextOptionsBuilder<IdentityDb>()).Options);
}
