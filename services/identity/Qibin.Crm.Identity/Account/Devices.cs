using Microsoft.AspNetCore.DataProtection;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Identity.Account;

/// <summary>A browser in which these people have signed in.</summary>
/// <param name="Id">Of the browser.</param>
/// <param name="People">The latest first.</param>
internal sealed record Device(Guid Id, IReadOnlyList<Guid> People);

/// <summary>
/// Known devices: a successful sign-in gives the browser a sealed cookie that names it and the person. It opens nothing; tries from there
/// are counted apart, so that guesses from elsewhere do not keep the person out.
/// </summary>
internal sealed class Devices(IDataProtectionProvider protection, TimeProvider clock)
{
    private const int MostPeople = 8;
    private static readonly TimeSpan s_life = TimeSpan.FromDays(180);
    private readonly ITimeLimitedDataProtector _seal = protection.CreateProtector("device").ToTimeLimitedDataProtector();

    /// <summary>The known device that sent the request; null when it has no genuine cookie.</summary>
    public Device? Of(HttpContext http)
    {
        if (_seal.Open(http.Request.Cookies[ClientOrigin.DeviceCookie]) is not { } content)
        {
            return null;
        }

        var ids = content.Chunk(16).Select(id => new Guid(id)).ToList();
        return new Device(ids[0], ids[1..]);
    }

    /// <summary>Makes the browser known for the person.</summary>
    public void Remember(HttpContext http, Guid personId)
    {
        var now = clock.GetUtcNow();
        var known = Of(http) ?? new Device(Guid.CreateVersion7(now), []);
        var people = known.People.Where(id => id != personId).Prepend(personId).Take(MostPeople);
        var content = people.Prepend(known.Id).SelectMany(id => id.ToByteArray()).ToArray();
        SealedCookie.Append(http, ClientOrigin.DeviceCookie, _seal, content, s_life);
    }
}
