namespace Qibin.Crm.Pipeline.Data;

/// <summary>How far the log of a service has been received.</summary>
internal sealed record WatermarkRow
{
    public required string Service { get; init; }

    /// <summary>All events up to here have been received.</summary>
    public required string Position { get; init; }

    /// <summary>Nothing that was recorded up to it is still to come; null until it has been so once. It never goes back.</summary>
    public required DateTimeOffset? CompleteUntil { get; init; }
}
