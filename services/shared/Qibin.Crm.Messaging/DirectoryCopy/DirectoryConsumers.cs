using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Qibin.Crm.Contracts.Directory;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Names;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Messaging.DirectoryCopy;

/// <summary>Keeps the service's copy of the officers.</summary>
public sealed class OfficerPlacedConsumer(ScopedDb scoped) : IConsume<OfficerPlaced>
{
    public async Task ConsumeAsync(OfficerPlaced happened, Delivery delivery, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(happened);
        ArgumentNullException.ThrowIfNull(delivery);
        await scoped.Context.Database.ExecuteSqlAsync(
            $"""
            insert into directory.officer (officer_id, name, unit_id, roles, chains, active, version)
            values ({happened.OfficerId}, {happened.Name}, {happened.UnitId}, {happened.Roles}, {happened.Chains}, {happened.Active},
                {delivery.Version})
            on conflict (officer_id) do update set name = excluded.name, unit_id = excluded.unit_id, roles = excluded.roles,
                chains = excluded.chains, active = excluded.active, version = excluded.version where officer.version < excluded.version
            """, ct);
    }
}

/// <summary>Keeps the service's copy of the unit tree.</summary>
public sealed class UnitDefinedConsumer(ScopedDb scoped) : IConsume<UnitDefined>
{
    public async Task ConsumeAsync(UnitDefined happened, Delivery delivery, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(happened);
        ArgumentNullException.ThrowIfNull(delivery);
        await scoped.Context.Database.ExecuteSqlAsync(
            $"""
            insert into directory.unit (unit_id, parent_id, code, name, name_en, removed, version)
            values ({happened.UnitId}, {happened.ParentId}, {happened.Code}, {happened.Name}, {happened.NameEn}, {happened.Removed},
                {delivery.Version})
            on conflict (unit_id) do update set parent_id = excluded.parent_id, code = excluded.code, name = excluded.name,
                name_en = excluded.name_en, removed = excluded.removed, version = excluded.version where unit.version < excluded.version
            """, ct);
    }
}

/// <summary>Notes which sign-ins and integrations have ended, for as long as a token could name them.</summary>
public sealed class AccessEndedConsumer(ScopedDb scoped) : IConsume<AccessEnded>
{
    public async Task ConsumeAsync(AccessEnded happened, Delivery delivery, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(happened);
        await scoped.Context.Database.ExecuteSqlAsync(
            $"""
            with expired as (delete from directory.ended_access where until < now())
            insert into directory.ended_access (ended_id, until) values ({happened.EndedId}, {happened.Until.ToUniversalTime()})
            on conflict (ended_id) do nothing
            """, ct);
    }
}

/// <summary>The service's copy of units and officers.</summary>
public static class DirectorySubscriptions
{
    /// <summary>
    /// Keeps the tables of <see cref="DirectoryTables"/> up to date, refuses tokens by what they say and prints names from them.
    /// </summary>
    public static Subscriptions ConsumeDirectory(this Subscriptions subscriptions)
    {
        ArgumentNullException.ThrowIfNull(subscriptions);
        subscriptions.Services.AddSingleton<IBearerCheck, EndedAccess>();
        subscriptions.Services.AddDirectoryNames(DirectoryTables.Names, written: false);
        return subscriptions.Consume<OfficerPlaced, OfficerPlacedConsumer>().Consume<UnitDefined, UnitDefinedConsumer>()
            .Consume<AccessEnded, AccessEndedConsumer>();
    }
}
