namespace Qibin.Crm.Pipeline.Domain;

internal static class Instants
{
    /// <summary>The instant as PostgreSQL keeps it, to the microsecond, so that one that is answered can be asked for again.</summary>
    public static DateTimeOffset Kept(DateTimeOffset instant)
    {
        var utc = instant.ToUniversalTime();
        return utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
