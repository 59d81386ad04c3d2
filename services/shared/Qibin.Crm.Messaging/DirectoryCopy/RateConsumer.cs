using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Pipeline;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Messaging.DirectoryCopy;

/// <summary>Keeps the service's copy of the exchange rates.</summary>
public sealed class RateConsumer(ScopedDb scoped) : IConsume<RatesEntered>
{
    public Task ConsumeAsync(RatesEntered happened, Delivery delivery, CancellationToken ct) => scoped.Context.KeepRatesAsync(happened, ct);
}

/// <summary>The copy of the exchange rates.</summary>
public static class RateCopy
{
    /// <summary>Keeps what was entered, unless something was entered later for the same currency and day.</summary>
    public static Task KeepRatesAsync(this DbContext db, RatesEntered entered, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(entered);
        return db.Database.ExecuteSqlAsync(
            $"""
            insert into directory.rate (currency, "on", rate, entered_at)
            select c, o, r, {entered.EnteredAt.ToUniversalTime()} from unnest(
                {entered.Rates.Select(r => r.Currency).ToArray()}, {entered.Rates.Select(r => r.On).ToArray()},
                {entered.Rates.Select(r => r.Rate).ToArray()}) as entered (c, o, r)
            on conflict (currency, "on") do update set rate = excluded.rate, entered_at = excluded.entered_at
            where rate.entered_at <= excluded.entered_at
            """, ct);
    }
}
