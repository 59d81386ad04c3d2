using Microsoft.EntityFrameworkCore;
using Npgsql;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Names;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain.Names;

namespace Qibin.Crm.Leads.Investors;

/// <summary>An investor that is entered among many, with its person.</summary>
internal sealed record EnteredInvestor(Guid Id, string Name, string? Uscc, ForeignRegistration? Foreign, string? Phone, string? Email);

/// <summary>
/// Which investor one of many surely is: its id, the names of such that the caller reads, and whether others work with one.
/// </summary>
internal sealed record SameInvestor(Guid Id, IReadOnlyList<string> Names, bool Elsewhere);

/// <summary>
/// The seam for whoever enters many investors at once: the same look-ups, weights and limit as for one, in one statement for all.
/// </summary>
internal static partial class Duplicates
{
    private const string Hits =
        """
        select asked.id as for, found.id as investor_id, 0 as by, found.id as person_id
        from unnest(@ids, @names) as asked (id, name)
            cross join lateral (select id from investor where compared_name = asked.name and merged_into_id is null and id <> asked.id order
                by id desc limit 20) found
        union all
        select asked.id, found.id, 4, found.id
        from unnest(@ids, @names) as asked (id, name)
            cross join lateral (select id from investor where aliases @> array['name ' || asked.name] and merged_into_id is null
                and id <> asked.id) found
        union all
        select asked.id, found.investor_id, 1, found.id
        from unnest(@ids, @phones) as asked (id, phone)
            cross join lateral (select id, investor_id from person where phone_key = asked.phone and investor_id <> asked.id order by id
                desc limit 20) found
        union all
        select asked.id, found.investor_id, 2, found.id
        from unnest(@ids, @domains) as asked (id, domain)
            cross join lateral (select id, investor_id from person where email_domain = asked.domain and investor_id <> asked.id order by id
                desc limit 20) found
        """;

    /// <summary>
    /// Those that are there already, by the ids of the entered ones. Their codes are looked up by whoever registers them.
    /// </summary>
    public static async Task<IReadOnlyDictionary<Guid, SameInvestor>> OfManyAsync(
        LeadsDb db, Caller caller, IReadOnlyList<EnteredInvestor> entered, TimeProvider clock, CancellationToken ct)
    {
        if (entered.Count == 0)
        {
            return new Dictionary<Guid, SameInvestor>();
        }

        var hits = await Seen(db, caller, clock, db.Database.SqlQueryRaw<HitRow>(
                Hits,
                new NpgsqlParameter<Guid[]>("ids", [.. entered.Select(e => e.Id)]),
                new NpgsqlParameter<string[]>("names", [.. entered.Select(e => ComparedNames.KeyOf(e.Name))]),
                new NpgsqlParameter<string?[]>("phones", [.. entered.Select(e => PhoneNumbers.KeyOf(e.Phone))]),
                new NpgsqlParameter<string?[]>(
                "domains", [.. entered.Select(
                e => ComparedContacts.DomainOf(e.Email) is { } domain && ComparedContacts.Identifies(domain) ? domain : null)])))
                .ToListAsync(ct);
        var byId = entered.ToDictionary(e => e.Id);
        var known = new Dictionary<Guid, SameInvestor>();
        foreach (var of in hits.GroupBy(h => h.For))
        {
            var found = new Found([.. of], byId[of.Key].Name, byId[of.Key].Uscc, byId[of.Key].Foreign);
            if (found.Same(byCode: false) is [var same, ..])
            {
                known.Add(of.Key, new SameInvestor(
                    same, [.. found.Readable(plain: true).Where(c => c.Score >= Limit).Select(c => c.Name!)], found.Elsewhere));
            }
        }

        return known;
    }
}
