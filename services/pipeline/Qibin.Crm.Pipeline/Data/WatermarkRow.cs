namespace Qibin.Crm.Pipeline.Data;

/// <summary>How far the log of a service has been received.</summary>
/// <param name="Service">Its name.</param>
/// <param name="Position">All events up to here have been received.</param>
/// <param name="CompleteUntil">Nothing that was recorded up to it is still to come; null until it has been so once. It never goes
/// back.</param>
internal sealed record WatermarkRow(string Service, string Position, DateTimeOffset? CompleteUntil);
