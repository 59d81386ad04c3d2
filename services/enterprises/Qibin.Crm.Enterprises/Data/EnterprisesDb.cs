using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qibin.Crm.Comments;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Idempotency;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Enterprises.Data;

internal sealed class EnterprisesDb(DbContextOptions<EnterprisesDb> options) : DbContext(options), IServiceDb
{
    public const string UsccConstraint = "ux_enterprise_uscc";
    public const string ParkNameConstraint = "ux_park_name";
    public const string BuildingNameConstraint = "ux_building_name";
    public const string SpaceNameConstraint = "ux_space_name";

    /// <summary>No space is let twice at once. See <see cref="Data.Occupations"/>.</summary>
    public const string OccupationConstraint = "ex_occupation_space";

    public Guid ActorId { get; set; }

    public DbSet<Enterprise> Enterprises => Set<Enterprise>();
    public DbSet<ProjectLink> ProjectLinks => Set<ProjectLink>();
    public DbSet<Park> Parks => Set<Park>();
    public DbSet<Building> Buildings => Set<Building>();
    public DbSet<Space> Spaces => Set<Space>();
    public DbSet<EntryApplication> EntryApplications => Set<EntryApplication>();
    public DbSet<Occupation> Occupations => Set<Occupation>();
    public DbSet<Tenancy> Tenancies => Set<Tenancy>();

    /// <summary>
    /// Lets one transaction at a time make or link the enterprise of a code. The unique index would refuse the second one; this way
    /// it finds what the first one made.
    /// </summary>
    public Task OneAtATimeAsync(Uscc uscc, CancellationToken ct) =>
        this.LockEnterpriseAsync(uscc.Value, ct);

    /// <summary>Spaces that somebody has or holds on a day, or has not left although the term is over.</summary>
    public IQueryable<Guid> TakenOn(DateOnly day)
    {
        var let = Occupations.Where(o => o.From <= day && (o.Until == null || o.Until > day));
        var overstayed = Occupations.Where(o => o.Until <= day
            && Tenancies.Any(t => t.ApplicationId == o.ApplicationId && (t.EndedOn == null || t.EndedOn > day)));
        return let.Select(o => o.SpaceId).Union(overstayed.Select(o => o.SpaceId));
    }

    /// <summary>How to write several spaces in one text: each by its building's name and its own.</summary>
    public async Task<Func<IEnumerable<Guid>, string>> SpaceNamesAsync(IEnumerable<Guid> spaceIds, CancellationToken ct)
    {
        Guid[] ids = [.. spaceIds.Distinct()];
        var names = await Spaces.Where(s => ids.Contains(s.Id))
            .Join(Buildings, s => s.BuildingId, b => b.Id, (s, b) => new { s.Id, s.Name, Of = b.Name })
            .ToDictionaryAsync(s => s.Id, s => $"{s.Of} {s.Name}", ct);
        return several => string.Join("、", several.Select(id => names.GetValueOrDefault(id)).OfType<string>());
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasPostgresExtension("btree_gist");
        modelBuilder.AddApiTables();
        modelBuilder.AddMessagingTables();
        modelBuilder.AddDirectoryTables().AddJobTables();
        foreach (var prefix in (string[])["E", "PK", "B", "S", "EA", "T"])
        {
            modelBuilder.AddPeopleCodes(prefix);
        }

        modelBuilder.Entity<Enterprise>(MapEnterprise);
        modelBuilder.Entity<ProjectLink>(link =>
        {
            link.ToTable("enterprise_project");
            link.HasKey(x => x.ProjectId);
            link.Property(x => x.ProjectId).ValueGeneratedNever();
            link.HasIndex(x => x.EnterpriseId);
        });
        modelBuilder.Entity<Park>(park =>
        {
            MapPremises(park, "park");
            park.HasIndex(x => x.Name, ParkNameConstraint).IsUnique().HasDatabaseName(ParkNameConstraint);
            park.Property(x => x.Address).HasMaxLength(500);
        });
        modelBuilder.Entity<Building>(building =>
        {
            MapPremises(building, "building");
            building.HasIndex(x => new { x.ParkId, x.Name }, BuildingNameConstraint).IsUnique().HasDatabaseName(BuildingNameConstraint);
            building.HasOne<Park>().WithMany().HasForeignKey(x => x.ParkId).OnDelete(DeleteBehavior.Restrict);
        });
        modelBuilder.Entity<Space>(space =>
        {
            MapPremises(space, "space");
            space.HasIndex(x => new { x.BuildingId, x.Name }, SpaceNameConstraint).IsUnique().HasDatabaseName(SpaceNameConstraint);
            space.HasIndex(x => x.ParkId);
            space.HasOne<Building>().WithMany().HasForeignKey(x => x.BuildingId).OnDelete(DeleteBehavior.Restrict);
            space.Property(x => x.Area).HasPrecision(12, 2);
            space.Property(x => x.Height).HasPrecision(6, 2);
            space.Property(x => x.FloorLoad).HasPrecision(8, 2);
            space.Property(x => x.Power).HasPrecision(10, 2);
            space.ComplexProperty(x => x.Rent, rent =>
            {
                rent.Property(x => x.Amount).HasPrecision(19, 4);
                rent.Property(x => x.Currency).HasMaxLength(3);
            });
            space.HasIndex(x => new { x.Area, x.Id });
        });
        modelBuilder.Entity<EntryApplication>(MapApplication);
        modelBuilder.Entity<EntryMove>(move =>
        {
            move.ToTable("entry_move");
            move.HasKey(x => new { x.ApplicationId, x.Number });
            move.Property(x => x.Number).ValueGeneratedNever();
            move.Property(x => x.Opinion).HasMaxLength(2000);
        });
        modelBuilder.Entity<EntryReview>(review =>
        {
            review.ToTable("entry_review");
            review.HasKey(x => new { x.ApplicationId, x.Number });
            review.Property(x => x.Number).ValueGeneratedNever();
            review.Property(x => x.Opinion).HasMaxLength(2000);
        });
        modelBuilder.Entity<Occupation>(occupation =>
        {
            occupation.ToTable("occupation", t =>
                t.HasCheckConstraint("ck_occupation_term", "occupied_until is null or occupied_until > occupied_from"));
            occupation.HasKey(x => new { x.ApplicationId, x.SpaceId });
            occupation.Property(x => x.From).HasColumnName("occupied_from");
            occupation.Property(x => x.Until).HasColumnName("occupied_until");
            occupation.HasOne<Space>().WithMany().HasForeignKey(x => x.SpaceId).OnDelete(DeleteBehavior.Restrict);
        });
        modelBuilder.Entity<Tenancy>(tenancy =>
        {
            tenancy.ToTable("tenancy");
            Coded(tenancy, x => x.Code);
            tenancy.HasOne<Enterprise>().WithMany().HasForeignKey(x => x.EnterpriseId).OnDelete(DeleteBehavior.Restrict);
            tenancy.HasOne<EntryApplication>().WithOne().HasForeignKey<Tenancy>(x => x.ApplicationId).OnDelete(DeleteBehavior.Restrict);
            tenancy.Property(x => x.EndReason).HasMaxLength(500);
            tenancy.HasIndex(x => x.SpaceIds).HasMethod("gin");
            tenancy.HasIndex(x => new { x.StartedOn, x.Id });
            tenancy.HasIndex(x => new { x.UpdatedAt, x.Id });
        });
        modelBuilder.AddComments<Enterprise>();
        modelBuilder.AddAggregateConventions();
    }

