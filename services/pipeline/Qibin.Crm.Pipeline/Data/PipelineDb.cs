using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Qibin.Crm.Messaging;
using Qibin.Crm.ServiceDefaults;

namespace Qibin.Crm.Pipeline;

internal sealed class PipelineDb(DbContextOptions<PipelineDb> options) : DbContext(options), IServiceDb, IGathersStatements
{
    private readonly List<NpgsqlBatchCommand> _gathered = [];
    private Guid _gatheredIn;

    public Guid ActorId { get; set; }

    public DbSet<FactRow> Facts => Set<FactRow>();
    public DbSet<MilestoneRow> Milestones => Set<MilestoneRow>();
    public DbSet<ProjectRow> Projects => Set<ProjectRow>();
    public DbSet<EnterpriseRow> Enterprises => Set<EnterpriseRow>();
    public DbSet<JourneyRow> Journeys => Set<JourneyRow>();
    public DbSet<UnitRow> Units => Set<UnitRow>();

    /// <summary>Sends the statement with the others of the transaction, in the order in which they were gathered.</summary>
    public void Gather(NpgsqlBatchCommand statement)
    {
        if (_gatheredIn != Database.CurrentTransaction!.TransactionId)
        {
            // Pooled contexts come back with what a failed transaction left.
            _gathered.Clear();
            _gatheredIn = Database.CurrentTransaction.TransactionId;
        }

        _gathered.Add(statement);
    }

    public async Task SendGatheredAsync(CancellationToken ct)
    {
        if (Database.CurrentTransaction is not { } transaction || _gatheredIn != transaction.TransactionId)
        {
            return;
        }

        await using var batch = new NpgsqlBatch((NpgsqlConnection)Database.GetDbConnection(), (NpgsqlTransaction)transaction.GetDbTransaction());
        _gathered.ForEach(batch.BatchCommands.Add);
        _gathered.Clear();
        await batch.ExecuteNonQueryAsync(ct);
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddApiTables();
        modelBuilder.AddMessagingTables();
        modelBuilder.AddDirectoryTables();
        modelBuilder.Entity<FactRow>(row =>
        {
            row.ToTable("fact");
            row.HasKey(x => new { x.StreamId, x.Version, x.Ordinal });
            row.Property(x => x.Type).HasMaxLength(100);
            row.Property(x => x.Event).HasColumnType("jsonb");
            row.HasIndex(x => x.LeadId);
            row.HasIndex(x => x.ProjectId);
            row.HasIndex(x => x.RecordedAt);
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
        });
        modelBuilder.AddAggregateConventions();
    }
}
