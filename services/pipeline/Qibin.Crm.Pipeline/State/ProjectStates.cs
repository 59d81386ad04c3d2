using System.Text.Json;
using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;

namespace Qibin.Crm.Pipeline;

/// <summary>The project's state at the highest version told.</summary>
internal static class ProjectStates
{
    /// <summary>Notes an event of a project and takes its state, unless a newer one is known.</summary>
    public static Telling Project(this Telling telling, ProjectState project, IEvent happened, DateOnly? on = null, ProjectStage? backTo = null) => telling
        .OfJourney(project.LeadId)
        .Fact(happened, on, lead: project.LeadId, project: project.ProjectId, enterprise: project.EnterpriseId,
            backTo: backTo is { } stage ? Stages.Of(stage) : null)
        .Do(
            """
            insert into project (project_id, lead_id, version, ordinal, recorded_at, code, name, stage, status, stage_on, owner_id, unit_id,
                chain_code, node_code, contract_amount, contract_currency, paid_in, completed, uscc, enterprise_name, enterprise_id, moved_in_on, confidential, readers)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17::jsonb, $18::jsonb, $19, $20, $21, $22, $23, $24)
            on conflict (project_id) do update set lead_id = excluded.lead_id, version = excluded.version, ordinal = excluded.ordinal,
                recorded_at = excluded.recorded_at, code = excluded.code, name = excluded.name, stage = excluded.stage, status = excluded.status,
                stage_on = excluded.stage_on, owner_id = excluded.owner_id, unit_id = excluded.unit_id, chain_code = excluded.chain_code,
                node_code = excluded.node_code, contract_amount = excluded.contract_amount, contract_currency = excluded.contract_currency,
                paid_in = excluded.paid_in, completed = excluded.completed, uscc = excluded.uscc, enterprise_name = excluded.enterprise_name,
                enterprise_id = excluded.enterprise_id, moved_in_on = excluded.moved_in_on, confidential = excluded.confidential,
                readers = excluded.readers
            where (project.version, project.ordinal) < (excluded.version, excluded.ordinal)
            """,
            project.ProjectId, project.LeadId, telling.Delivery.Version, telling.Delivery.Ordinal, telling.Delivery.RecordedAt, project.Code, project.Name,
            (int)Stages.Of(project.Stage), (int)Stages.StatusOf(project.Status), project.StageOn, project.OwnerId, project.UnitId,
            project.ChainCode, project.NodeCode, project.ContractAmount?.Amount, project.ContractAmount?.Currency,
            JsonSerializer.Serialize(project.PaidIn, StrictJson.Options), JsonSerializer.Serialize(project.CompletedInvestment, StrictJson.Options),
            project.Uscc, project.EnterpriseName, project.EnterpriseId, project.MovedInOn, project.Confidential, project.Readers);
}
