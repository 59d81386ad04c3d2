using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Account;

/// <summary>
/// The turn of one try to sign in: tries for one name come one after the other until their transactions end, so that of many at once no
/// more are heard than one after the other.
/// </summary>
internal sealed class Turn
{
    private readonly IdentityDb _db;

    /// <summary>The origin's own first; then, of an unknown device, what all of these have in common.</summary>
    private readonly IReadOnlyList<WrongTries> _tries;

    private Turn(IdentityDb db, IReadOnlyList<WrongTries> tries) => (_db, _tries) = (db, tries);

    /// <summary>Waits for the turn.</summary>
    /// <param name="db">In a transaction.</param>
    /// <param name="http">The request, for its device and address.</param>
    /// <param name="name">The normalized user name, whether somebody has it or not.</param>
    /// <param name="personId">Whose it is.</param>
    /// <param name="ct">Cancels it.</param>
    public static async Task<Turn> TakeAsync(IdentityDb db, HttpContext http, string name, Guid? personId, CancellationToken ct)
    {
        var hash = HashOf(name);
        await db.LockSignInsAsync(hash, ct);
        string[] origins = http.RequestServices.GetRequiredService<Devices>().Of(http) is { } device
            && personId is { } id && device.People.Contains(id)
            ? [$"device {device.Id}"]
            : [$"address {ClientOrigin.NetworkOf(ClientOrigin.AddressOf(http))}", WrongTries.Anywhere];
        var found = await db.WrongTries.Where(t => t.NameHash == hash && origins.Contains(t.Origin)).ToListAsync(ct);
        return new Turn(db, [.. origins.Select(o => found.SingleOrDefault(t => t.Origin == o) ?? WrongTries.None(hash, o))]);
    }

    public bool IsHeard(DateTimeOffset now) => _tries.All(t => t.Hears(now));

    /// <summary>Counts a wrong try, unless it was not heard, audits it, and commits both.</summary>
    public async Task RefuseAsync(
        string operation, Person? person, DateTimeOffset now, IDbContextTransaction transaction, CancellationToken ct)
    {
        _db.AuditRefused(operation, person, Count(now), now);
        await _db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }

    /// <returns>Whether a delay begins.</returns>
    private bool Count(DateTimeOffset now)
    {
        if (!IsHeard(now))
        {
            return false;
        }

        var delays = false;
        foreach (var tries in _tries)
        {
            if (tries.Count == 0)
            {
                _db.Add(tries);
            }

            delays |= tries.Add(now);
        }

        return delays;
    }

    /// <summary>Forgets the origin's wrong tries; saves nothing.</summary>
    public void Right()
    {
        if (_tries[0].Count > 0)
        {
            _db.Remove(_tries[0]);
        }
    }

    /// <summary>Forgets every wrong try for the name, at once.</summary>
    public static Task ForgetAsync(IdentityDb db, string name, CancellationToken ct)
    {
        var hash = HashOf(name);
        return db.WrongTries.Where(t => t.NameHash == hash).ExecuteDeleteAsync(ct);
    }

    private static string HashOf(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
}
