namespace Qibin.Crm.Pipeline;

/// <summary>Joins the states of lead and project into the journey's row and what it contributes to the totals.</summary>
internal static class JourneyRefresh
{
    public static Telling Refresh(this Telling telling, Guid leadId) => telling
        .Do("delete from journey where lead_id = $1 and exists (select from fact where stream_id = $1 and type = 'LeadRemoved')", leadId)
        .Do(
            """
            insert into journey (lead_id, code, investor_id, investor_name, project_id, project_code, project_name, stage, stage_on, status,
                first_contact_on, moved_in_on, owner_id, unit_id, chain_code, node_code, source_region, confidential, readers, shared_with, changed_at)
            select l.lead_id, l.code, l.investor_id, l.investor_name, p.project_id, p.code, p.name, coalesce(p.stage, l.stage),
                coalesce(p.stage_on, l.stage_on), coalesce(p.status, l.status), l.first_contact_on, p.moved_in_on,
                coalesce(p.owner_id, l.owner_id), coalesce(p.unit_id, l.unit_id),
                case when p.project_id is null then l.chain_code else p.chain_code end,
                case when p.project_id is null then l.node_code else p.node_code end,
                l.source_region, l.confidential or coalesce(p.confidential, false),
                case when l.confidential and p.confidential then array(select unnest(l.readers) intersect select unnest(p.readers) order by 1)
                    when p.confidential then p.readers
                    when l.confidential then l.readers
                    else '{}' end,
                l.shared_with,
                greatest(l.recorded_at, p.recorded_at)
            from lead l left join lateral (
                select * from project where project.lead_id = l.lead_id order by project.project_id limit 1) p on true
            where l.lead_id = $1 and not exists (select from fact where stream_id = $1 and type = 'LeadRemoved')
            on conflict (lead_id) do update set code = excluded.code, investor_id = excluded.investor_id, investor_name = excluded.investor_name,
                project_id = excluded.project_id, project_code = excluded.project_code, project_name = excluded.project_name,
                stage = excluded.stage, stage_on = excluded.stage_on, status = excluded.status, first_contact_on = excluded.first_contact_on,
                moved_in_on = excluded.moved_in_on, owner_id = excluded.owner_id, unit_id = excluded.unit_id, chain_code = excluded.chain_code,
                node_code = excluded.node_code, source_region = excluded.source_region, confidential = excluded.confidential,
                readers = excluded.readers, shared_with = excluded.shared_with, changed_at = excluded.changed_at
            """,
            leadId)
        .Do(
            """
            with wanted as (
                select currency, sum(estimated) estimated, sum(contract) contract, sum(paid_in) paid_in, sum(completed) completed
                from (
                    select l.estimated_currency currency, l.estimated_amount estimated, 0 contract, 0 paid_in, 0 completed
                    from lead l where l.lead_id = $1 and l.estimated_currency is not null
                    union all
                    select p.contract_currency, 0, p.contract_amount, 0, 0
                    from journey j join project p on p.project_id = j.project_id where j.lead_id = $1 and p.contract_currency is not null
                    union all
                    select paid.currency, 0, 0, paid.amount, 0
                    from journey j join project p on p.project_id = j.project_id,
                        jsonb_to_recordset(p.paid_in) as paid (amount numeric, currency text)
                    where j.lead_id = $1
                    union all
                    select completed.currency, 0, 0, 0, completed.amount
                    from journey j join project p on p.project_id = j.project_id,
                        jsonb_to_recordset(p.completed) as completed (amount numeric, currency text)
                    where j.lead_id = $1) parts
                group by currency),
            gone as (
                delete from amount where lead_id = $1 and currency not in (select currency from wanted))
            insert into amount (lead_id, currency, estimated, contract, paid_in, completed)
            select $1, currency, estimated, contract, paid_in, completed from wanted where exists (select from journey where lead_id = $1)
            on conflict (lead_id, currency) do update
            set estimated = excluded.estimated, contract = excluded.contract, paid_in = excluded.paid_in, completed = excluded.completed
            where (amount.estimated, amount.contract, amount.paid_in, amount.completed)
                is distinct from (excluded.estimated, excluded.contract, excluded.paid_in, excluded.completed)
            """,
            leadId);
}
