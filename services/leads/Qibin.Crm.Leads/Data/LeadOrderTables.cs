using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Leads.Domain;

namespace Qibin.Crm.Leads.Data;

/// <summary>What keeps order among those who follow leads: rules, claims.</summary>
internal static class LeadOrderTables
{
    /// <summary>The database's own promise that no investor is held twice at once; the model cannot say it, so the migration does.</summary>
    public const string ClaimExclusion =
        "alter table claim add constraint ex_claim_period exclude using gist (investor_id with =, tstzrange(held_from, held_until) with &&)";

    /// <summary>The row of an area's rules, with nothing set.</summary>
    public static string Rules(Guid id, string area) =>
        $"insert into rule_set (id, area, body, changed_by, changed_at, version) values ('{id}', '{area}', '{{}}', '{Guid.Empty}', now(), 1)";

    /// <summary>
    /// Each lead has its place before the pool from its first moment, whichever door it came through; in one statement for all leads of
    /// one statement, so that an import pays for it once.
    /// </summary>
    public static readonly string[] PoolPlaces =
    [
        """
        create function give_pool_places() returns trigger language plpgsql as $$
        begin
            insert into pool_place (id, lead_id, state, due_at, version)
            select gen_random_uuid(), id, 0, created_at + interval '1 day', 1 from opened;
            return null;
        end $$
        """,
        """
        create trigger lead_pool_place after insert on lead referencing new table as opened
        for each statement execute function give_pool_places()
        """,
        "insert into pool_place (id, lead_id, state, due_at, version) select gen_random_uuid(), id, 0, now() + interval '1 day', 1 from lead",
        // Silence before the installation pools nothing.
        """
        update rule_set set body = jsonb_build_object('startOn', (now() at time zone 'Asia/Shanghai')::date::text) where area = 'pool'
        """,
    ];

    /// <summary>The database's own promise that the shares of a transfer are a whole.</summary>
    public static readonly string[] ShareSums =
    [
        "create function share_total(int[]) returns bigint language sql immutable as 'select coalesce(sum(part), 0) from unnest($1) part'",
        """
        alter table transfer add constraint ck_transfer_shares check (
            share_total(share_credit) = 10000 and share_total(share_tax) = 10000 and cardinality(share_units) = cardinality(share_credit)
            and cardinality(share_units) = cardinality(share_tax) and 0 <= all (share_credit) and 0 <= all (share_tax))
        """,
    ];

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
            claim.Property(x => x.TaskForceNote).HasMaxLength(1000);
            claim.HasIndex(x => x.LeadId);
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
