using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Projects.Stages;

internal static class StageOperations
{
    private static readonly string[] Movers = [Roles.UnitHead, Roles.ProjectOfficer, Roles.Coordinator, Roles.Administrator];

    /// <summary>Claims and approvals of stages, steps back, status.</summary>
    public static void MapStages(this RouteGroupBuilder api)
    {
        api.MapGet("/projects/stage-gates", ListStageGates.Handle).AllowEverybody(Scopes.ProjectsRead)
            .WithName("listStageGates").WithSummary("阶段要件表 · What each stage asks for and who approves it");
        api.MapGet("/projects/{projectId:guid}/stages", GetStages.Handle).AllowEverybody(Scopes.ProjectsRead)
            .WithName("getProjectStages").WithSummary("阶段历程 · A project's moves and claims");
        api.MapGet("/projects/{projectId:guid}/stages/{claimId:guid}", GetStages.HandleOne).AllowEverybody(Scopes.ProjectsRead)
            .WithName("getStageClaim").WithSummary("阶段申报详情 · One stage claim");
        api.MapPost("/projects/{projectId:guid}/stages", ClaimStage.Handle)
            .Allow(Scopes.ProjectsWrite, Roles.Officer, Roles.UnitHead, Roles.ProjectOfficer, Roles.Coordinator)
            .WithName("claimStage").WithSummary("申报进入下一阶段 · Claim the next stage with evidence");
        api.MapPost("/projects/stage-claims/batch", ClaimStage.HandleBatch).Allow(Scopes.ProjectsWrite)
            .WithName("claimStages").WithSummary("批量申报阶段 · Claim stages of several projects");
        api.MapPost("/projects/{projectId:guid}/stages/{claimId:guid}/approval", DecideClaim.Handle).Allow(null, StageGates.ApproverRoles)
            .WithName("decideStageClaim").WithSummary("审批阶段申报 · Approve or refuse a stage claim");
        api.MapPost("/projects/{projectId:guid}/stages/{claimId:guid}/withdrawal", WithdrawClaim.Handle)
            .Allow(Scopes.ProjectsWrite, Roles.Officer, Roles.UnitHead, Roles.ProjectOfficer, Roles.Coordinator)
            .WithName("withdrawStageClaim").WithSummary("撤回阶段申报 · Take a stage claim back");
        api.MapPost("/projects/{projectId:guid}/step-back", StepBack.Handle)
            .Allow(Scopes.ProjectsWrite, Roles.UnitHead, Roles.Coordinator, Roles.Administrator)
            .WithName("stepBackProject").WithSummary("退回阶段 · Take a project back to an earlier stage");
        api.MapPost("/projects/{projectId:guid}/status", ChangeStatus.Handle).Allow(Scopes.ProjectsWrite, Movers)
            .WithName("changeProjectStatus").WithSummary("暂停、恢复或终止 · Suspend, resume or terminate a project");
    }
}
