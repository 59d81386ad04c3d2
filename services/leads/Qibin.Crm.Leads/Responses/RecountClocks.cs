using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Messaging;

namespace Qibin.Crm.Leads.Responses;

/// <summary>
/// Due work of the response clocks: deadlines that pass, revisit dates that come, and all clocks after a change of calendar or times.
/// </summary>
internal static class RecountClocks
{
    private const int BatchSize = 200;

    /// <summary>All open clocks, and the digest's hour, are to be computed anew; commits with the change.</summary>
    public static Task AskAsync(LeadsDb db, DateTimeOffset now, CancellationToken ct) => db.Database.ExecuteSqlAsync(
        $"""
        with asked as (update clock_recount set changed_at = {now}, due_at = {now}, after = '00000000-0000-0000-0000-000000000000')
        update digest_schedule set due_at = {now}
        """, ct);

    /// <summary>A lead's time has come.</summary>
    internal static async Task JudgeAsync(LeadsDb db, Guid id, DateTimeOffset now, CancellationToken ct)
    {
        var lead = await db.Leads.SingleAsync(l => l.Id == id, ct);
        if (lead.PlanRevisit(Guid.CreateVersion7(now), new Actor(Guid.Empty, now)) is { } step)
        {
            db.Add(step);
            db.Publish(lead, new Contracts.Leads.NextStepPlanned { Lead = lead.State(), DueOn = step.DueOn });
        }

        await ResponseClocks.KeepAsync(db, db.Entry(lead), await ResponseClocks.TermsAsync(db, ct), changed: false, now, ct);
    }

    /// <summary>Some of the open clocks, in the order of the leads' ids.</summary>
    internal static async Task RecountAsync(LeadsDb db, Guid id, DateTimeOffset now, CancellationToken ct)
    {
        var recount = await db.ClockRecounts.SingleAsync(r => r.Id == id, ct);
        recount.Begin(now);
        var terms = await ResponseClocks.TermsAsync(db, ct);
        var leads = await db.Leads.FromSql(
            $"select * from lead where id > {recount.After} and clock_state in (0, 1) order by id limit {BatchSize} for update")
            .ToListAsync(ct);
        foreach (var lead in leads)
        {
            await ResponseClocks.KeepAsync(db, db.Entry(lead), terms, changed: false, now, ct);
        }

        if (leads.Count == BatchSize)
        {
            recount.Continue(leads[^1].Id);
        }
        else
        {
            recount.End();
        }
    }
}
