using Qibin.Crm.Pipeline.Verifications;

namespace Qibin.Crm.Pipeline.Rebuilds;

internal static class Upkeep
{
    /// <summary>What keeps the totals right, and shows that they are.</summary>
    public static void MapUpkeep(this RouteGroupBuilder api)
    {
        api.MapStartRebuild();
        api.MapReadRebuild();
        api.MapStartVerification();
        api.MapReadVerification();
    }
}
