using Microsoft.EntityFrameworkCore;
using Npgsql;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Problems;

namespace Qibin.Crm.Leads.Data;

/// <summary>
/// Moves rows into the bin and back, as they are. A migration that changes one of these tables changes the rows in the bin with it.
/// </summary>
internal static class BinRows
{
    /// <summary>A table and which of its rows go along, by <c>@lead</c>, <c>@investor</c>, <c>@subject</c> and <c>@item</c>.</summary>
    private sealed record Part(string Table, string Which);

    // What refers to another row goes before it. The place in the pool ends with the lead; a trigger gives a new one.
    private static readonly Part[] OfLead =
    [
        new("visit_clash", "r.earlier_lead_id = @lead or r.later_lead_id = @lead"),
        new("contact_revision", "exists (select from contact c where c.id = r.contact_id and c.lead_id = @lead)"),
        new("comment", "r.subject_id = @lead"),
        .. ((string[])["contact", "next_step", "stage_move", "assignment", "referral", "response_breach", "external_key", "pool_pick",
            "transfer"]).Select(table => new Part(table, "r.lead_id = @lead")),
        // Whom nobody met on another lead, and everybody of an investor whose last lead it is.
        new("person",
            """
            r.investor_id = @investor and not exists (select from contact c where c.person_id = r.id) and (
                r.lead_ids = array[@lead]
                or not exists (select from lead l where l.investor_id = @investor and l.id <> @lead)
                or exists (
                    select from bin_row c
                    where c.item_id = @item and c.source = 'contact' and (c.row ->> 'person_id')::uuid = r.id))
            """),
        new("lead", "r.id = @lead"),
    ];

    private static readonly Part[] OfContact =
    [
        new("visit_clash", "r.earlier_contact_id = @subject or r.later_contact_id = @subject"),
        new("contact_revision", "r.contact_id = @subject"),
        new("contact", "r.id = @subject"),
    ];

    private static readonly Part[] OfPerson = [new("person", "r.id = @subject")];

    /// <summary>Moves the rows of what was removed into its item, which has been saved.</summary>
    public static async Task TakeAsync(LeadsDb db, BinItem item, CancellationToken ct)
    {
        foreach (var (table, which) in PartsOf(item.Kind))
        {
            await ExecuteAsync(
                db, item,
                $"""
                with gone as (delete from {table} r where {which} returning r.*)
                insert into bin_row (item_id, source, row) select @item, '{table}', to_jsonb(g) from gone g
                """, ct);
        }
    }

    /// <summary>Moves the rows back into their tables.</summary>
    [CanViolate("pk_external_key")]
    public static async Task PutBackAsync(LeadsDb db, BinItem item, CancellationToken ct)
    {
        foreach (var (table, _) in PartsOf(item.Kind).Reverse())
        {
            // The person whom a contact names may have been removed meanwhile, and so may the other lead of a clash of visits.
            var (row, which) = table switch
            {
                "contact" => (
                    """
                    case when exists (select from person p where p.id = (b.row ->> 'person_id')::uuid) then b.row
                        else b.row || jsonb_build_object('person_id', null) end
                    """, ""),
                "visit_clash" => ("b.row",
                    """
                    and 2 = (
                        select count(*) from contact c
                        where c.id in ((b.row ->> 'earlier_contact_id')::uuid, (b.row ->> 'later_contact_id')::uuid))
                    """),
                _ => ("b.row", ""),
            };
            await ExecuteAsync(
                db, item,
                $"""
                insert into {table} select r.* from bin_row b cross join lateral jsonb_populate_record(null::{table}, {row}) r
                where b.item_id = @item and b.source = '{table}' {which}
                """, ct);
        }
    }

    /// <summary>What is in the bin of an investor belongs to another one.</summary>
    public static Task MoveAsync(LeadsDb db, Guid from, Guid to, CancellationToken ct) => db.Database.ExecuteSqlAsync(
        $"""
        with moved as (update bin_item set investor_id = {to} where investor_id = {from} returning id)
        update bin_row r set row = r.row || jsonb_build_object('investor_id', {to}::uuid)
        from moved where r.item_id = moved.id and r.source in ('lead', 'person')
        """, ct);

    /// <summary>Whether a contact in the bin names a person.</summary>
    public static Task<bool> NameAsync(LeadsDb db, Guid personId, CancellationToken ct) =>
        db.Database.SqlQuery<Guid>(
            $"select item_id as \"Value\" from bin_row where source = 'contact' and row ->> 'person_id' = {personId.ToString()}")
            .AnyAsync(ct);

    private static Part[] PartsOf(BinKind kind) => kind switch
    {
        BinKind.Lead => OfLead,
        BinKind.Contact => OfContact,
        BinKind.Person => OfPerson,
        _ => [],
    };

    private static Task<int> ExecuteAsync(LeadsDb db, BinItem item, string sql, CancellationToken ct) =>
        db.Database.ExecuteSqlRawAsync(
            sql,
            [
                new NpgsqlParameter<Guid>("item", item.Id),
                new NpgsqlParameter<Guid>("lead", item.LeadId ?? Guid.Empty),
                new NpgsqlParameter<Guid>("investor", item.InvestorId),
                new NpgsqlParameter<Guid>("subject", item.SubjectId),
            ], ct);
}
