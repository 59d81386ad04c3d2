using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Qibin.Crm.Messaging;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Web.Idempotency;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Pipeline;

internal sealed class PipelineDb(DbContextOptions<PipelineDb> options) : DbContext(options), IServiceDb, IGathersStatements
{
    private readonly List<NpgsqlBatchCommand> _gathered = [];
    private readonly HashSet<Guid> _touched = [];
    private Guid _gatheredIn;

    public Guid ActorId { get; set; }

    public DbSet<Job> Jobs => Set<Job>();
    public DbSet<FactRow> Facts => Set<FactRow>();
    public DbSet<MilestoneRow> Milestones => Set<MilestoneRow>();
    public DbSet<ProjectRow> Projects => Set<ProjectRow>();
    public DbSet<EnterpriseRow> Enterprises => Set<EnterpriseRow>();
    public DbSet<JourneyRow> Journeys => Set<JourneyRow>();
    public DbSet<UnitRow> Units => Set<UnitRow>();
    public DbSet<HolderRow> Holders => Set<HolderRow>();
    public DbSet<StretchRow> Stretches => Set<StretchRow>();
    public DbSet<GenerationRow> Generations => Set<GenerationRow>();

    /// <summary>The id of the generation that answers, for a query to ask within itself.</summary>
    public IQueryable<int> Live => Generations.Where(g => g.Live).Select(g => g.Id);

    public DbSet<CellRow> Cells => Set<CellRow>();
    public DbSet<DeltaRow> Deltas => Set<DeltaRow>();
    public DbSet<FlowRow> Flows => Set<FlowRow>();
    public DbSet<FlowDelta> FlowDeltas => Set<FlowDelta>();
    public DbSet<RateRow> Rates => Set<RateRow>();
    public DbSet<ReportRow> Reports => Set<ReportRow>();
    public DbSet<ReportMaterialRow> ReportMaterials => Set<ReportMaterialRow>();
    public DbSet<TargetRow> Targets => Set<TargetRow>();
    public DbSet<ExclusionRow> Exclusions => Set<ExclusionRow>();
    public DbSet<PenaltyRow> Penalties => Set<PenaltyRow>();

    /// <summary>Sends the statement with the others of the transaction, in the order in which they were gathered.</summary>
    public void Gather(NpgsqlBatchCommand statement)
    {
        StartGathering();
        _gathered.Add(statement);
    }

    /// <summary>Has the journey's contributions made again once all is sent.</summary>
    public void Touch(Guid leadId)
    {
        StartGathering();
        _touched.Add(leadId);
    }

    private void StartGathering()
    {
        if (_gatheredIn != Database.CurrentTransaction!.TransactionId)
        {
            // Pooled contexts come back with what a failed transaction left.
            _gathered.Clear();
            _touched.Clear();
            _gatheredIn = Database.CurrentTransaction.TransactionId;
        }
    }

    public async Task SendGatheredAsync(CancellationToken ct)
    {
        if (Database.CurrentTransaction is not { } transaction || _gatheredIn != transaction.TransactionId)
        {
            return;
        }

        var connection = (NpgsqlConnection)Database.GetDbConnection();
        await using var batch = new NpgsqlBatch(connection, (NpgsqlTransaction)transaction.GetDbTransaction());
        _gathered.ForEach(batch.BatchCommands.Add);
        _gathered.Clear();
        await batch.ExecuteNonQueryAsync(ct);
        if (_touched.Count > 0)
        {
            await Retelling.RunAsync(connection, _touched, into: null, ct);
            _touched.Clear();
        }
    }

