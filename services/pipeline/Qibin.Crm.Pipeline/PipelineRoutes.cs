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
        api.MapReadTrend();
        api.MapReadFunnel();
        api.MapReadDwell();
        api.MapReadThresholds();
        api.MapReadForecast();
        api.MapEnterRates();
        api.MapListRates();
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
