using Qibin.Crm.Pipeline.Forecasts;
using Qibin.Crm.Pipeline.Rates;
using Qibin.Crm.Pipeline.Rebuilds;
using Qibin.Crm.Pipeline.Totals;
using Qibin.Crm.Pipeline.Trends;
using Qibin.Crm.Pipeline.Verifications;

namespace Qibin.Crm.Pipeline;

internal static class PipelineRoutes
{
    /// <summary>Everything that leadership asks over all journeys.</summary>
    public static void MapTotals(this RouteGroupBuilder api)
    {
        api.MapReadTotals();
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
        api.MapPost("/pipeline/rates", EnterRates.Handle).Allow(null, Roles.Administrator)
            .WithName("enterRates").WithSummary("录入汇率 · Enter exchange rates");
        api.MapGet("/pipeline/rates", ListRates.Handle).AllowEverybody(Scopes.PipelineRead).WithMetadata(ListRates.Listing)
            .WithName("listRates").WithSummary("汇率列表 · Exchange rates as they were entered");
    }

    /// <summary>What keeps the totals right, and shows that they are.</summary>
    public static void MapUpkeep(this RouteGroupBuilder api)
    {
        api.MapStartRebuild();
        api.MapReadRebuild();
        api.MapStartVerification();
        api.MapReadVerification();
    }
}
