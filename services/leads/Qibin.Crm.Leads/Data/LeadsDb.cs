using System.Linq.Expressions;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Qibin.Crm.Comments;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Idempotency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Leads.Data;

/// <summary>The leads service's own database.</summary>
internal sealed class LeadsDb(DbContextOptions<LeadsDb> options) : DbContext(options), IServiceDb
{
    public Guid ActorId { get; set; }

    public DbSet<Investor> Investors => Set<Investor>();
    public DbSet<Person> People => Set<Person>();
    public DbSet<Unmasking> Unmaskings => Set<Unmasking>();
    public DbSet<InvestorMerge> InvestorMerges => Set<InvestorMerge>();
    public DbSet<Lead> Leads => Set<Lead>();
    public DbSet<Contact> Contacts => Set<Contact>();
    public DbSet<ContactRevision> ContactRevisions => Set<ContactRevision>();
    public DbSet<VisitClash> VisitClashes => Set<VisitClash>();
    public DbSet<Referral> Referrals => Set<Referral>();
    public DbSet<OfficerLeave> Leaves => Set<OfficerLeave>();
    public DbSet<NextStep> NextSteps => Set<NextStep>();
    public DbSet<StageMove> StageMoves => Set<StageMove>();
    public DbSet<Assignment> Assignments => Set<Assignment>();
    public DbSet<FollowedProject> Projects => Set<FollowedProject>();
    public DbSet<OfficerRow> Officers => Set<OfficerRow>();
    public DbSet<Import> Imports => Set<Import>();
    public DbSet<ImportRow> ImportRows => Set<ImportRow>();
    public DbSet<ExternalKey> ExternalKeys => Set<ExternalKey>();
    public DbSet<Job> Jobs => Set<Job>();
    public DbSet<JobPart> JobParts => Set<JobPart>();
    public DbSet<RuleSet> RuleSets => Set<RuleSet>();
    public DbSet<Claim> Claims => Set<Claim>();
    public DbSet<ClaimDispute> Disputes => Set<ClaimDispute>();
    public DbSet<PoolPlace> PoolPlaces => Set<PoolPlace>();
    public DbSet<PoolPick> PoolPicks => Set<PoolPick>();
    public DbSet<Transfer> Transfers => Set<Transfer>();
    public DbSet<CalendarYear> CalendarYears => Set<CalendarYear>();
    public DbSet<ResponseBreach> ResponseBreaches => Set<ResponseBreach>();
    public DbSet<ClockRecount> ClockRecounts => Set<ClockRecount>();
    public DbSet<DigestSchedule> DigestSchedules => Set<DigestSchedule>();
    public DbSet<OfficerNews> OfficerNews => Set<OfficerNews>();
    public DbSet<BinItem> Bin => Set<BinItem>();

    /// <summary>The stream of what is told of an officer, at a new version.</summary>
    public async Task<OfficerNews> NewsOfAsync(Guid officerId, DateOnly on, CancellationToken ct)
    {
        await Database.ExecuteSqlAsync(
            $"insert into officer_news (id, last_on, version) values ({officerId}, {on}, 0) on conflict do nothing", ct);
        var news = (await OfficerNews.ForUpdate(officerId, ct))!;
        news.Tell(on);
        return news;
    }

    /// <summary>The investors that the caller may read: those with a lead that it may read.</summary>
    public IQueryable<Investor> InvestorsReadableBy(Caller caller) =>
        Investors.Where(i => Leads.ReadableBy(caller).Any(l => l.InvestorId == i.Id));

    /// <summary>
    /// The investors that the caller may change, with their people, and to which it may attach leads: those with a lead that it may
    /// change. A unit that transferred its only lead of an investor away reads the investor and no longer changes it.
    /// </summary>
    public IQueryable<Investor> InvestorsEditableBy(Caller caller) =>
        Investors.Where(i => Leads.EditableBy(caller).Any(l => l.InvestorId == i.Id));

    /// <summary>
    /// The investors that the caller may know of, whether or not it reads them: those with a lead that is not confidential to it.
    /// </summary>
    public IQueryable<Investor> InvestorsDisclosedTo(Caller caller) =>
        Investors.Where(i => Leads.DisclosedTo(caller).Any(l => l.InvestorId == i.Id));

    /// <summary>The investor that this one is part of in the end; itself when it was not merged.</summary>
    public async Task<Guid> FinalInvestorAsync(Guid investorId, CancellationToken ct)
    {
        while (await Investors.Where(i => i.Id == investorId).Select(i => i.MergedIntoId).SingleOrDefaultAsync(ct) is { } next)
        {
            investorId = next;
        }

        return investorId;
    }

