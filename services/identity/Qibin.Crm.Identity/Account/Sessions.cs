using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Directory;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Identity.Tokens;
using Qibin.Crm.Messaging;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Account;

/// <summary>
/// Sign-ins. The browser has an encrypted cookie, which ends with the browser and after ten hours; what counts is the row that it names,
/// read at every use. Whatever ends a sign-in ends it here, and the other services learn it by <see cref="AccessEnded"/>.
/// </summary>
internal static class Sessions
{
    private const string Scheme = "session";

    public static void AddSessions(this IServiceCollection services)
    {
        services.AddAuthentication().AddCookie(Scheme, cookie =>
        {
            cookie.Cookie.Name = "qibin-session";
            cookie.Cookie.HttpOnly = true;
            // The way back from a client's page is a top-level GET.
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.ExpireTimeSpan = TimeSpan.FromHours(10);
            cookie.SlidingExpiration = false;
        });
    }

    /// <summary>The session that the browser's cookie names; whether it has ended is another question.</summary>
    public static async Task<Guid?> SessionIdAsync(this HttpContext http) =>
        Guid.TryParse((await http.AuthenticateAsync(Scheme)).Principal?.FindFirstValue(Principals.SessionId), out var id) ? id : null;

    /// <summary>The active person of a session that has not ended.</summary>
    public static IQueryable<Person> PeopleIn(this IdentityDb db, Guid? session) => db.People.Where(p =>
        p.Active && db.Sessions.Any(s => s.Id == session && s.SubjectId == p.Id && s.EndedAt == null));

    /// <summary>Begins a session and gives the browser its cookie. Saves it with what else has changed.</summary>
    public static async Task BeginSessionAsync(
        this HttpContext http, IdentityDb db, Person person, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var session = Session.Begin(Guid.CreateVersion7(now), person.Id, now);
        db.Add(session);
        await db.SaveChangesAsync(ct);
        await http.SignInAsync(
            Scheme, new ClaimsPrincipal(new ClaimsIdentity([new Claim(Principals.SessionId, session.Id.ToString())], Scheme)));
    }

    /// <summary>
    /// Signs out: ends the session that the cookie names, or else the one that the client's identity token names, and removes the cookie.
    /// </summary>
    public static async Task SignOutAsync(
        this HttpContext http, IdentityDb db, TimeProvider clock, CancellationToken ct, string? hinted = null)
    {
        var id = await http.SessionIdAsync() ?? (Guid.TryParse(hinted, out var named) ? named : null);
        if (id is { } session)
        {
            await db.EndSessionAsync(session, clock, ct);
        }

        await http.SignOutAsync(Scheme);
    }

    /// <summary>Ends one session, in a transaction of its own.</summary>
    /// <param name="db">The service's DbContext.</param>
    /// <param name="id">The session.</param>
    /// <param name="clock">The time.</param>
    /// <param name="ct">Cancels it.</param>
    /// <param name="integration">The integration whose token is its session, which has no row until it ends.</param>
    public static async Task EndSessionAsync(
        this IdentityDb db, Guid id, TimeProvider clock, CancellationToken ct, Guid? integration = null)
    {
        await using var transaction = await db.BeginAsync(ct);
        var session = await db.Sessions.ForUpdate(id, ct);
        if (session is null && integration is { } client)
        {
            session = Session.Begin(id, client, clock.GetUtcNow());
            db.Add(session);
        }

        if (session is not null)
        {
            db.ActorId = session.SubjectId;
            db.End(session, clock);
            db.Audit("signOut", session.SubjectId, clock);
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
        }
    }

    /// <summary>Ends every session of a person; saves nothing. The person is locked, so that no sign-in comes between.</summary>
    public static async Task EndSessionsAsync(this IdentityDb db, Person person, TimeProvider clock, CancellationToken ct)
    {
        foreach (var session in await db.Sessions.Where(s => s.SubjectId == person.Id && s.EndedAt == null).Locked().ToListAsync(ct))
        {
            db.End(session, clock);
        }
    }

    private static void End(this IdentityDb db, Session session, TimeProvider clock)
    {
        if (session.End(clock.GetUtcNow()))
        {
            db.Publish(session, new AccessEnded { EndedId = session.Id, Until = session.ExpiresAt });
        }
    }
}
