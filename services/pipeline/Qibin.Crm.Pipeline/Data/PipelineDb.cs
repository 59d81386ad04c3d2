using System.Data;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Idempotency;

namespace Qibin.Crm.Pipeline.Data;

internal sealed class PipelineDb(DbContextOptions<PipelineDb> options) : DbContext(options), IServiceDb
{
    public Guid ActorId { get; set; }

    public DbSet<Job> Jobs => Set<Job>();
    public DbSet<ReceivedEvent> Received => Set<ReceivedEvent>();
    public DbSet<TimelineRow> Timelines => Set<TimelineRow>();

    /// <summary>Those that there are now.</summary>
    public IQueryable<JourneyRow> Journeys => AllJourneys.Where(j => !j.Removed);

    /// <summary>Those that were removed too: they were there in the past.</summary>
    public DbSet<JourneyRow> AllJourneys => Set<JourneyRow>();

    public DbSet<Interval> Intervals => Set<Interval>();
    public DbSet<Milestone> Milestones => Set<Milestone>();
    public DbSet<RollupRow> Rollups => Set<RollupRow>();
    public DbSet<DeltaRow> Deltas => Set<DeltaRow>();
    public DbSet<UnitRow> Units => Set<UnitRow>();
    public DbSet<WatermarkRow> Watermarks => Set<WatermarkRow>();
    public DbSet<RateRow> Rates => Set<RateRow>();
    public DbSet<ReportRow> Reports => Set<ReportRow>();
    public DbSet<ReportMaterialRow> ReportMaterials => Set<ReportMaterialRow>();
    public DbSet<TargetRow> Targets => Set<TargetRow>();
    public DbSet<ExclusionAnswer> Exclusions => Set<ExclusionAnswer>();
    public DbSet<PenaltyRow> Penalties => Set<PenaltyRow>();

    /// <summary>A transaction in which all statements see the same data.</summary>
    public Task<IDbContextTransaction> SnapshotAsync(CancellationToken ct) =>
        Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddApiTables();
        modelBuilder.AddMessagingTables();
        modelBuilder.AddDirectoryTables();
        modelBuilder.AddJobTables();

        var received = modelBuilder.Entity<ReceivedEvent>().ToTable("received_event");
        received.HasKey(x => new { x.StreamId, x.Version, x.Ordinal });
        received.Property(x => x.Type).HasMaxLength(100);
        received.Property(x => x.Event).HasColumnType("jsonb");
        received.HasIndex(x => x.LeadId);
        received.HasIndex(x => x.ProjectId);
        received.HasIndex(x => x.EnterpriseId);
        received.HasIndex(x => x.RecordedAt);
        received.HasIndex(x => x.OccurredOn).HasFilter("type = 'FundsPaidIn'");

        var watermark = modelBuilder.Entity<WatermarkRow>().ToTable("watermark");
        watermark.HasKey(x => x.Service);
        watermark.Property(x => x.Service).HasMaxLength(60);
        watermark.Property(x => x.Position).HasMaxLength(80);

        var timeline = modelBuilder.Entity<TimelineRow>().ToTable("timeline");
        timeline.HasKey(x => x.LeadId);
        timeline.Property(x => x.Timeline).HasColumnType("jsonb");

        var milestone = modelBuilder.Entity<Milestone>().ToTable("milestone");
        milestone.HasKey(x => new { x.StreamId, x.Version, x.Ordinal, x.Kind });
        milestone.HasIndex(x => x.LeadId);
        milestone.HasIndex(x => new { x.Kind, x.OccurredOn });