    /// <summary>
    /// Until the transaction's end no event of these journeys takes effect, as <see cref="Telling.OfJourney"/> holds one: what is read
    /// next is all that has been consumed.
    /// </summary>
    public Task HoldJourneysAsync(IReadOnlyCollection<Guid> leads, CancellationToken ct) => Database.ExecuteSqlAsync(
        $"select pg_advisory_xact_lock(4, hash) from (select distinct hashtext(id::text) as hash from unnest({leads}) id order by 1) hashes", ct);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddApiTables();
        modelBuilder.AddMessagingTables();
        modelBuilder.AddDirectoryTables();
        modelBuilder.AddJobTables();
        modelBuilder.Entity<FactRow>(row =>
        {
            row.ToTable("fact");
            row.HasKey(x => new { x.StreamId, x.Version, x.Ordinal });
            row.Property(x => x.Type).HasMaxLength(100);
            row.Property(x => x.Event).HasColumnType("jsonb");
            row.HasIndex(x => x.LeadId);
            row.HasIndex(x => x.ProjectId);
            row.HasIndex(x => x.RecordedAt);
            row.HasIndex(x => x.OccurredOn).HasFilter("type = 'FundsPaidIn'");
        });
        modelBuilder.Entity<MilestoneRow>(row =>
        {
            row.ToTable("milestone");
            row.HasKey(x => new { x.StreamId, x.Version, x.Ordinal });
            row.HasIndex(x => x.LeadId);
            row.HasIndex(x => new { x.Kind, x.OccurredOn });
        });
        modelBuilder.Entity<LeadRow>(row =>
        {
            row.ToTable("lead");
            row.HasKey(x => x.LeadId);
            row.Property(x => x.EstimatedAmount).HasPrecision(19, 4);
        });
        modelBuilder.Entity<ProjectRow>(row =>
        {
            row.ToTable("project");
            row.HasKey(x => x.ProjectId);
            row.Property(x => x.ContractAmount).HasPrecision(19, 4);
            row.Property(x => x.PaidIn).HasColumnType("jsonb");
            row.Property(x => x.Completed).HasColumnType("jsonb");
            row.HasIndex(x => new { x.LeadId, x.ProjectId });
        });
        modelBuilder.Entity<EnterpriseRow>(row =>
        {
            row.ToTable("enterprise");
            row.HasKey(x => x.EnterpriseId);
            row.HasIndex(x => x.Uscc);
        });
        modelBuilder.Entity<JourneyRow>(row =>
        {
            row.ToTable("journey");
            row.HasKey(x => x.LeadId);
            row.HasMany(x => x.Amounts).WithOne().HasForeignKey(x => x.LeadId);
            // One index for each way that a caller's rows are found, ending as the list's default order does.
            row.HasIndex(x => new { x.ChangedAt, x.LeadId });
            row.HasIndex(x => new { x.OwnerId, x.ChangedAt, x.LeadId });
            row.HasIndex(x => new { x.UnitId, x.ChangedAt, x.LeadId });
            row.HasIndex(x => new { x.ChainCode, x.ChangedAt, x.LeadId });
            row.HasIndex(x => new { x.Stage, x.ChangedAt, x.LeadId });
            row.HasIndex(x => x.LeadId, "ix_journey_confidential").HasFilter("confidential");
            row.HasIndex(x => x.SharedWith).HasMethod("gin");
            // Of the few that are shared at all: every total of a unit's head asks for them.
            row.HasIndex(x => x.SharedWith, "ix_journey_shared").HasDatabaseName("ix_journey_shared").HasMethod("gin").HasFilter("shared_with <> '{}'");
            row.HasIndex(x => x.Readers).HasMethod("gin").HasFilter("confidential");
            row.Property(x => x.Band).HasDefaultValue(Band.None);
            row.Property(x => x.Month).HasComputedColumnSql(
                "(extract(year from first_contact_on) * 100 + extract(month from first_contact_on))::int", stored: true);
        });
        modelBuilder.Entity<AmountRow>(row =>
        {
            row.ToTable("amount");
            row.HasKey(x => new { x.LeadId, x.Currency });
            row.Property(x => x.Currency).HasMaxLength(3);
            // A sum of amounts below 10^15 over all journeys fits a decimal by far.
            row.Property(x => x.Estimated).HasPrecision(19, 4);
            row.Property(x => x.Contract).HasPrecision(19, 4);
            row.Property(x => x.PaidIn).HasPrecision(19, 4);
            row.Property(x => x.Completed).HasPrecision(19, 4);
        });
        modelBuilder.Entity<GenerationRow>(row =>
        {
            row.ToTable("generation");
            row.Property(x => x.Id).ValueGeneratedNever();
            row.HasIndex(x => x.Live).IsUnique().HasFilter("live");
            row.HasData(new GenerationRow { Id = 1, Live = true });
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
        modelBuilder.Entity<HolderRow>(row =>
        {
            row.ToTable("holder");
            row.HasKey(x => x.LeadId);
            row.HasIndex(x => x.OwnerId);
            row.HasIndex(x => x.UnitId);
            row.HasIndex(x => x.ChainCode);
            row.HasIndex(x => x.SharedWith).HasMethod("gin");
            row.HasIndex(x => x.SharedWith, "ix_holder_shared").HasDatabaseName("ix_holder_shared").HasMethod("gin").HasFilter("shared_with <> '{}'");
            row.HasIndex(x => x.Readers).HasMethod("gin").HasFilter("confidential");
        });
        modelBuilder.Entity<StretchRow>(row =>
        {
            row.ToTable("stretch");
            row.HasKey(x => new { x.Gen, x.LeadId, x.KnownFrom, x.DayFrom });
            row.OwnsMany(x => x.Amounts, amount =>
            {
                amount.ToJson("amounts");
                amount.Property(x => x.Currency).HasJsonPropertyName("currency");
                amount.Property(x => x.Estimated).HasJsonPropertyName("estimated");
                amount.Property(x => x.Contract).HasJsonPropertyName("contract");
                amount.Property(x => x.PaidIn).HasJsonPropertyName("paid_in");
                amount.Property(x => x.Completed).HasJsonPropertyName("completed");
            });
        });
        modelBuilder.Entity<CellRow>(row =>
        {
            row.ToTable("cell");
            row.HasKey(x => new { x.Gen, x.Key });
            // Cells are found by their set, and within it by what a caller's reach is.
            row.HasIndex(x => new { x.Gen, x.Set, x.UnitId });
            row.HasIndex(x => new { x.Gen, x.Set, x.ChainCode });
            row.Property(x => x.Currency).HasMaxLength(3);
        });
        modelBuilder.Entity<DeltaRow>(row =>
        {
            row.ToTable("delta");
            row.HasKey(x => new { x.Gen, x.Id });
            row.Property(x => x.Id).UseIdentityByDefaultColumn();
            row.Property(x => x.Currency).HasMaxLength(3);
        });
        modelBuilder.Entity<FlowRow>(row =>
        {
            row.ToTable("flow");
            row.HasKey(x => new { x.Gen, x.Key });
            // Of the days of all years one month is asked for at a time.
            row.HasIndex(x => new { x.Gen, x.Set, x.At });
            row.HasIndex(x => new { x.Gen, x.Set, x.UnitId, x.At });
            row.HasIndex(x => new { x.Gen, x.Set, x.ChainCode, x.At });
            row.Property(x => x.OwnerId).HasDefaultValue(Guid.Empty);
            row.Property(x => x.Currency).HasMaxLength(3);
        });
        modelBuilder.Entity<FlowDelta>(row =>
        {
            row.ToTable("flow_delta");
            row.HasKey(x => new { x.Gen, x.Id });
            row.Property(x => x.Id).UseIdentityByDefaultColumn();
            row.Property(x => x.Currency).HasMaxLength(3);
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
}
