namespace Qibin.Crm.Enterprises.Domain;

/// <summary>
/// One space held or let for an application from a day until, not including, another; without an end when <see cref="Until"/> is
/// null. The database refuses two that overlap on one space.
/// </summary>
public sealed class Occupation
{
    public required Guid ApplicationId { get; init; }
    public required Guid SpaceId { get; init; }
    public required DateOnly From { get; set; }
    public DateOnly? Until { get; set; }
}
