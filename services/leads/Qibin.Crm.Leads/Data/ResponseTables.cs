using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.Responses;

namespace Qibin.Crm.Leads.Data;

/// <summary>The response clock's breaches, and what goes with the working day.</summary>
internal static class ResponseTables
{
    /// <summary>
    /// Clocks of the leads that were there before, from what is known of them, and the rows that begin all this. Deadlines are computed
    /// by the first of the service's timers, from the day of installation on: what lay open before breaches nothing at once.
    /// </summary>
    public static readonly string[] Begin =
    [
        LeadOrderTables.Rules(new Guid("0191d000-0000-7000-8000-000000000004"), "response"),
        LeadOrderTables.Rules(new Guid("0191d000-0000-7000-8000-000000000005"), "digest"),
        "update rule_set set body = jsonb_build_object('startOn', (now() at time zone 'Asia/Shanghai')::date::text) where area = 'response'",
        """
        with of_lead as (
            select l.id,
                case when l.stage in (3, 4, 5) then 3 when p.state = 2 then 2 else 0 end as clock_state,
                (l.created_at at time zone 'Asia/Shanghai')::date as opened,
                (select max(m.recorded_at) from stage_move m where m.lead_id = l.id and m."to" = 2) as concluded,
                case when l.stage in (2, 3) or l.closed_from = 2 then l.stage_on end as followed,
                l.last_contact_on
            from lead l left join pool_place p on p.lead_id = l.id),
        answered as (
            select o.*, (select max((c.recorded_at at time zone 'Asia/Shanghai')::date) from contact c
                where o.concluded is not null and c.lead_id = o.id and c.recorded_at > o.concluded) as answered
            from of_lead o)
        update lead l set clock_state = a.clock_state, clock = jsonb_build_object(
                'state', (array['running', 'paused', 'pooled', 'ended'])[a.clock_state + 1],
                'from', a.opened::text,
                'officerOn', a.opened::text,
                'assessedOn', coalesce((a.concluded at time zone 'Asia/Shanghai')::date, a.followed)::text,
                'feedbackOn', a.answered::text,
                'reportedOn', a.answered::text,
                'pauses', '[]'::jsonb,
                'deadlines', '[]'::jsonb),
            due_at = case when l.stage = 4 and l.revisit_on is not null then l.revisit_on::timestamp at time zone 'Asia/Shanghai' end
        from answered a where a.id = l.id
        """,
        """
        insert into clock_recount (id, due_at, changed_at, begun_at, after)
        values ('0191d000-0000-7000-8000-000000000011', now(), now(), now(), '00000000-0000-0000-0000-000000000000')
        """,
        "insert into digest_schedule (id, due_at) values ('0191d000-0000-7000-8000-000000000012', now())",
    ];

    public static void AddResponses(this ModelBuilder model)
    {
        model.Entity<ResponseBreach>(breach =>
        {
            breach.ToTable("response_breach");
            breach.HasOne<Lead>().WithMany().HasForeignKey(x => x.LeadId).OnDelete(DeleteBehavior.Cascade);
            // The database's own promise that one silence breaches once.
            breach.HasIndex(x => new { x.LeadId, x.Kind }).HasDatabaseName("ux_response_breach_open").IsUnique().HasFilter("state = 0");
            breach.HasIndex(x => new { x.LeadId, x.BreachedAt });
            breach.HasIndex(x => new { x.BreachedAt, x.Id });
            breach.HasIndex(x => new { x.DueOn, x.Id });
        });
        model.Entity<ClockRecount>().ToTable("clock_recount").Property(x => x.Id).ValueGeneratedNever();
        model.Entity<DigestSchedule>().ToTable("digest_schedule").Property(x => x.Id).ValueGeneratedNever();
        model.Entity<OwnerDigest>().ToTable("owner_digest");
    }
}
