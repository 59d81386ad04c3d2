using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Qibin.Crm.Work.Data;

/// <summary>
/// Every PostgreSQL advisory lock of the product. A key has two parts: the number of the purpose, which no other purpose has, and a
/// hash of what is locked. Two names with the same hash wait for each other without need; nothing else happens to them. A lock is
/// released when its transaction ends; waiting for it is limited by the connection's <c>lock_timeout</c> (2 seconds).
/// </summary>
public static class AdvisoryLocks
{
    /// <summary>
    /// Purposes: the first part of each key. Never change or reuse a number, since instances of two releases run side by side.
    /// </summary>
    private const int Relay = 1;
    private const int Job = 2;
    private const int Journey = 3;
    private const int Compaction = 4;
    private const int PoolPicks = 5;
    private const int InvestorKeys = 6;
    private const int Visits = 7;
    private const int EnterpriseUscc = 8;
    private const int ProjectEvents = 9;
    private const int Directory = 10;
    private const int ProtectedKeys = 11;
    private const int Watermarks = 12;
    private const int Unmaskings = 13;
    private const int AuditChain = 14;
    private const int SignIns = 15;

    /// <summary>
    /// Makes the session the only relay of its database until it ends; does not wait. While another session is the relay, and that
    /// session has begun no statement for 5 seconds, it is ended, whatever it hangs at: its process is frozen or out of reach.
    /// </summary>
    /// <returns>False while another session is the relay.</returns>
    public static async Task<bool> TryRelayAsync(NpgsqlConnection session, CancellationToken ct)
    {
        if (await TryAsync($"select pg_try_advisory_lock({Relay}, 0)", session, null, ct))
        {
            return true;
        }

        await using var end = new NpgsqlCommand(
            $"""
            select count(pg_terminate_backend(pid)) from pg_locks join pg_stat_activity using (pid)
            where locktype = 'advisory' and granted and classid = {Relay} and objid = 0 and objsubid = 2
                and database = (select oid from pg_database where datname = current_database())
                and state_change < clock_timestamp() - interval '5 seconds'
            """, session);
        await end.ExecuteNonQueryAsync(ct);
        return false;
    }

    /// <summary>Lets one transaction at a time start a job of a kind that runs once at a time.</summary>
    public static Task LockJobKindAsync(this DbContext db, string kind, CancellationToken ct) => LockAsync(db, Job, kind, ct);

    /// <summary>Locks the journeys of these leads, in one order for everybody.</summary>
    public static Task LockJourneysAsync(this DbContext db, IReadOnlyCollection<Guid> leads, CancellationToken ct) =>
        LockAllAsync(db, Journey, [.. leads.Select(lead => lead.ToString())], ct);

    /// <summary>Lets one transaction at a time compact the rollups; does not wait.</summary>
    /// <returns>False while another transaction is at it.</returns>
    public static Task<bool> TryCompactionAsync(NpgsqlTransaction transaction, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return TryAsync($"select pg_try_advisory_xact_lock({Compaction}, 0)", transaction.Connection!, transaction, ct);
    }

    /// <summary>Keeps everybody else from compacting the rollups; waits for as long as a compaction under way takes.</summary>
    public static async Task LockCompactionAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var take = new NpgsqlCommand(
            $"set local statement_timeout = 0; set local lock_timeout = 0; select pg_advisory_xact_lock({Compaction}, 0)",
            connection)
        { CommandTimeout = 0 };
        await take.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Lets one caller's unmaskings come one after the other, so that the limit of a day holds.</summary>
    public static Task LockUnmaskingsAsync(this DbContext db, Guid callerId, CancellationToken ct) =>
        LockAsync(db, Unmaskings, callerId.ToString(), ct);

    /// <summary>Lets one officer's picks from the pool come one after the other, so that the limit of a day holds.</summary>
    public static Task LockPoolPicksAsync(this DbContext db, Guid ownerId, CancellationToken ct) =>
        LockAsync(db, PoolPicks, ownerId.ToString(), ct);

    /// <summary>
    /// Lets entries of investors that share a name or code come one after the other, so that the later one finds the earlier.
    /// </summary>
    public static Task LockInvestorKeysAsync(this DbContext db, string[] keys, CancellationToken ct) =>
        LockAllAsync(db, InvestorKeys, keys, ct);

    /// <summary>
    /// Lets entries of visits to investors with these compared names come one after the other, in one order for everybody.
    /// </summary>
    public static Task LockVisitsAsync(this DbContext db, string[] comparedNames, CancellationToken ct) =>
        LockAllAsync(db, Visits, comparedNames, ct);

    /// <summary>
    /// Lets protections of investors that share a name or code come one after the other, in one order for everybody.
    /// </summary>
    public static Task LockProtectedKeysAsync(this DbContext db, string[] keys, CancellationToken ct) =>
        LockAllAsync(db, ProtectedKeys, keys, ct);

    /// <summary>Lets one transaction at a time make or link the enterprise with this unified social credit code.</summary>
    public static Task LockEnterpriseAsync(this DbContext db, string uscc, CancellationToken ct) => LockAsync(db, EnterpriseUscc, uscc, ct);

    /// <summary>Lets consumers of one project's events run one after the other even before the project's row exists.</summary>
    public static Task LockProjectEventsAsync(this DbContext db, Guid projectId, CancellationToken ct) =>
        LockAsync(db, ProjectEvents, projectId.ToString(), ct);

    /// <summary>Lets tries to sign in by one name come one after the other, so that each is counted.</summary>
    public static Task LockSignInsAsync(this DbContext db, string name, CancellationToken ct) => LockAsync(db, SignIns, name, ct);

    /// <summary>
    /// Serialises changes of units and users whose rule reads more than one row: no cycle in the tree, one administrator remains.
    /// </summary>
    public static Task LockDirectoryAsync(this DbContext db, CancellationToken ct) => LockAsync(db, Directory, "", ct);

    /// <summary>
    /// Lets one transaction at a time raise watermarks, after those that have taken <see cref="LockEntryAsync"/>, and keeps others from it.
    /// </summary>
    public static Task LockWatermarksAsync(this DbContext db, CancellationToken ct) => LockAsync(db, Watermarks, "", ct);

    /// <summary>Keeps watermarks where they are while the transaction enters something that has an instant; they share it.</summary>
    public static Task LockEntryAsync(this DbContext db, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        return db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock_shared({Watermarks}, hashtext(''))", ct);
    }
    /// <summary>Lets one transaction at a time append to the chain of audit entries.</summary>
    public static Task LockAuditChainAsync(this DbContext db, CancellationToken ct) => LockAsync(db, AuditChain, "", ct);

    private static Task<int> LockAsync(DbContext db, int purpose, string name, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        return db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock({purpose}, hashtext({name}))", ct);
    }

    /// <summary>Ordered by key: two transactions that lock many never wait for each other in a circle.</summary>
    private static Task<int> LockAllAsync(DbContext db, int purpose, string[] names, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        return db.Database.ExecuteSqlAsync(
            $"""
            select count(pg_advisory_xact_lock({purpose}, key))
            from (select distinct hashtext(name) as key from unnest({names}) as name order by key) as keys
            """, ct);
    }

    private static async Task<bool> TryAsync(
        string statement, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken ct)
    {
        await using var take = new NpgsqlCommand(statement, connection, transaction);
        return (bool)(await take.ExecuteScalarAsync(ct))!;
    }
}
