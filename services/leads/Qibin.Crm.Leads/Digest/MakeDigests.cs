using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.Rules;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Leads.Digest;

/// <summary>When the daily digest is made, in the district's time.</summary>
public sealed record DigestRulesRequest
{
    [Needed, NumberRange(0, 23)]
    public int? Hour { get; init; }

    [Needed, NumberRange(0, 59)]
    public int? Minute { get; init; }
}

/// <summary>
/// Publishes for each owner of leads, once a working day, how much is due. After downtime today's digest is made late and those of the days
/// before are not.
/// </summary>
internal static class MakeDigests
{
    public static async Task<Ok<Receipt>> Change(
        DigestRulesRequest request, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var changed = await RuleSets.ChangeAsync(
            new DigestRules { Hour = request.Hour!.Value, Minute = request.Minute!.Value }, ifMatch, db, caller, clock, ct);
        await db.Database.ExecuteSqlAsync($"update digest_schedule set due_at = {clock.GetUtcNow()}", ct);
        return changed;
    }

    internal static async Task MakeAsync(LeadsDb db, Guid id, DateTimeOffset now, CancellationToken ct)
    {
        var schedule = await db.DigestSchedules.SingleAsync(s => s.Id == id, ct);
        var year = schedule.YearToSchedule(now.OnDay());
        if (!schedule.Turn(await db.CalendarAsync(ct), await db.RulesAsync<DigestRules>(ct), now))
        {
            return;
        }

        var today = now.OnDay();
        if (year is { } next && !await db.Set<CalendarYear>().AnyAsync(y => y.Year == next, ct))
        {
            db.Publish(await db.NewsOfAsync(id, today, ct), new CalendarMissing { Year = next, OccurredOn = today });
        }

        var soon = today.AddDays(ReadDigest.Ahead);
        var counts = await db.Leads.Where(l => l.Stage != LeadStage.Invalid).GroupBy(l => l.OwnerId).Select(g => new
        {
            OwnerId = g.Key,
            Overdue = g.Count(l => l.Stage != LeadStage.Kept && l.NextStepDueOn < today),
            DueToday = g.Count(l => l.Stage != LeadStage.Kept && l.NextStepDueOn == today),
            Upcoming = g.Count(l => l.Stage != LeadStage.Kept && l.NextStepDueOn > today && l.NextStepDueOn <= soon),
            WithoutNextStep = g.Count(l => l.Stage != LeadStage.Kept && l.NextStepDueOn == null),
            Revisits = g.Count(l => l.Stage == LeadStage.Kept && l.RevisitOn <= today && (l.RevisitStepId == null || l.NextStepId != null)),
            Breaches = g.Count(l => l.OpenBreaches > 0),
        }).ToListAsync(ct);
        var owners = await db.OfficerNews.ToDictionaryAsync(d => d.Id, ct);
        foreach (var count in counts)
        {
            if (!owners.TryGetValue(count.OwnerId, out var owner))
            {
                db.Add(owner = OfficerNews.Of(count.OwnerId));
            }

            owner.Tell(today);
            db.Add(db.EventRowOf(owner, new DigestMade
            {
                OwnerId = count.OwnerId,
                On = today,
                Overdue = count.Overdue,
                DueToday = count.DueToday,
                Upcoming = count.Upcoming,
                WithoutNextStep = count.WithoutNextStep,
                Revisits = count.Revisits,
                Breaches = count.Breaches,
            }, ordinal: 0));
        }
    }
}
