namespace Qibin.Crm.Web.Identity;

/// <summary>
/// Whether the access that a valid token stands for has ended before the token expires. Asked at each request; a token whose access has
/// ended is answered 401, as an expired one.
/// </summary>
public interface IBearerCheck
{
    /// <param name="subject">The token's <c>sub</c>: a person or an integration.</param>
    /// <param name="session">The token's <c>sid</c>: the sign-in that it was issued for; null when it names none.</param>
    /// <param name="ct">Cancels the question.</param>
    ValueTask<bool> HasEndedAsync(Guid subject, Guid? session, CancellationToken ct);
}
