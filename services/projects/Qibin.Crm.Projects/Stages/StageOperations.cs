using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Projects.Stages;

internal static class StageOperations
{
    internal static readonly string[] Submitters = [Roles.Officer, Roles.UnitHead, Roles.ProjectOfficer, Roles.Coordinator];
    internal static readonly string[] Supervisors = [Roles.UnitHead, Roles.Coordinator];

    /// <summary>Submissions and their approval, corrected dates and amounts of the contract, steps back, status.</summary>
    public static void MapStages(this RouteGroupBuilder api)
    {
        api.MapGet("/projects/stage-gates", ListStageGates.Handle).AllowEverybody(Scopes.ProjectsRead)
            .WithName("listStageGates").WithSummary("阶段要件表 · What each stage asks for and who approves it");
        api.MapGet("/projects/{projectId:guid}/stages", GetStages.Handle).AllowEverybody(Scopes.ProjectsRead)
            .WithName("getProjectStages").WithSummary("阶段历程 · A project's moves and submissions");
        api.MapGet("/projects/{projectId:guid}/submissions/{submissionId:guid}", GetSubmission.Handle).AllowEverybody(Scopes.ProjectsRead)
            .WithName("getSubmission").WithSummary("阶段申报详情 · One submission");
        api.MapPost("/projects/{projectId:guid}/submissions", FileSubmission.Handle).Allow(Scopes.ProjectsWrite, Submitters)
            .WithName("fileSubmission").WithSummary("申报进入下一阶段 · Submit the next stage with evidence");
        api.MapPost("/projects/submissions/batch", FileSubmission.HandleBatch).Allow(Scopes.ProjectsWrite)
            .WithName("fileSubmissions").WithSummary("批量申报阶段 · Submit stages of several projects");
        api.MapPost("/projects/{projectId:guid}/submissions/{submissionId:guid}/approval", DecideSubmission.Handle)
            .Allow(null, StageGates.ApproverRoles)
            .WithName("decideSubmission").WithSummary("审批阶段申报 · Approve or refuse a submission");
        api.MapPost("/projects/{projectId:guid}/submissions/{submissionId:guid}/withdrawal", WithdrawSubmission.Handle)
            .Allow(Scopes.ProjectsWrite, Submitters)
            .WithName("withdrawSubmission").WithSummary("撤回阶段申报 · Withdraw a submission");
        api.MapPost("/projects/{projectId:guid}/stage-dates", CorrectStageDate.Handle).Allow(Scopes.ProjectsWrite, Submitters)
            .WithName("correctProjectStageDate").WithSummary("申报更正阶段、退回、状态或合同变更日期 · Submit a correction of the date of a move");
        api.MapPost("/projects/{projectId:guid}/contract-amount", CorrectContract.Handle).Allow(Scopes.ProjectsWrite, Submitters)
            .WithName("correctContractAmount").WithSummary("申报变更或更正合同金额 · Submit another contract amount");
        api.MapPost("/projects/{projectId:guid}/step-back", StepBack.Handle).Allow(Scopes.ProjectsWrite, Supervisors)
            .WithName("stepBackProject").WithSummary("退回阶段 · Move a project back to an earlier stage");
        api.MapPost("/projects/{projectId:guid}/status", ChangeStatus.Handle)
            .Allow(Scopes.ProjectsWrite, [.. Supervisors, Roles.ProjectOfficer])
            .WithName("changeProjectStatus").WithSummary("暂停、恢复或终止 · Suspend, resume or terminate a project");
    }
}
