using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Messaging;

namespace Qibin.Crm.Leads.Data;

/// <summary>A lead as its events carry it.</summary>
internal static class LeadStates
{
    /// <summary>Answers other services that ask for the leads' present states.</summary>
    public static Subscriptions AnswerLeadStates(this Subscriptions on) => on.AnswerStates<LeadsDb, Lead, LeadState>(State);

    public static LeadState State(this Lead lead) => new()
    {
        LeadId = lead.Id,
        Code = lead.Code,
        InvestorId = lead.InvestorId,
        InvestorName = lead.InvestorName,
        Stage = lead.Stage,
        StageOn = lead.StageOn,
        FirstContactOn = lead.FirstContactOn,
        OwnerId = lead.OwnerId,
        UnitId = lead.UnitId,
        ChainCode = lead.ChainCode,
        NodeCode = lead.NodeCode,
        SourceRegion = lead.SourceRegion,
        EstimatedInvestment = lead.EstimatedInvestment,
        ProjectId = lead.ProjectId,
        MovedInOn = lead.MovedInOn,
        Confidential = lead.Confidential,
        Readers = lead.Readers,
        ConfidentialityRevision = lead.ConfidentialityRevision,
        SharedWith = lead.SharedWith,
    };
}