    /// <summary>
    /// The people of the investors that the caller reads whom it knows: those who were entered with a lead that it reads, or met on one.
    /// Whoever logs a contact with another unit's investor reads none of that unit's people.
    /// </summary>
    public IQueryable<Person> PeopleKnownTo(Caller caller) => People.Where(p =>
        Leads.ReadableBy(caller).Any(l => l.InvestorId == p.InvestorId)
        && (Leads.ReadableBy(caller).Any(l => p.LeadIds.Contains(l.Id))
            || Leads.ReadableBy(caller).Any(l => Contacts.Any(c => c.PersonId == p.Id && c.LeadId == l.Id))));

    /// <summary>
    /// The leads for which the caller sees phone and e-mail of the investor's people unmasked: those that somebody else gave it to work on,
    /// and those by which it entered the investor itself. Whoever takes a lead, or opens a further one of a known investor, goes on seeing
    /// the masks, and has them lifted by an audited unmasking.
    /// </summary>
    public IQueryable<Lead> GivenTo(Caller caller)
    {
        var me = caller.Id;
        return Leads.ReadableBy(caller).Where(l => l.OwnerId == me
            && (Assignments.Any(a => a.LeadId == l.Id && a.ToOwnerId == me)
                ? Assignments.Where(a => a.LeadId == l.Id && a.ToOwnerId == me).OrderByDescending(a => a.Version).Select(a => a.ActorId)
                    .First() != me
                : l.CreatedBy != me || Investors.Any(i => i.Id == l.InvestorId && i.CreatedAt == l.CreatedAt)));
    }

