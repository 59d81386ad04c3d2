using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Messaging.Outbox;

/// <summary>
/// Every event that is logged waits in the outbox from that very statement on, whoever logs it: one round trip, and no way to
/// forget the second insert.
/// </summary>
internal sealed class OutboxTrigger<TDb>(IDbContextFactory<TDb> factory) : IMigrationStep where TDb : DbContext
{
    private const string Declare =
        """
        create or replace function messaging.wait_in_outbox() returns trigger language plpgsql as $$
        begin
            insert into messaging.outbox (seq, stream_id) select seq, stream_id from logged;
            return null;
        end $$;
        create or replace trigger wait_in_outbox after insert on messaging.event
            referencing new table as logged for each statement execute function messaging.wait_in_outbox();
        alter table messaging.outbox set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
            autovacuum_vacuum_cost_delay = 0);
        """;

    public async Task RunAsync(CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        await db.Database.ExecuteSqlRawAsync(Declare, ct);
    }
}