        var journey = modelBuilder.Entity<JourneyRow>().ToTable("journey");
        journey.HasKey(x => x.LeadId);
        // One index for each way that a caller's rows are found, ending as the list's default order does.
        journey.HasIndex(x => new { x.ChangedAt, x.LeadId });
        journey.HasIndex(x => new { x.OwnerId, x.ChangedAt, x.LeadId });
        journey.HasIndex(x => new { x.UnitId, x.ChangedAt, x.LeadId });
        journey.HasIndex(x => new { x.ChainCode, x.ChangedAt, x.LeadId });
        journey.HasIndex(x => new { x.Stage, x.ChangedAt, x.LeadId });
        journey.HasIndex(x => x.LeadId, "ix_journey_confidential").HasFilter("confidential");
        journey.HasIndex(x => x.SharedWith).HasMethod("gin");
        // Of the few that are shared at all: every total of a unit's head asks for them.
        journey.HasIndex(x => x.SharedWith, "ix_journey_shared").HasDatabaseName("ix_journey_shared").HasMethod("gin")
            .HasFilter("shared_with <> '{}'");
        journey.HasIndex(x => x.Readers).HasMethod("gin").HasFilter("confidential");
        journey.ComplexCollection(x => x.Amounts, InJson);
        journey.Property(x => x.Investment).HasPrecision(19, 4);
        journey.Property(x => x.InvestmentCurrency).HasMaxLength(3);

        var interval = modelBuilder.Entity<Interval>().ToTable("interval");
        interval.HasKey(x => new { x.LeadId, x.DayFrom, x.KnownFrom });
        interval.ComplexCollection(x => x.Amounts, InJson);
        interval.Property(x => x.Investment).HasPrecision(19, 4);
        interval.Property(x => x.InvestmentCurrency).HasMaxLength(3);

        var rollup = modelBuilder.Entity<RollupRow>().ToTable("rollup");
        rollup.HasKey(x => x.Key);
        // Found by their set, and within it by what a caller's reach is; of the days of all years one month is asked for at a time.
        rollup.HasIndex(x => new { x.Set, x.At });
        rollup.HasIndex(x => new { x.Set, x.UnitId, x.At });
        rollup.HasIndex(x => new { x.Set, x.ChainCode, x.At });
        rollup.Property(x => x.Currency).HasMaxLength(3);

        var delta = modelBuilder.Entity<DeltaRow>().ToTable("delta");
        delta.Property(x => x.Currency).HasMaxLength(3);

        var rate = modelBuilder.Entity<RateRow>().ToTable("rate");
        rate.Property(x => x.Currency).HasMaxLength(3);
        rate.Property(x => x.Rate).HasPrecision(16, 8);
        rate.HasIndex(x => new { x.Currency, x.On });

        var report = modelBuilder.Entity<ReportRow>().ToTable("report");
        report.HasIndex(x => x.CreatedAt);
        report.Property(x => x.Files).AsJson();

        var material = modelBuilder.Entity<ReportMaterialRow>().ToTable("report_material");
        material.HasKey(x => x.ReportId);
        material.Property(x => x.Names).AsJson();
        material.HasOne<ReportRow>().WithOne().HasForeignKey<ReportMaterialRow>(x => x.ReportId);

        var target = modelBuilder.Entity<TargetRow>().ToTable("target");
        target.Property(x => x.Value).HasPrecision(19, 4);
        target.Property(x => x.Note).HasMaxLength(500);
        target.HasIndex(x => new { x.Year, x.Indicator, x.SubjectId, x.EnteredAt }).IsUnique();

        var exclusion = modelBuilder.Entity<ExclusionAnswer>().ToTable("exclusion");
        exclusion.Property(x => x.Reason).HasMaxLength(500);
        exclusion.HasIndex(x => new { x.Year, x.Indicator, x.LeadId, x.EnteredAt }).IsUnique();

        var penalty = modelBuilder.Entity<PenaltyRow>().ToTable("penalty");
        penalty.Property(x => x.Value).HasPrecision(19, 4);
        penalty.Property(x => x.Reason).HasMaxLength(500);
        penalty.HasIndex(x => x.Year);
        penalty.HasIndex(x => x.Reverses).IsUnique();

        modelBuilder.AddAggregateConventions();
    }

    private static void InJson(ComplexCollectionBuilder<Amount> amount)
    {
        amount.ToJson("amounts");
        amount.Property(x => x.Currency).HasJsonPropertyName("currency");
        amount.Property(x => x.Estimated).HasJsonPropertyName("estimated");
        amount.Property(x => x.Contract).HasJsonPropertyName("contract");
        amount.Property(x => x.PaidIn).HasJsonPropertyName("paid_in");
        amount.Property(x => x.Completed).HasJsonPropertyName("completed");
    }
}

/// <summary>For <c>dotnet ef</c>, which needs the model but no database.</summary>
internal sealed class PipelineDbForDesign : DesignTimeDb<PipelineDb>;
