namespace Qibin.Crm.Pipeline;

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
        api.MapRecount();
        api.MapStartRebuild();
        api.MapReadRebuild();
        api.MapStartReconciliation();
        api.MapReadReconciliation();
    }
}
