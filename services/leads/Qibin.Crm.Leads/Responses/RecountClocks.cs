using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Messaging;

namespace Qibin.Crm.Leads.Responses;

/// <summary>The going through all open clocks after calendar or times have changed; there is one.</summary>
internal sealed class ClockRecount
{
    public Guid Id { get; private init; }
    public DateTimeOffset? DueAt { get; private set; }
    public DateTimeOffset ChangedAt { get; private set; }
    public DateTimeOffset BegunAt { get; private set; }

    /// <summary>The lead up to which it has come.</summary>
    public Guid After { get; private set; }

    public void Begin(DateTimeOffset now) => BegunAt = After == Guid.Empty ? now : BegunAt;

    public void Go(Guid after) => After = after;

    /// <summary>Once more when the old calendar may have been remembered while this one went on.</summary>
    public void End()
    {
        var forgotten = ChangedAt + (2 * ResponseClocks.Remembered);
        (After, DueAt) = (Guid.Empty, BegunAt < forgotten ? forgotten : null);
    }
}

/// <summary>Due work of the response clocks: deadlines that pass, revisit dates that come, and all clocks after a change of calendar or times.</summary>
internal static class RecountClocks
{
    private const int Portion = 200;

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
        if (lead.PlanRevisit(Guid.CreateVersion7(now), new Deed(Guid.Empty, now)) is { } step)
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
            $"select * from lead where id > {recount.After} and clock_state in (0, 1) order by id limit {Portion} for update").ToListAsync(ct);
        foreach (var lead in leads)
        {
            await ResponseClocks.KeepAsync(db, db.Entry(lead), terms, changed: false, now, ct);
        }

        if (leads.Count == Portion)
        {
            recount.Go(leads[^1].Id);
        }
        else
        {
            recount.End();
        }
    }
}
