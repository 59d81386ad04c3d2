using Qibin.Crm.Contracts.Enterprises;

namespace Qibin.Crm.Pipeline;

/// <summary>The enterprise's state as last told.</summary>
internal static class EnterpriseStates
{
    /// <summary>
    /// Takes the state, unless a newer one is known. The enterprise's own events are ordered by its version; an event that another
    /// aggregate of the enterprises service told carries a version of its own, so those are ordered by when they were recorded.
    /// </summary>
    public static Telling Enterprise(this Telling telling, EnterpriseState enterprise)
    {
        var own = telling.Delivery.StreamId == enterprise.EnterpriseId;
        return telling.Do(
            """
            insert into enterprise (enterprise_id, version, ordinal, recorded_at, name, uscc, chain_code, node_code, in_city)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            on conflict (enterprise_id) do update set version = greatest(enterprise.version, excluded.version), ordinal = excluded.ordinal,
                recorded_at = excluded.recorded_at, name = excluded.name, uscc = excluded.uscc, chain_code = excluded.chain_code,
                node_code = excluded.node_code, in_city = excluded.in_city
            where case when excluded.version > 0 and enterprise.version > 0
                then (enterprise.version, enterprise.ordinal) < (excluded.version, excluded.ordinal)
                else enterprise.recorded_at < excluded.recorded_at end
            """,
            enterprise.EnterpriseId, own ? telling.Delivery.Version : 0L, own ? telling.Delivery.Ordinal : 0, telling.Delivery.RecordedAt,
            enterprise.Name, enterprise.Uscc, enterprise.ChainCode, enterprise.NodeCode, enterprise.InCity);
    }
}
