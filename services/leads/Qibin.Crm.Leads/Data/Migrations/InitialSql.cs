namespace Qibin.Crm.Leads.Data.Migrations;

/// <summary>
/// The part of <c>Initial</c> that a model cannot express: constraints, a trigger, statistics, and the rows that a new database
/// begins with. Written by hand; a released migration does not change, so nothing here depends on other code.
/// </summary>
internal static class InitialSql
{
    public static readonly string[] Statements =
    [
        // No name or code of an investor is protected twice at once: a claim's keys, one a row, with its period.
        """
        create table claim_key (
            claim_id uuid not null references claim on delete cascade, key text not null, held tstzrange not null,
            constraint pk_claim_key primary key (claim_id, key),
            constraint ex_claim_key exclude using gist (key with =, held with &&))
        """,
        """
        create function keep_claim_keys() returns trigger language plpgsql as $$
        begin
            delete from claim_key where claim_id = new.id;
            insert into claim_key (claim_id, key, held)
            select new.id, key, tstzrange(new.held_from, new.held_until) from unnest(new.keys) as key;
            return null;
        end $$
        """,
        """
        create trigger claim_keys after insert or update of keys, held_from, held_until on claim
        for each row execute function keep_claim_keys()
        """,

        // The shares of a transfer add up to a whole.
        "create function share_total(int[]) returns bigint language sql immutable as 'select coalesce(sum(part), 0) from unnest($1) part'",
        """
        alter table transfer add constraint ck_transfer_shares check (
            share_total(share_credit) = 10000 and share_total(share_tax) = 10000 and cardinality(share_units) = cardinality(share_credit)
            and cardinality(share_units) = cardinality(share_tax) and 0 <= all (share_credit) and 0 <= all (share_tax))
        """,

        // Each new lead gets its place in the pool's schedule, in one statement for all leads of one statement: an import pays once.
        """
        create function give_pool_places() returns trigger language plpgsql as $$
        begin
            insert into pool_place (id, lead_id, state, due_at, version)
            select gen_random_uuid(), id, 0, created_at + interval '1 day', 1 from opened;
            return null;
        end $$
        """,
        """
        create trigger lead_pool_place after insert on lead referencing new table as opened
        for each statement execute function give_pool_places()
        """,

        // The planner chooses between the index and a walk by a token's frequency; the default of 100 × 10 tokens is too few.
        "alter table investor alter column search_tokens set statistics 500",

        // A phone is found by its last digits: the pattern begins with them.
        "create index ix_person_phone_end on person (reverse(phone_key) text_pattern_ops) where phone_key is not null",

        // Rules with nothing set. Pool and response clock count from the day of installation.
        """
        insert into rule_set (id, area, body, changed_by, changed_at, version)
        select id::uuid, area, body, '00000000-0000-0000-0000-000000000000', now(), 1
        from (select jsonb_build_object('startOn', (now() at time zone 'Asia/Shanghai')::date::text) as installed) day,
            lateral (values
                ('0191d000-0000-7000-8000-000000000001', 'claims', '{}'::jsonb),
                ('0191d000-0000-7000-8000-000000000002', 'pool', installed),
                ('0191d000-0000-7000-8000-000000000003', 'transfers', '{}'),
                ('0191d000-0000-7000-8000-000000000004', 'response', installed),
                ('0191d000-0000-7000-8000-000000000005', 'digest', '{}')) as rules (id, area, body)
        """,
        """
        insert into clock_recount (id, due_at, changed_at, begun_at, after)
        values ('0191d000-0000-7000-8000-000000000011', now(), now(), now(), '00000000-0000-0000-0000-000000000000')
        """,
        "insert into digest_schedule (id, due_at) values ('0191d000-0000-7000-8000-000000000012', now())",

        // The State Council's schedules of 2025 and 2026: first day, number of days, name; make-up working days are one day each.
        """
        insert into calendar_year (id, year, source, days, changed_by, changed_at, version)
        select ('0191d000-0000-7000-8000-00000000' || year)::uuid, year,
            case year when 2025 then '国务院办公厅关于2025年部分节假日安排的通知（2024年11月12日）'
                else '国务院办公厅关于2026年部分节假日安排的通知（2025年11月4日）' end,
            jsonb_agg(jsonb_build_object('on', ("from" + n)::text, 'as', kind, 'name', name) order by "from" + n),
            '00000000-0000-0000-0000-000000000000', now(), 1
        from (values
            (2025, 'holiday', '元旦', '2025-01-01'::date, 1),
            (2025, 'holiday', '春节', '2025-01-28', 8),
            (2025, 'workday', '春节', '2025-01-26', 1),
            (2025, 'workday', '春节', '2025-02-08', 1),
            (2025, 'holiday', '清明节', '2025-04-04', 3),
            (2025, 'holiday', '劳动节', '2025-05-01', 5),
            (2025, 'workday', '劳动节', '2025-04-27', 1),
            (2025, 'holiday', '端午节', '2025-05-31', 3),
            (2025, 'holiday', '国庆节、中秋节', '2025-10-01', 8),
            (2025, 'workday', '国庆节、中秋节', '2025-09-28', 1),
            (2025, 'workday', '国庆节、中秋节', '2025-10-11', 1),
            (2026, 'holiday', '元旦', '2026-01-01', 3),
            (2026, 'workday', '元旦', '2026-01-04', 1),
            (2026, 'holiday', '春节', '2026-02-15', 9),
            (2026, 'workday', '春节', '2026-02-14', 1),
            (2026, 'workday', '春节', '2026-02-28', 1),
            (2026, 'holiday', '清明节', '2026-04-04', 3),
            (2026, 'holiday', '劳动节', '2026-05-01', 5),
            (2026, 'workday', '劳动节', '2026-05-09', 1),
            (2026, 'holiday', '端午节', '2026-06-19', 3),
            (2026, 'holiday', '中秋节', '2026-09-25', 3),
            (2026, 'holiday', '国庆节', '2026-10-01', 7),
            (2026, 'workday', '国庆节', '2026-09-20', 1),
            (2026, 'workday', '国庆节', '2026-10-10', 1)) as span (year, kind, name, "from", days), generate_series(0, days - 1) n
        group by year
        """,
    ];
}
