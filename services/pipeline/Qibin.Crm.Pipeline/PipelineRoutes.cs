using Qibin.Crm.Pipeline.Forecasts;
using Qibin.Crm.Pipeline.Rebuilds;
using Qibin.Crm.Pipeline.Targets;
using Qibin.Crm.Pipeline.Totals;
using Qibin.Crm.Pipeline.Trends;
using Qibin.Crm.Pipeline.Verifications;

namespace Qibin.Crm.Pipeline;

internal static class PipelineRoutes
{
    /// <summary>Everything that leadership asks over all journeys.</summary>
    public static void MapTotals(this RouteGroupBuilder api)
    {
        api.MapGet("/pipeline/totals", ReadTotals.Handle).AllowEverybody(Scopes.PipelineRead)
            .WithName("readTotals").WithSummary("全程汇总 · Totals over all journeys that the caller sees");
        api.MapGet("/pipeline/trend", ReadTrend.Handle).AllowEverybody(Scopes.PipelineRead)
            .WithName("readTrend").WithSummary("汇总趋势 · Totals month by month");
        api.MapGet("/pipeline/funnel", ReadFunnel.Handle).AllowEverybody(Scopes.PipelineRead)
            .WithName("readFunnel").WithSummary("转化漏斗 · Conversion between milestones by cohort");
        api.MapGet("/pipeline/dwell", ReadDwell.Handle).AllowEverybody(Scopes.PipelineRead)
            .WithName("readDwell").WithSummary("阶段停留 · Days spent in each stage");
        api.MapGet("/pipeline/thresholds", ReadThresholds.Handle).AllowEverybody(Scopes.PipelineRead)
            .WithName("readThresholds").WithSummary("亿元以上项目 · Large investments, and those that are stuck");
        api.MapGet("/pipeline/forecast", ReadForecast.Handle).AllowEverybody(Scopes.PipelineRead)
            .WithName("readForecast").WithSummary("加权预测 · Expected signings and funds for the rest of the year");
        api.MapPost("/pipeline/rates", EnterRates.Handle)
            .Allow(Scopes.PipelineWrite, Roles.Coordinator, Roles.Administrator)
            .WithName("enterRates").WithSummary("录入汇率 · Enter exchange rates");
        api.MapGet("/pipeline/rates", ListRates.Handle).AllowEverybody(Scopes.PipelineRead).WithMetadata(ListRates.Listing)
            .WithName("listRates").WithSummary("汇率列表 · Exchange rates as they were entered");
    }

    /// <summary>Targets of a year, what was achieved of them, and what changes the count.</summary>
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

    public static void MapJourneys(this RouteGroupBuilder api)
    {
        api.MapGet("/pipeline/journeys", ListJourneys.Handle).AllowEverybody(Scopes.PipelineRead).WithMetadata(ListJourneys.Listing)
            .WithName("listJourneys").WithSummary("全程列表 · The journeys behind the totals");
        api.MapGet("/pipeline/journeys/{leadId:guid}", ReadJourney.Handle).AllowEverybody(Scopes.PipelineRead)
            .WithName("readJourney").WithSummary("单个线索全程 · One journey with every milestone");
    }

    /// <summary>What keeps the totals right, and shows that they are.</summary>
    public static void MapUpkeep(this RouteGroupBuilder api)
    {
        api.MapPost("/pipeline/rebuilds", StartRebuild.Handle).Allow(null, Roles.Administrator)
            .WithName("startRebuild")
            .WithSummary("重建汇总 · Derive all journeys and sums again from the stored events, or only name what differs");
        api.MapGet("/pipeline/rebuilds/{rebuildId:guid}", ReadRebuild.Handle).Allow(Scopes.OpsRead, Roles.Administrator)
            .WithName("readRebuild").WithSummary("重建进度 · A rebuild, its progress and what it found");
        api.MapPost("/pipeline/verifications", StartVerification.Handle).Allow(null, Roles.Administrator)
            .WithName("startVerification")
            .WithSummary("核验 · Compare services, stored events, journeys and the sums behind the totals, and name every difference");
        api.MapGet("/pipeline/verifications/{verificationId:guid}", ReadVerification.Handle).Allow(Scopes.OpsRead, Roles.Administrator)
            .WithName("readVerification").WithSummary("核验进度 · A verification, its progress and what it found");
    }
}
