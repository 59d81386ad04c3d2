using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Leads;

namespace Qibin.Crm.Pipeline;

/// <summary>The lead's state at the highest version told.</summary>
internal static class LeadStates
{
    /// <summary>Notes an event of a lead and takes its state, unless a newer one is known.</summary>
    public static Telling Lead(this Telling telling, LeadState lead, IEvent happened, DateOnly? on = null) => telling
        .OfJourney(lead.LeadId)
        .Fact(happened, on, lead: lead.LeadId, project: lead.ProjectId)
        .Do(
            """
            insert into lead (lead_id, version, ordinal, recorded_at, code, investor_id, investor_name, stage, status, stage_on, first_contact_on,
                owner_id, unit_id, chain_code, node_code, source_region, estimated_amount, estimated_currency, confidential, readers, shared_with)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
            on conflict (lead_id) do update set version = excluded.version, ordinal = excluded.ordinal, recorded_at = excluded.recorded_at,
                code = excluded.code, investor_id = excluded.investor_id, investor_name = excluded.investor_name, stage = excluded.stage,
                status = excluded.status, stage_on = excluded.stage_on, first_contact_on = excluded.first_contact_on,
                owner_id = excluded.owner_id, unit_id = excluded.unit_id, chain_code = excluded.chain_code, node_code = excluded.node_code,
                source_region = excluded.source_region, estimated_amount = excluded.estimated_amount,
                estimated_currency = excluded.estimated_currency, confidential = excluded.confidential, readers = excluded.readers,
                shared_with = excluded.shared_with
            where (lead.version, lead.ordinal) < (excluded.version, excluded.ordinal)
            """,
            lead.LeadId, telling.Delivery.Version, telling.Delivery.Ordinal, telling.Delivery.RecordedAt, lead.Code, lead.InvestorId, lead.InvestorName,
            (int)Stages.Of(lead.Stage), (int)Stages.StatusOf(lead.Stage), lead.StageOn, lead.FirstContactOn, lead.OwnerId, lead.UnitId,
            lead.ChainCode, lead.NodeCode, lead.SourceRegion, lead.EstimatedInvestment?.Amount, lead.EstimatedInvestment?.Currency,
            lead.Confidential, lead.Readers, lead.SharedWith);
}