    private static readonly Expression<Func<Lead, object?>> MarksOf =
        l => new { l.NameMarks1, l.NameMarks2, l.NameMarks3, l.NameMarks4, l.NameMarks5, l.NameMarks6, l.NameMarks7, l.NameMarks8 };

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Investor>(investor =>
        {
            investor.ToTable("investor");
            investor.Property(x => x.Name).HasMaxLength(200);
            investor.Property(x => x.NameKey).HasMaxLength(400);
            investor.Property(x => x.Uscc).HasMaxLength(18);
            investor.Property(x => x.SourceRegion).HasMaxLength(6);
            // Not unique: of an investor that is known by confidential leads alone nobody learns.
            investor.HasIndex(x => x.Uscc);
            investor.Property(x => x.ForeignRegistration).HasMaxLength(ForeignRegistration.LongestText)
                .HasConversion(registration => registration!.ToString(), text => ForeignRegistration.Of(text));
            investor.Property(x => x.RegistrationKey).HasMaxLength(ForeignRegistration.LongestText);
            investor.HasIndex(x => x.RegistrationKey);
            investor.HasIndex(x => x.Aliases).HasMethod("gin");
            investor.Property(x => x.ComparedName).HasMaxLength(400);
            investor.HasIndex(x => x.SearchTokens).HasMethod("gin");
            investor.HasIndex(x => new { x.ComparedName, x.Id });
            investor.HasOne<Investor>().WithMany().HasForeignKey(x => x.MergedIntoId).OnDelete(DeleteBehavior.Restrict);
            investor.HasIndex(x => new { x.Name, x.Id });
            investor.HasIndex(x => new { x.UpdatedAt, x.Id });
            investor.HasIndex(x => new { x.CreatedAt, x.Id });
        });
        modelBuilder.Entity<InvestorMerge>(merge =>
        {
            merge.ToTable("investor_merge");
            merge.Ignore(x => x.UndoableUntil);
            var facts = new ValueConverter<InvestorFacts, string>(
                value => JsonSerializer.Serialize(value, JsonSerializerOptions.Default), text =>
                JsonSerializer.Deserialize<InvestorFacts>(text, JsonSerializerOptions.Default)!);
            merge.Property(x => x.IntoBefore).HasColumnType("jsonb").HasConversion(facts);
            merge.Property(x => x.FromBefore).HasColumnType("jsonb").HasConversion(facts);
            merge.Property(x => x.After).HasColumnType("jsonb").HasConversion(facts);
            merge.HasOne<Investor>().WithMany().HasForeignKey(x => x.IntoId).OnDelete(DeleteBehavior.Restrict);
            merge.HasOne<Investor>().WithMany().HasForeignKey(x => x.FromId).OnDelete(DeleteBehavior.Restrict);
            merge.HasIndex(x => new { x.IntoId, x.MergedAt });
            merge.HasIndex(x => x.FromId).IsUnique().HasFilter("undone_at is null").HasDatabaseName("ux_investor_merge_from");
        });
        modelBuilder.Entity<Person>(person =>
        {
            person.ToTable("person");
            person.HasOne<Investor>().WithMany().HasForeignKey(x => x.InvestorId).OnDelete(DeleteBehavior.Restrict);
            person.Property(x => x.Name).HasMaxLength(100);
            person.Property(x => x.Title).HasMaxLength(100);
            person.Property(x => x.Phone).HasMaxLength(PhoneNumbers.Longest);
            person.Property(x => x.Email).HasMaxLength(254);
            person.Property(x => x.Wechat).HasMaxLength(40);
            person.Property(x => x.PhoneKey).HasMaxLength(24);
            person.Property(x => x.EmailDomain).HasMaxLength(254);
            person.Property(x => x.NameKey).HasMaxLength(400);
            person.HasIndex(x => x.NamePairs).HasMethod("gin");
            person.HasIndex(x => new { x.PhoneKey, x.Id });
            person.HasIndex(x => new { x.EmailDomain, x.Id });
        });
        modelBuilder.Entity<Unmasking>(unmasking =>
        {
            unmasking.ToTable("unmasking");
            unmasking.HasKey(x => new { x.PersonId, x.CallerId });
            unmasking.HasOne<Person>().WithMany().HasForeignKey(x => x.PersonId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<Lead>(lead =>
        {
            lead.ToTable("lead");
            lead.HasOne<Investor>().WithMany().HasForeignKey(x => x.InvestorId).OnDelete(DeleteBehavior.Restrict);
            lead.HasOne<Lead>().WithMany().HasForeignKey(x => x.OriginLeadId).OnDelete(DeleteBehavior.Restrict);
            lead.HasIndex(x => x.OriginLeadId).HasFilter("origin_lead_id is not null");
            // By its characters' numbers, so that the index finds the beginning of a code too.
            lead.Property(x => x.Code).HasMaxLength(20).UseCollation("C");
            lead.Property(x => x.InvestorName).HasMaxLength(200);
            lead.Property(x => x.Title).HasMaxLength(200);
            lead.Property(x => x.TitleKey).HasMaxLength(400);
            lead.HasIndex(x => x.TitlePairs).HasMethod("gin").HasFilter("title_pairs is not null");
            lead.Property(x => x.Summary).HasMaxLength(4000);
            lead.Property(x => x.ChainCode).HasMaxLength(40);
            lead.Property(x => x.NodeCode).HasMaxLength(80);
            lead.Property(x => x.SourceRegion).HasMaxLength(6);
            lead.Property(x => x.ProjectName).HasMaxLength(200);
            lead.Property(x => x.WentTo).HasMaxLength(200);
            lead.Property(x => x.EstimatedAmount).HasPrecision(19, 4);
            lead.Property(x => x.EstimatedCurrency).HasMaxLength(3).IsFixedLength();
            lead.Ignore(x => x.EstimatedInvestment);
            lead.Ignore(x => x.Confidentiality);
            lead.Ignore(x => x.IsClosed);
            lead.Ignore(x => x.IsOnTime);
            lead.Property(x => x.Clock).AsJson();
            lead.HasIndex(x => x.Code).IsUnique();
            lead.HasIndex(x => x.SharedWith).HasMethod("gin");
            lead.HasIndex(x => x.Readers).HasMethod("gin").HasFilter("confidential");

            // Each index serves a published sort or filter of the list; all end in the id, the last key of every order. Those that searches
            // walk along hold the names' marks.
            lead.HasIndex(x => new { x.UpdatedAt, x.Id }).IncludeProperties(MarksOf);
            lead.HasIndex(x => new { x.OwnerId, x.UpdatedAt, x.Id }).IncludeProperties(MarksOf);
            lead.HasIndex(x => new { x.UnitId, x.UpdatedAt, x.Id }).IncludeProperties(MarksOf);
            lead.HasIndex(x => new { x.Stage, x.UpdatedAt, x.Id });
            lead.HasIndex(x => new { x.ChainCode, x.UpdatedAt, x.Id });
            lead.HasIndex(x => new { x.CreatedAt, x.Id });
            lead.HasIndex(x => new { x.FirstContactOn, x.Id });
            lead.HasIndex(x => new { x.LastContactOn, x.Id });
            lead.HasIndex(x => new { x.StageOn, x.Id });
            lead.HasIndex(x => new { x.InvestorName, x.Id });
            lead.HasIndex(x => new { x.NextStepDueOn, x.UpdatedAt, x.Id });
            lead.HasIndex(x => x.DueAt).HasFilter("due_at is not null");
            lead.HasIndex(x => new { x.UpdatedAt, x.Id }, "breached").HasDatabaseName("ix_lead_breached").HasFilter("open_breaches > 0");
        });
        modelBuilder.Entity<Contact>(contact =>
        {
            contact.ToTable("contact");
            contact.HasOne<Lead>().WithMany().HasForeignKey(x => x.LeadId).OnDelete(DeleteBehavior.Restrict);
            contact.HasOne<Person>().WithMany().HasForeignKey(x => x.PersonId).OnDelete(DeleteBehavior.Restrict);
            contact.Property(x => x.Summary).HasMaxLength(4000);
            contact.Property(x => x.Division).HasMaxLength(6);
            contact.Property(x => x.Place).AsJson();
            contact.Property(x => x.Attachments).AsJson();
            contact.Ignore(x => x.Content);
            contact.Ignore(x => x.IsVisit);
            contact.HasIndex(x => new { x.LeadId, x.OccurredOn, x.Id });
            contact.HasIndex(x => new { x.LeadId, x.RecordedAt, x.Id });
            contact.HasIndex(x => new { x.OccurredOn, x.Id }).HasFilter("channel in (3, 4)").HasDatabaseName("ix_contact_visit");
        });
        modelBuilder.Entity<ContactRevision>(revision =>
        {
            revision.ToTable("contact_revision");
            revision.HasKey(x => new { x.ContactId, x.Version });
            revision.HasOne<Contact>().WithMany().HasForeignKey(x => x.ContactId).OnDelete(DeleteBehavior.Restrict);
            revision.Property(x => x.Content).AsJson();
            revision.Property(x => x.Reason).HasMaxLength(1000);
        });
        modelBuilder.Entity<VisitClash>(clash =>
        {
            clash.ToTable("visit_clash");
            clash.Property(x => x.InvestorName).HasMaxLength(200);
            clash.HasIndex(x => new { x.EarlierContactId, x.LaterContactId }).IsUnique();
            clash.HasIndex(x => x.EarlierLeadId);
            clash.HasIndex(x => x.LaterLeadId);
            clash.HasIndex(x => new { x.RecordedAt, x.Id });
        });
        modelBuilder.Entity<NextStep>(step =>
        {
            step.ToTable("next_step");
            step.Property(x => x.Id).ValueGeneratedNever();
            step.HasOne<Lead>().WithMany().HasForeignKey(x => x.LeadId).OnDelete(DeleteBehavior.Restrict);
            step.Property(x => x.What).HasMaxLength(500);
            step.Property(x => x.Note).HasMaxLength(1000);
        });
        modelBuilder.Entity<StageMove>(move =>
        {
            move.ToTable("stage_move");
            move.HasKey(x => new { x.LeadId, x.Version });
            move.HasOne<Lead>().WithMany().HasForeignKey(x => x.LeadId).OnDelete(DeleteBehavior.Restrict);
            move.Property(x => x.Note).HasMaxLength(1000);
            move.Property(x => x.WentTo).HasMaxLength(200);
            move.Property(x => x.Corrections).AsJson();
        });
        modelBuilder.Entity<Assignment>(assignment =>
        {
            assignment.ToTable("assignment");
            assignment.HasKey(x => new { x.LeadId, x.Version });
            assignment.HasOne<Lead>().WithMany().HasForeignKey(x => x.LeadId).OnDelete(DeleteBehavior.Restrict);
            assignment.Property(x => x.Reason).HasMaxLength(1000);
        });
        modelBuilder.Entity<Referral>(referral =>
        {
            referral.ToTable("referral");
            referral.HasOne<Lead>().WithMany().HasForeignKey(x => x.LeadId).OnDelete(DeleteBehavior.Restrict);
            referral.Property(x => x.Name).HasMaxLength(200);
            referral.Property(x => x.Note).HasMaxLength(1000);
            referral.Ignore(x => x.IsFrozen);
            referral.HasIndex(x => x.LeadId).IsUnique().HasDatabaseName("ux_referral_lead");
        });
        modelBuilder.Entity<OfficerLeave>(leave =>
        {
            leave.ToTable("officer_leave");
            leave.Property(x => x.Note).HasMaxLength(200);
            leave.HasIndex(x => new { x.OfficerId, x.From });
        });
        modelBuilder.Entity<FollowedProject>(project =>
        {
            project.ToTable("followed_project");
            project.HasKey(x => x.ProjectId);
            project.Property(x => x.ProjectId).ValueGeneratedNever();
            project.Property(x => x.Code).HasMaxLength(20);
        });
        modelBuilder.AddComments<Lead>();
        modelBuilder.AddImportTables();
        modelBuilder.AddBin();
        modelBuilder.AddJobTables();
        modelBuilder.AddLeadOrder();
        modelBuilder.AddCalendar();
        modelBuilder.AddResponses();
        modelBuilder.AddApiTables();
        modelBuilder.AddMessagingTables();
        modelBuilder.AddDirectoryTables();
        modelBuilder.AddRateTable();
        modelBuilder.AddPeopleCodes("L");
        modelBuilder.AddAggregateConventions();
    }
}

/// <summary>For <c>dotnet ef</c>, which needs the model but no database.</summary>
internal sealed class LeadsDbForDesign : DesignTimeDb<LeadsDb>;
