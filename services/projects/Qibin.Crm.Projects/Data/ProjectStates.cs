using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Domain;

namespace Qibin.Crm.Projects.Data;

internal static class ProjectStates
{
    /// <summary>The public state of a project, which its events carry.</summary>
    public static ProjectState State(this Project project) => new()
    {
        ProjectId = project.Id,
        Code = project.Code,
        Name = project.Name,
        LeadId = project.LeadId,
        InvestorId = project.InvestorId,
        Stage = project.Stage,
        StageOn = project.StageOn,
        Status = project.Status,
        SignedOn = project.Stage >= ProjectStage.Signed ? project.StageDates[(int)ProjectStage.Signed] : null,
        OwnerId = project.OwnerId,
        UnitId = project.UnitId,
        ChainCode = project.ChainCode,
        NodeCode = project.NodeCode,
        ContractAmount = project.ContractAmount,
        PaidIn = project.PaidIn,
        CompletedInvestment = project.CompletedInvestment,
        Uscc = project.Uscc,
        EnterpriseName = project.EnterpriseName,
        EnterpriseId = project.EnterpriseId,
        MovedInOn = project.MovedInOn,
        Confidential = project.Confidential,
        Readers = project.Readers,
        ConfidentialityRevision = project.ConfidentialityRevision,
    };
}
