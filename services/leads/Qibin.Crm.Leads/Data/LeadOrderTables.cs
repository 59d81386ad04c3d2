using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Leads.Domain;

namespace Qibin.Crm.Leads.Data;

/// <summary>
/// Tables of the rules of the district: claims, pool, transfers. Their SQL that a model cannot express is in the first migration.
/// </summary>
internal static class LeadOrderTables
{
    public static void AddLeadOrder(this ModelBuilder model)
    {
        model.HasPostgresExtension("btree_gist");
        model.Entity<RuleSet>(rules =>
        {
            rules.ToTable("rule_set");
            rules.Property(x => x.Area).HasMaxLength(40);
            rules.Property(x => x.Body).HasColumnType("jsonb");
        });
        model.Entity<Claim>(claim =>
        {
            claim.ToTable("claim", t => t.HasCheckConstraint("ck_claim_period", "held_until is null or held_until >= held_from"));
            claim.Property(x => x.Number).UseIdentityAlwaysColumn();
            claim.Ignore(x => x.Holds);
            claim.HasOne<Investor>().WithMany().HasForeignKey(x => x.InvestorId).OnDelete(DeleteBehavior.Restrict);
            claim.HasOne<Lead>().WithMany().HasForeignKey(x => x.LeadId).OnDelete(DeleteBehavior.Restrict);
            claim.Property(x => x.InvestorName).HasMaxLength(200);
            claim.Property(x => x.Note).HasMaxLength(1000);
            claim.Property(x => x.EndNote).HasMaxLength(2000);
            claim.Property(x => x.FilingReference).HasMaxLength(200);
            claim.Property(x => x.CurrencyWithoutRate).HasMaxLength(3);
            claim.Property(x => x.TaskForceNote).HasMaxLength(1000);
            claim.HasIndex(x => x.LeadId);
            claim.HasIndex(x => x.Keys).HasMethod("gin");
            claim.HasIndex(x => new { x.ClaimedAt, x.Id });
            claim.HasIndex(x => x.DueAt).HasFilter("due_at is not null");
        });
        model.Entity<ClaimDispute>(dispute =>
        {
            dispute.ToTable("claim_dispute");
            dispute.HasOne<Claim>().WithMany().HasForeignKey(x => x.ClaimId).OnDelete(DeleteBehavior.Restrict);
            dispute.HasOne<Lead>().WithMany().HasForeignKey(x => x.LeadId).OnDelete(DeleteBehavior.Restrict);
            dispute.Property(x => x.Reason).HasMaxLength(2000);
            dispute.Property(x => x.DecisionNote).HasMaxLength(2000);
            dispute.HasIndex(x => new { x.OpenedAt, x.Id });
        });
        model.Entity<PoolPlace>(place =>
        {
            place.ToTable("pool_place");
            place.HasOne<Lead>().WithMany().HasForeignKey(x => x.LeadId).OnDelete(DeleteBehavior.Cascade);
            place.HasIndex(x => x.LeadId).IsUnique();
            place.HasIndex(x => x.DueAt).HasFilter("due_at is not null");
            place.HasIndex(x => new { x.PooledAt, x.LeadId }).HasFilter("state = 2");
        });
        model.Entity<PoolPick>(pick =>
        {
            pick.ToTable("pool_pick");
            pick.Property(x => x.Id).ValueGeneratedNever();
            pick.HasOne<Lead>().WithMany().HasForeignKey(x => x.LeadId).OnDelete(DeleteBehavior.Restrict);
            pick.HasIndex(x => new { x.OfficerId, x.PickedOn });
        });
        model.Entity<Transfer>(transfer =>
        {
            transfer.ToTable("transfer");
            transfer.Ignore(x => x.Shares);
            transfer.HasOne<Lead>().WithMany().HasForeignKey(x => x.LeadId).OnDelete(DeleteBehavior.Restrict);
            transfer.Property(x => x.Reason).HasMaxLength(1000);
            transfer.Property(x => x.AnswerNote).HasMaxLength(1000);
            transfer.Property(x => x.DecisionNote).HasMaxLength(1000);
            transfer.HasIndex(x => x.LeadId).HasDatabaseName("ux_transfer_open").IsUnique().HasFilter("state in (0, 1)");
            transfer.HasIndex(x => new { x.LeadId, x.DecidedAt });
            transfer.HasIndex(x => new { x.ToUnitId, x.ProposedAt, x.Id });
            transfer.HasIndex(x => new { x.ProposedAt, x.Id });
            transfer.HasIndex(x => x.DueAt).HasFilter("due_at is not null");
        });
    }
}