    private static void MapEnterprise(EntityTypeBuilder<Enterprise> enterprise)
    {
        enterprise.ToTable("enterprise");
        Coded(enterprise, x => x.Code);
        enterprise.Property(x => x.Name).HasMaxLength(200);
        enterprise.Property(x => x.Uscc).HasMaxLength(Uscc.Length).IsFixedLength();
        enterprise.HasIndex(x => x.Uscc, UsccConstraint).IsUnique().HasDatabaseName(UsccConstraint);
        enterprise.Property(x => x.ForeignRegistration).HasMaxLength(ForeignRegistration.LongestText)
            .HasConversion(registration => registration!.ToString(), text => ForeignRegistration.Of(text));
        enterprise.Property(x => x.RegistrationKey).HasMaxLength(ForeignRegistration.LongestText);
        enterprise.HasIndex(x => x.RegistrationKey);
        enterprise.Property(x => x.ChainCode).HasMaxLength(40);
        enterprise.Property(x => x.NodeCode).HasMaxLength(60);
        enterprise.Property(x => x.Address).HasMaxLength(500);
        enterprise.Property(x => x.IndustryCode).HasMaxLength(5);
        enterprise.HasMany(x => x.Links).WithOne().HasForeignKey(x => x.EnterpriseId).IsRequired();
        enterprise.Navigation(x => x.Links).UsePropertyAccessMode(PropertyAccessMode.Field);
        enterprise.HasIndex(x => new { x.UpdatedAt, x.Id });
        enterprise.HasIndex(x => new { x.RegisteredOn, x.Id });
        enterprise.HasIndex(x => new { x.Name, x.Id });
        enterprise.HasIndex(x => x.SearchTokens).HasMethod("gin");
    }

    private static void MapApplication(EntityTypeBuilder<EntryApplication> application)
    {
        application.ToTable("entry_application");
        Coded(application, x => x.Code);
        application.HasOne<Enterprise>().WithMany().HasForeignKey(x => x.EnterpriseId).OnDelete(DeleteBehavior.Restrict);
        application.Property(x => x.PreferentialTerms).HasMaxLength(2000);
        application.Property(x => x.Note).HasMaxLength(2000);
        application.Property(x => x.AgreementNumber).HasMaxLength(100);
        application.ComplexProperty(x => x.FairCompetition, review => review.Property(x => x.DocumentNumber).HasMaxLength(100));
        application.HasMany(x => x.Moves).WithOne().HasForeignKey(x => x.ApplicationId).IsRequired();
        application.HasMany(x => x.Reviews).WithOne().HasForeignKey(x => x.ApplicationId).IsRequired();
        application.HasMany(x => x.Occupations).WithOne().HasForeignKey(x => x.ApplicationId).IsRequired();
        application.HasIndex(x => x.SpaceIds).HasMethod("gin");
        application.HasIndex(x => new { x.StateOn, x.Id });
        application.HasIndex(x => new { x.UpdatedAt, x.Id });
    }

    private static void Coded<T>(EntityTypeBuilder<T> entity, Expression<Func<T, object?>> code) where T : class
    {
        entity.Property(code).HasMaxLength(20);
        entity.HasIndex(code).IsUnique();
    }

    private static void MapPremises<T>(EntityTypeBuilder<T> premises, string table) where T : PremisesPart
    {
        premises.ToTable(table);
        Coded(premises, x => x.Code);
        premises.Property(x => x.Name).HasMaxLength(200);
        premises.ComplexProperty(x => x.At, at =>
        {
            at.Property(x => x.Longitude).HasPrecision(9, 6);
            at.Property(x => x.Latitude).HasPrecision(8, 6);
        });
        premises.HasIndex(x => new { x.UpdatedAt, x.Id });
    }
}

/// <summary>For <c>dotnet ef</c>, which needs the model but no database.</summary>
internal sealed class EnterprisesDbForDesign : DesignTimeDb<EnterprisesDb>;
