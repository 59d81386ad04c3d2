namespace Qibin.Crm.Pipeline.Targets;

/// <summary>Targets of a year, what was achieved of them, and what changes the count.</summary>
internal static class AssessmentRoutes
{
    public static void MapAssessment(this RouteGroupBuilder api)
    {
        api.MapPost("/pipeline/targets", EnterTargets.Handle)
            .Allow(Scopes.PipelineWrite, Roles.Coordinator)
            .WithName("enterTargets").WithSummary("录入年度目标 · Enter targets of a year");
        api.MapGet("/pipeline/targets", ListTargets.Handle).AllowEverybody(Scopes.PipelineRead).WithMetadata(ListTargets.Listing)
            .WithName("listTargets").WithSummary("年度目标列表 · Targets by year, unit, owner and indicator");
        api.MapGet("/pipeline/assessment", ReadAssessment.Handle).AllowEverybody(Scopes.PipelineRead)
            .WithName("readAssessment").WithSummary("目标考核 · Targets, scores and the time-scheduled rate of a year");
        api.MapGet("/pipeline/assessment/projects", ListAssessedProjects.Handle).AllowEverybody(Scopes.PipelineRead)
            .WithMetadata(ListAssessedProjects.Listing)
            .WithName("listAssessedProjects").WithSummary("考核项目列表 · The projects behind a score");
        api.MapPost("/pipeline/exclusions", ExcludeProject.Handle).Allow(null, Roles.Coordinator)
            .WithName("excludeProject").WithSummary("剔除项目 · Leave a project out of an indicator, or let it in again");
        api.MapGet("/pipeline/exclusions", ListExclusions.Handle).AllowEverybody(Scopes.PipelineRead)
            .WithMetadata(ListExclusions.Listing)
            .WithName("listExclusions").WithSummary("剔除项目列表 · Projects left out of indicators");
        api.MapPost("/pipeline/penalties", ImposePenalty.Handle).Allow(null, Roles.Coordinator)
            .WithName("imposePenalty").WithSummary("考核扣减 · Deduct from what was achieved");
        api.MapPost("/pipeline/penalties/{penaltyId:guid}/reversal", ReversePenalty.Handle).Allow(null, Roles.Coordinator)
            .WithName("reversePenalty").WithSummary("撤销扣减 · Take a penalty back");
        api.MapGet("/pipeline/penalties", ListPenalties.Handle).AllowEverybody(Scopes.PipelineRead).WithMetadata(ListPenalties.Listing)
            .WithName("listPenalties").WithSummary("考核扣减列表 · Deductions and their reversals");
    }
}
