using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Rules;

/// <summary>The present rules of an area.</summary>
public sealed record RulesAnswer<T> : IVersioned
{
    public required T Rules { get; init; }

    public required DateTimeOffset ChangedAt { get; init; }
    public required long Version { get; init; }
}

/// <summary>Reads and changes the rules of an area.</summary>
internal static class RuleSets
{
    /// <summary>The rules that hold now.</summary>
    public static async Task<T> RulesAsync<T>(this LeadsDb db, CancellationToken ct) where T : class, IRules
    {
        var id = T.Id;
        return (await db.RuleSets.AsNoTracking().SingleAsync(r => r.Id == id, ct)).As<T>();
    }

    public static async Task<Ok<RulesAnswer<T>>> ReadAsync<T>(LeadsDb db, CancellationToken ct) where T : class, IRules
    {
        var id = T.Id;
        var found = await db.RuleSets.AsNoTracking().SingleAsync(r => r.Id == id, ct);
        return TypedResults.Ok(new RulesAnswer<T> { Rules = found.As<T>(), ChangedAt = found.ChangedAt, Version = found.Version });
    }

    public static async Task<Ok<Receipt>> ChangeAsync<T>(
        T rules, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
        where T : class, IRules
    {
        var found = await db.RuleSets.Locked(T.Id).SingleAsync(ct);
        ifMatch.Check(found);
        var actor = caller.Actor(clock);
        found.Change(rules, actor);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = found.Id, Version = found.Version });
    }
}
