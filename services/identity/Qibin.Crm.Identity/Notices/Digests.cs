using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Identity.Approvals;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Messaging.Queries;

namespace Qibin.Crm.Identity.Notices;

/// <summary>
/// Begins the digests of a working day with the first officer's numbers: everybody has one, made some minutes later, when the numbers of
/// all officers have come.
/// </summary>
internal sealed class DigestConsumer(IdentityDb db, TimeProvider clock) : IConsume<DigestMade>
{
    /// <summary>How long the numbers of the other officers are waited for.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromMinutes(2);

    public async Task ConsumeAsync(DigestMade happened, Delivery delivery, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync(
            $"""
            insert into pending_digest (id, "on", due_at, attempts)
            select id, {happened.On}, {(clock.GetUtcNow() + Wait).ToUniversalTime()}, 0 from person where active order by id
            on conflict (id) do update set "on" = excluded."on", due_at = excluded.due_at, attempts = 0, own = null
            where pending_digest."on" < excluded."on"
            """, ct);
        var mine = await db.Set<PendingDigest>().SingleOrDefaultAsync(d => d.Id == happened.OwnerId && d.On == happened.On, ct);
        if (mine is not null)
        {
            mine.Own = new DueNumbers
            {
                Overdue = happened.Overdue,
                DueToday = happened.DueToday,
                Upcoming = happened.Upcoming,
                WithoutNextStep = happened.WithoutNextStep,
                Revisits = happened.Revisits,
                Breaches = happened.Breaches,
            };
        }
    }
}

/// <summary>Makes a person's digest a notice, unless there is nothing to do.</summary>
internal sealed class Digests(Questions questions, NoticeWriter notices, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);
    private const int MostAttempts = 6;

    public async Task MakeAsync(IdentityDb db, Guid personId, DateTimeOffset now, CancellationToken ct)
    {
        var digest = await db.Set<PendingDigest>().SingleAsync(d => d.Id == personId, ct);
        var person = await db.People.AsNoTracking().SingleAsync(p => p.Id == personId, ct);
        if (!person.Active)
        {
            digest.DueAt = null;
            return;
        }

        var tree = new UnitTree(await db.Units.AsNoTracking().ToListAsync(ct));
        var approvals = await ReadApprovals.AskAsync(questions, person.ClaimsIn(tree), ct);
        if (approvals.Missing.Count > 0 && digest.Attempts < MostAttempts)
        {
            (digest.Attempts, digest.DueAt) = (digest.Attempts + 1, (now + Pause).ToUniversalTime());
            return;
        }

        digest.DueAt = null;
        var day = new DayNumbers
        {
            On = digest.On,
            Own = digest.Own is { Any: true } own ? own : null,
            Team = await TeamAsync(db, person, digest.On, tree, ct),
            Approvals = approvals.Missing.Count > 0 ? null : approvals.Items.Count,
        };
        if (day is not { Own: null, Team: null, Approvals: null or 0 })
        {
            await notices.AddAsync(db, new Notice
            {
                Id = Guid.CreateVersion7(clock.GetUtcNow()),
                PersonId = personId,
                Kind = NoticeKind.Digest,
                At = now.ToUniversalTime(),
                Day = day,
            }, ct);
        }
    }

    private static async Task<DueNumbers?> TeamAsync(IdentityDb db, Person person, DateOnly on, UnitTree tree, CancellationToken ct)
    {
        var all = person.Roles.Any(r => r is Roles.Leader or Roles.Coordinator);
        if (!all && !person.Roles.Contains(Roles.UnitHead))
        {
            return null;
        }

        var units = tree.Subtree(person.UnitId);
        var numbers = await db.Set<PendingDigest>().AsNoTracking().Where(d => d.On == on && d.Own != null)
            .Join(db.People.Where(p => all || units.Contains(p.UnitId)), d => d.Id, p => p.Id, (d, _) => d.Own!).ToListAsync(ct);
        return DueNumbers.Sum(numbers) is { Any: true } team ? team : null;
    }
}
