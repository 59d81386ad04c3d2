using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Idempotency;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Jobs;

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
    public DbSet<RateRow> Rates => Set<RateRow>();
    public DbSet<ReportRow> Reports => Set<ReportRow>();
    public DbSet<ReportMaterialRow> ReportMaterials => Set<ReportMaterialRow>();
    public DbSet<TargetRow> Targets => Set<TargetRow>();
    public DbSet<ExclusionRow> Exclusions => Set<ExclusionRow>();
    public DbSet<PenaltyRow> Penalties => Set<PenaltyRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddApiTables();
        modelBuilder.AddMessagingTables();
        modelBuilder.AddDirectoryTables();
        modelBuilder.AddJobTables();
        modelBuilder.Entity<ReceivedEvent>(row =>
        {
            row.ToTable("received_event");
            row.HasKey(x => new { x.StreamId, x.Version, x.Ordinal });
            row.Property(x => x.Type).HasMaxLength(100);
            row.Property(x => x.Event).HasColumnType("jsonb");
            row.HasIndex(x => x.LeadId);
            row.HasIndex(x => x.ProjectId);
            row.HasIndex(x => x.EnterpriseId);
            row.HasIndex(x => x.RecordedAt);
            row.HasIndex(x => x.OccurredOn).HasFilter("type = 'FundsPaidIn'");
        });
        modelBuilder.Entity<TimelineRow>(row =>
        {
            row.ToTable("timeline");
            row.HasKey(x => x.LeadId);
            row.Property(x => x.LeadId).ValueGeneratedNever();
            row.Property(x => x.Timeline).HasColumnType("jsonb");
        });
        modelBuilder.Entity<Milestone>(row =>
        {
            row.ToTable("milestone");
            row.HasKey(x => new { x.StreamId, x.Version, x.Ordinal, x.Kind });
            row.HasIndex(x => x.LeadId);
            row.HasIndex(x => new { x.Kind, x.OccurredOn });
        });
        modelBuilder.Entity<JourneyRow>(row =>
        {
            row.ToTable("journey");
            row.HasKey(x => x.LeadId);
            row.Property(x => x.LeadId).ValueGeneratedNever();
            // One index for each way that a caller's rows are found, ending as the list's default order does.
            row.HasIndex(x => new { x.ChangedAt, x.LeadId });
            row.HasIndex(x => new { x.OwnerId, x.ChangedAt, x.LeadId });
            row.HasIndex(x => new { x.UnitId, x.ChangedAt, x.LeadId });
            row.HasIndex(x => new { x.ChainCode, x.ChangedAt, x.LeadId });
            row.HasIndex(x => new { x.Stage, x.ChangedAt, x.LeadId });
            row.HasIndex(x => x.LeadId, "ix_journey_confidential").HasFilter("confidential");
            row.HasIndex(x => x.SharedWith).HasMethod("gin");
            // Of the few that are shared at all: every total of a unit's head asks for them.
            row.HasIndex(x => x.SharedWith, "ix_journey_shared").HasDatabaseName("ix_journey_shared").HasMethod("gin")
                .HasFilter("shared_with <> '{}'");
            row.HasIndex(x => x.Readers).HasMethod("gin").HasFilter("confidential");
            row.ComplexCollection(x => x.Amounts, InJson);
        });
        modelBuilder.Entity<Interval>(row =>
        {
            row.ToTable("interval");
            row.HasKey(x => new { x.LeadId, x.Number });
            row.ComplexCollection(x => x.Amounts, InJson);
        });
        modelBuilder.Entity<RollupRow>(row =>
        {
            row.ToTable("rollup");
            row.HasKey(x => x.Key);
            row.Property(x => x.Key).ValueGeneratedNever();
            // Found by their set, and within it by what a caller's reach is; of the days of all years one month is asked for at a time.
            row.HasIndex(x => new { x.Set, x.At });
            row.HasIndex(x => new { x.Set, x.UnitId, x.At });
            row.HasIndex(x => new { x.Set, x.ChainCode, x.At });
            row.Property(x => x.Currency).HasMaxLength(3);
        });
        modelBuilder.Entity<DeltaRow>(row =>
        {
            row.ToTable("delta");
            row.HasKey(x => x.Id);
            row.Property(x => x.Id).UseIdentityByDefaultColumn();
            row.Property(x => x.Currency).HasMaxLength(3);
        });
        modelBuilder.Entity<RateRow>(row =>
        {
            row.ToTable("rate");
            row.HasKey(x => x.Id);
            row.Property(x => x.Id).ValueGeneratedNever();
            row.Property(x => x.Currency).HasMaxLength(3);
            row.Property(x => x.Rate).HasPrecision(16, 8);
            row.HasIndex(x => new { x.Currency, x.On });
        });
        modelBuilder.Entity<ReportRow>(row =>
        {
            row.ToTable("report");
            row.HasKey(x => x.Id);
            row.Property(x => x.Id).ValueGeneratedNever();
            row.HasIndex(x => x.CreatedAt);
            row.Property(x => x.WorkbookHash).HasMaxLength(64);
            row.Property(x => x.DocumentHash).HasMaxLength(64);
        });
        modelBuilder.Entity<ReportMaterialRow>(row =>
        {
            row.ToTable("report_material");
            row.HasKey(x => x.ReportId);
            row.Property(x => x.ReportId).ValueGeneratedNever();
            row.Property(x => x.Names).HasColumnType("jsonb");
            row.HasOne<ReportRow>().WithOne().HasForeignKey<ReportMaterialRow>(x => x.ReportId);
        });
        modelBuilder.Entity<TargetRow>(row =>
        {
            row.ToTable("target");
            row.HasKey(x => x.Id);
            row.Property(x => x.Value).HasPrecision(19, 4);
            row.Property(x => x.Note).HasMaxLength(500);
            row.HasIndex(x => new { x.Year, x.Indicator, x.SubjectId, x.EnteredAt }).IsUnique();
        });
        modelBuilder.Entity<ExclusionRow>(row =>
        {
            row.ToTable("exclusion");
            row.HasKey(x => x.Id);
            row.Property(x => x.Reason).HasMaxLength(500);
            row.HasIndex(x => new { x.Year, x.Indicator, x.LeadId, x.EnteredAt }).IsUnique();
        });
        modelBuilder.Entity<PenaltyRow>(row =>
        {
            row.ToTable("penalty");
            row.HasKey(x => x.Id);
            row.Property(x => x.Value).HasPrecision(19, 4);
            row.Property(x => x.Reason).HasMaxLength(500);
            row.HasIndex(x => x.Year);
            row.HasIndex(x => x.Reverses).IsUnique();
        });
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
