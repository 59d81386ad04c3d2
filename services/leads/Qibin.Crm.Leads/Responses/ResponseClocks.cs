using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.Rules;
using Qibin.Crm.Messaging;

namespace Qibin.Crm.Leads.Responses;

/// <summary>
/// Updates the response clock of every lead that is saved, whatever changed it: new deadlines go into the same update, and passed ones
/// are published with it. Calendar and times are cached for half a minute, so that a save costs no round trip. After they change, all
/// open clocks are computed twice (<see cref="RecountClocks"/>), the second time when no instance has the old ones in its cache.
/// </summary>
internal sealed class ResponseClocks(TimeProvider clock) : SaveChangesInterceptor
{
    private (ResponseTerms Terms, DateTimeOffset ReadAt)? _known;

    /// <summary>Calendar or times have changed.</summary>
    public void Forget() => _known = null;

    public override async ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        var db = (LeadsDb)eventData.Context!;
        var changed = db.ChangeTracker.Entries<Lead>()
            .Where(e => e.State is EntityState.Added or EntityState.Modified && !e.Entity.IsOnTime).ToList();
        if (changed.Count > 0)
        {
            var (now, terms) = (clock.GetUtcNow(), await KnownAsync(db, cancellationToken));
            foreach (var lead in changed)
            {
                await KeepAsync(db, lead, terms, changed: true, now, cancellationToken);
            }
        }

        return result;
    }

    /// <summary>Calendar and times as the database has them.</summary>
    public static async Task<ResponseTerms> TermsAsync(LeadsDb db, CancellationToken ct) =>
        new(await db.CalendarAsync(ct), await db.RulesAsync<ResponseRules>(ct));

    /// <summary>Brings one lead's clock up to date; records and publishes its breaches.</summary>
    public static async Task KeepAsync(
        LeadsDb db, EntityEntry<Lead> entry, ResponseTerms terms, bool changed, DateTimeOffset now, CancellationToken ct)
    {
        var (lead, added) = (entry.Entity, entry.State == EntityState.Added);
        var open = added ? [] : entry.Property(l => l.Clock).OriginalValue.Breached.ToList();
        // With whom it was when the time ran out, even if it has just been given to another.
        var (owner, unit) = (entry.Property(l => l.OwnerId).OriginalValue, entry.Property(l => l.UnitId).OriginalValue);
        var lapsed = lead.KeepTime(terms, changed, now);
        var still = lead.Clock.Breached.ToList();
        foreach (var deadline in lapsed)
        {
            var breach = ResponseBreach.Of(Guid.CreateVersion7(now), lead.Id, deadline, owner, unit, now);
            db.Add(breach);
            db.Publish(breach, new ResponseBreached
            {
                BreachId = breach.Id,
                LeadId = lead.Id,
                Kind = deadline.Kind,
                DueOn = deadline.On,
                OwnerId = owner,
                UnitId = unit,
                OccurredOn = now.OnDay(),
            }, lead.Id);
            if (!still.Contains(deadline.Kind))
            {
                Move(db, lead, breach, now);
            }
        }

        ResponseKind[] moved = [.. open.Except(still), .. still.Except(open).Except(lapsed.Select(d => d.Kind))];
        if (moved.Length > 0)
        {
            var breaches = await db.ResponseBreaches.Where(b => b.LeadId == lead.Id && moved.Contains(b.Kind)).ToListAsync(ct);
            foreach (var breach in breaches.GroupBy(b => b.Kind).Select(kind => kind.MaxBy(b => b.BreachedAt)!))
            {
                Move(db, lead, breach, now);
            }
        }
    }

    private static void Move(LeadsDb db, Lead lead, ResponseBreach breach, DateTimeOffset now)
    {
        breach.Move(lead.Clock.Breached.Contains(breach.Kind) ? BreachState.Open
            : lead.Clock.Met(breach.Kind, breach.DueOn) ? BreachState.Met : BreachState.Dropped, now.OnDay());
        db.Publish(breach, new ResponseBreachMoved
        {
            BreachId = breach.Id,
            LeadId = lead.Id,
            Kind = breach.Kind,
            State = breach.State,
            OccurredOn = now.OnDay(),
        }, lead.Id);
    }

    private async ValueTask<ResponseTerms> KnownAsync(LeadsDb db, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (_known is not { } known || (now - known.ReadAt).Duration() >= ClockRecount.Remembered)
        {
            _known = known = (await TermsAsync(db, ct), now);
        }

        return known.Terms;
    }
}
