using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Investors;

/// <summary>
/// What a text finds beside the investors' names: a lead by its code, the beginning of one or its title, an investor by a person's name or
/// phone. All of it is what the caller reads: its leads, the people that it knows, and phones that it sees in full, or a search would
/// unmask them.
/// </summary>
internal sealed class SearchBeside
{
    /// <summary>Nothing.</summary>
    public static readonly SearchBeside None = new([], [], null);

    /// <summary>Rows at most whose ids are read in advance; of more the query reads them itself.</summary>
    private const int Most = 5000;

    /// <summary>Characters from which on the beginning of a code is enough.</summary>
    private const int EnoughOfCode = 4;

    /// <summary>Digits from which on the end of a phone is enough.</summary>
    private const int EnoughDigits = 7;

    private readonly IReadOnlyCollection<Guid> _leadIds;
    private readonly IReadOnlyCollection<Guid> _investorIds;
    private readonly IQueryable<Guid>? _manyLeads;
    private readonly IQueryable<Guid>? _manyInvestors;

    // Leads that the caller reads, with a code like the pattern; null when none is.
    private readonly IQueryable<Lead>? _coded;
    private readonly string _code;

    private SearchBeside(
        IReadOnlyCollection<Guid> leads, IReadOnlyCollection<Guid> investors, IQueryable<Lead>? coded, string code = "",
        IQueryable<Guid>? manyLeads = null, IQueryable<Guid>? manyInvestors = null) =>
        (_leadIds, _investorIds, _coded, _code, _manyLeads, _manyInvestors) =
            (leads, investors, coded, code, manyLeads, manyInvestors);

    /// <summary>Whether nothing but names can be found.</summary>
    public bool IsEmpty => (_leadIds.Count, _investorIds.Count) == (0, 0) && (_manyLeads ?? _manyInvestors) is null && _coded is null;

    /// <summary>Looks what a text finds, in indexes; nothing without a text.</summary>
    /// <exception cref="Refusal">As <see cref="SearchInvestors.Parse"/>.</exception>
    public static async Task<SearchBeside> LookAsync(LeadsDb db, Caller caller, string? q, TimeProvider clock, CancellationToken ct)
    {
        if (q is null)
        {
            return None;
        }

        var query = SearchInvestors.Parse(q);
        var (pairs, pattern) = (query.Pairs, Like.Containing(query.Key));
        var readable = db.Leads.ReadableBy(caller);
        var leads = readable.Where(l => l.TitlePairs != null && pairs.All(p => l.TitlePairs.Contains(p))
            && EF.Functions.Like(l.TitleKey!, pattern, Like.Escape)).Select(l => l.Id);
        var investors = People(db, caller, q, clock).Select(p => p.InvestorId);
        var (leadIds, manyLeads) = await OfAsync(leads, ct);
        var (investorIds, manyInvestors) = await OfAsync(investors.Distinct(), ct);
        var code = query.Key.Length < EnoughOfCode ? "" : Like.Beginning(query.Key.ToUpperInvariant());
        var coded = readable.Where(l => EF.Functions.Like(l.Code, code, Like.Escape));
        return new SearchBeside(
            leadIds, investorIds, code.Length > 0 && await coded.PlannedByValues().AnyAsync(ct) ? coded : null, code, manyLeads,
            manyInvestors);
    }

    /// <summary>The people that a text finds, by their names and phones.</summary>
    public static IQueryable<Person> People(LeadsDb db, Caller caller, string q, TimeProvider clock)
    {
        var query = SearchInvestors.Parse(q);
        var (pairs, pattern) = (query.Pairs, Like.Containing(query.Key));
        var known = db.PeopleKnownTo(caller);
        var named = known.Where(p => pairs.All(n => p.NamePairs.Contains(n)) && EF.Functions.Like(p.NameKey, pattern, Like.Escape));
        if (!PhoneNumbers.IsNumber(q) || PhoneNumbers.KeyOf(q) is not { Length: >= EnoughDigits } phone)
        {
            return named;
        }

        var (me, now, given) = (caller.Id, clock.GetUtcNow(), db.GivenTo(caller));
        var end = string.Concat(phone.Reverse()) + "%";
        // A union, of which each part has an index.
        var found = named.Select(p => p.Id).Union(known
            .Where(p => p.PhoneKey != null && EF.Functions.Like(EF.Functions.Reverse(p.PhoneKey), end)
                && (given.Any(l => l.InvestorId == p.InvestorId)
                    || db.Unmaskings.Any(u => u.PersonId == p.Id && u.CallerId == me && u.Until > now)))
            .Select(p => p.Id));
        return db.People.Where(p => found.Contains(p.Id));
    }

    /// <summary>Whether a lead that the caller reads is found.</summary>
    public Expression<Func<Lead, bool>> Leads
    {
        get
        {
            var found = In<Lead>(l => l.Id, _leadIds, _manyLeads).Or(In<Lead>(l => l.InvestorId, _investorIds, _manyInvestors));
            // A year has many codes that begin alike, so they are no ids: of many the list is walked along, of few the index is read.
            var code = _code;
            return _coded is null ? found : found.Or(l => EF.Functions.Like(l.Code, code, Like.Escape));
        }
    }

    /// <summary>Whether an investor is found: by its people, or by one of its leads.</summary>
    public Expression<Func<Investor, bool>> InvestorsOf(LeadsDb db)
    {
        var ofLeads = db.Leads.Where(In<Lead>(l => l.Id, _leadIds, _manyLeads)).Select(l => l.InvestorId);
        var found = In<Investor>(i => i.Id, _investorIds, _manyInvestors);
        found = (_leadIds.Count, _manyLeads) is (0, null) ? found : found.Or(i => ofLeads.Contains(i.Id));
        return _coded is not { } coded ? found : found.Or(i => coded.Any(l => l.InvestorId == i.Id));
    }

    private static Expression<Func<T, bool>> In<T>(Expression<Func<T, Guid>> id, IReadOnlyCollection<Guid> ids, IQueryable<Guid>? many)
    {
        Expression<Func<Guid, bool>> found = many is null ? one => ids.Contains(one) : one => many.Contains(one);
        return found.Over(id);
    }

    private static async Task<(IReadOnlyCollection<Guid> Ids, IQueryable<Guid>? Many)> OfAsync(IQueryable<Guid> rows, CancellationToken ct)
    {
        var ids = await rows.Take(Most + 1).PlannedByValues().ToListAsync(ct);
        return ids.Count > Most ? ([], rows) : (ids, null);
    }
}
