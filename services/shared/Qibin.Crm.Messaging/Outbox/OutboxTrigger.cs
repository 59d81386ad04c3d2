using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Messaging.Outbox;

/// <summary>
/// Every event that is logged waits in the outbox from that very statement on, whoever logs it: one round trip, and no way to
/// forget the second insert. The same statement notes what has become confidential, or open again, for the change feed. And its instant is
/// that of its transaction's first event: read when the transaction has its id, so that it can be said which instants no event can be
/// recorded for any more (<see cref="Queries.LogAnswer"/>), and shared by all of its events, so that no instant shows half of a
/// transaction.
/// </summary>
internal sealed class OutboxTrigger<TDb>(IDbContextFactory<TDb> factory) : IMigrationStep where TDb : DbContext
{
    private const string Declare =
        """
        create or replace function messaging.withhold(subject uuid, kind text, confidential boolean) returns void language sql as $$
            insert into messaging.withheld (subject_id, subject_type, id, announced, seq, xid, recorded_at)
            select subject, kind, gen_random_uuid(),
                exists (select from messaging.event e where e.stream_id = subject and e.xid <> pg_current_xact_id())
                or exists (select from messaging.event e where e.subjects @> array[subject] and e.xid <> pg_current_xact_id()),
                nextval(pg_get_serial_sequence('messaging.event', 'seq')), pg_current_xact_id(), now()
            where confidential on conflict do nothing;
            delete from messaging.withheld where subject_id = subject and not confidential;
        $$;
        create or replace function messaging.wait_in_outbox() returns trigger language plpgsql as $$
        begin
            insert into messaging.outbox (seq, stream_id) select seq, stream_id from logged;
            perform messaging.withhold(l.stream_id, l.stream_type, l.confidential)
            from (select distinct on (stream_id) * from logged where subjects is null order by stream_id, seq desc) l
            where l.confidential or exists (select from messaging.withheld w where w.subject_id = l.stream_id);
            return null;
        end $$;
        create or replace trigger wait_in_outbox after insert on messaging.event
            referencing new table as logged for each statement execute function messaging.wait_in_outbox();
        create or replace function messaging.recorded_at() returns timestamptz language plpgsql as $$
        declare
            at text := current_setting('messaging.recorded_at', true);
        begin
            if at is null or at = '' then
                perform pg_current_xact_id();
                at := set_config('messaging.recorded_at', clock_timestamp()::text, true);
            end if;
            return at::timestamptz;
        end $$;
        alter table messaging.event alter column recorded_at set default messaging.recorded_at();
        alter table messaging.outbox set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
            autovacuum_vacuum_cost_delay = 0);
        """;

    public async Task RunAsync(CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        await db.Database.ExecuteSqlRawAsync(Declare, ct);
    }
}
