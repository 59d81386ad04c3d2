using Qibin.Crm.Pipeline.Forecasts;
using Qibin.Crm.Pipeline.Rates;
using Qibin.Crm.Pipeline.Trends;

namespace Qibin.Crm.Pipeline.Totals;

internal static class TotalsOperations
{
    /// <summary>Everything that leadership asks over all journeys, and what keeps it right.</summary>
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
}
