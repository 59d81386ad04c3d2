using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Qibin.Crm.Comments;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Web.Idempotency;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Projects.Data;

internal sealed class ProjectsDb(DbContextOptions<ProjectsDb> options) : DbContext(options), IServiceDb
{
    public const string OneOpenSubmission = "one_open_submission_a_project";
    public const string OneReversal = "one_reversal_an_entry";

    public DbSet<Project> Projects => Set<Project>();
    public DbSet<Submission> Submissions => Set<Submission>();
    public DbSet<AmountEntry> Amounts => Set<AmountEntry>();
    public DbSet<HistoryEntry> History => Set<HistoryEntry>();
    public DbSet<Tenancy> Tenancies => Set<Tenancy>();
    public DbSet<FollowedLead> FollowedLeads => Set<FollowedLead>();
    public DbSet<OfficerRow> Officers => Set<OfficerRow>();

    public Guid ActorId { get; set; }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddApiTables().AddMessagingTables().AddDirectoryTables().AddRateTable().AddPeopleCodes("P").AddJobTables();
        modelBuilder.Entity<Project>(project =>
        {
            project.ToTable("project");
            project.Property(x => x.Code).HasMaxLength(20);
            project.Property(x => x.Name).HasMaxLength(200);
            project.Property(x => x.InvestorName).HasMaxLength(200);
            project.Property(x => x.StatusReason).HasMaxLength(1000);
            project.Property(x => x.ChainCode).HasMaxLength(40);
            project.Property(x => x.NodeCode).HasMaxLength(80);
            project.Property(x => x.Place).HasMaxLength(500);
            project.Property(x => x.Content).HasMaxLength(4000);
            project.Property(x => x.AreaMu).HasPrecision(12, 2);
            project.Property(x => x.Uscc).HasMaxLength(Uscc.Length);
            project.Property(x => x.EnterpriseName).HasMaxLength(200);
            Amount(project, x => x.ContractAmount, "contract");
            Amount(project, x => x.ExpectedOutput, "expected_output");
            Amount(project, x => x.ExpectedTax, "expected_tax");
            Amount(project, x => x.OutputThreshold, "output_threshold");
            Amount(project, x => x.TaxThreshold, "tax_threshold");
            Amount(project, x => x.AnnualOutput, "annual_output");
            Amount(project, x => x.AnnualTax, "annual_tax");
            project.Property(x => x.PaidIn).AsJson();
            project.Property(x => x.CompletedInvestment).AsJson();
            project.Ignore(x => x.Facts).Ignore(x => x.Confidentiality).Ignore(x => x.OutputToReach).Ignore(x => x.TaxToReach);
            project.HasMany(x => x.History).WithOne().HasForeignKey(x => x.ProjectId);
            project.Navigation(x => x.History).UsePropertyAccessMode(PropertyAccessMode.Field);
            project.HasIndex(x => x.Code).IsUnique();
            // One index for each sort of the list, which ends in the id, and for each reach and usual filter.
            project.HasIndex(x => new { x.UpdatedAt, x.Id });
            project.HasIndex(x => new { x.CreatedAt, x.Id });
            project.HasIndex(x => new { x.StageOn, x.Id });
            project.HasIndex(x => new { x.Name, x.Id });
            project.HasIndex(x => new { x.Stage, x.UpdatedAt, x.Id });
            project.HasIndex(x => new { x.OwnerId, x.UpdatedAt, x.Id });
            project.HasIndex(x => new { x.UnitId, x.UpdatedAt, x.Id });
            project.HasIndex(x => new { x.ChainCode, x.UpdatedAt, x.Id });
            project.HasIndex(x => x.LeadId);
            project.HasIndex(x => x.SharedWith).HasMethod("gin");
            project.HasIndex(x => x.EnterpriseId);
            project.HasIndex(x => x.SearchTokens).HasMethod("gin");
        });
        modelBuilder.Entity<Submission>(submission =>
        {
            submission.ToTable("submission");
            submission.Property(x => x.Id).ValueGeneratedNever();
            submission.Property(x => x.Note).HasMaxLength(1000);
            submission.Property(x => x.DecisionNote).HasMaxLength(1000);
            submission.Property(x => x.Uscc).HasMaxLength(Uscc.Length);
            submission.Property(x => x.EnterpriseName).HasMaxLength(200);
            Amount(submission, x => x.ContractAmount, "contract");
            Amount(submission, x => x.PreviousAmount, "previous");
            submission.Property(x => x.CurrencyWithoutRate).HasMaxLength(3);
            Amount(submission, x => x.AnnualOutput, "annual_output");
            Amount(submission, x => x.AnnualTax, "annual_tax");
            submission.Property(x => x.Documents).AsJson();
            submission.Ignore(x => x.Evidence);
            submission.HasOne<Project>().WithMany().HasForeignKey(x => x.ProjectId);
            submission.HasIndex(x => new { x.ProjectId, x.RecordedAt });
            submission.HasIndex(x => x.ProjectId).IsUnique().HasDatabaseName(OneOpenSubmission)
                .HasFilter($"state = {(int)SubmissionState.Open}");
        });
        modelBuilder.Entity<AmountEntry>(entry =>
        {
            entry.ToTable("amount_entry");
            entry.Property(x => x.Id).ValueGeneratedNever();
            entry.ComplexProperty(x => x.Amount, money => Columns(money, "entry"));
            entry.Property(x => x.Document).AsJson();
            entry.Property(x => x.Reason).HasMaxLength(1000);
            entry.HasOne<Project>().WithMany().HasForeignKey(x => x.ProjectId);
            entry.HasOne<AmountEntry>().WithMany().HasForeignKey(x => x.ReversalOf);
            entry.HasIndex(x => x.ReversalOf).IsUnique().HasDatabaseName(OneReversal);
            entry.HasIndex(x => new { x.ProjectId, x.OccurredOn, x.Id });
            entry.HasIndex(x => new { x.ProjectId, x.RecordedAt, x.Id });
        });
        modelBuilder.Entity<HistoryEntry>(entry =>
        {
            entry.ToTable("history_entry");
            entry.Property(x => x.Id).ValueGeneratedNever();
            entry.Property(x => x.Reason).HasMaxLength(1000);
            Amount(entry, x => x.PreviousAmount, "previous");
            Amount(entry, x => x.Amount, "corrected");
            entry.HasIndex(x => new { x.ProjectId, x.Version });
        });
        modelBuilder.Entity<Tenancy>(tenancy =>
        {
            tenancy.ToTable("tenancy");
            tenancy.HasKey(x => x.TenancyId);
            tenancy.Property(x => x.TenancyId).ValueGeneratedNever();
            tenancy.HasIndex(x => x.ProjectId);
        });
        modelBuilder.Entity<FollowedLead>(followed =>
        {
            followed.ToTable("followed_lead");
            followed.Ignore(x => x.Confidentiality);
            followed.HasKey(x => x.LeadId);
            followed.Property(x => x.LeadId).ValueGeneratedNever();
            followed.Property(x => x.InvestorName).HasMaxLength(200);
        });
        modelBuilder.AddComments<Project>();
        modelBuilder.AddAggregateConventions();
    }

    private static void Amount<T>(EntityTypeBuilder<T> entity, Expression<Func<T, Money?>> property, string name) where T : class =>
        entity.ComplexProperty(property, money => Columns(money, name));

    // Explicit names: without them the columns would carry the name of the property twice.
    private static void Columns(ComplexPropertyBuilder<Money> money, string name)
    {
        money.Property(x => x.Amount).HasColumnName(name + "_amount").HasPrecision(19, 4);
        money.Property(x => x.Currency).HasColumnName(name + "_currency").HasMaxLength(3);
    }
}

/// <summary>For <c>dotnet ef</c>, which needs the model but no database.</summary>
internal sealed class ProjectsDbForDesign : DesignTimeDb<ProjectsDb>;
