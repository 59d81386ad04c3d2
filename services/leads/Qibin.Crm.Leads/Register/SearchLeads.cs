using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Qibin.Crm.Kernel.Names;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.Domain.Names;
using Qibin.Crm.Leads.Investors;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Hosting;

namespace Qibin.Crm.Leads.Register;

/// <summary>
/// Finds leads by their investors' names in the order of the list. No one plan serves all searches: of a name that many have, a page is
/// full after a short walk along the list; of one that few have, the index of tokens gives them all at once; and the database cannot tell
/// which is which, since it takes the parts of a word for unrelated. So the walk comes first unless the word is known to be rare, reads
/// nothing but an index with the names' marks, and gives up after a while. Each way gives the same rows.
/// </summary>
internal sealed class SearchLeads(LeadsDb db, TokenShares shares, IOptions<SearchSettings> settings)
{
    /// <summary>Names so rare that looking all of them up costs less than a walk.</summary>
    private const double Rare = 0.0015;

    /// <summary>Investors at most that leads are looked up for by id.</summary>
    private const int MostInvestors = 5000;

    /// <summary>
    /// So many ends of a last, half-written syllable are asked for one by one; and so many where nothing precedes it.
    /// </summary>
    private const int FewEnds = 4;

    private const int MostEnds = 40;

    /// <summary>How far a walk goes in each part of what the caller sees: 10 ms or less.</summary>
    private readonly int _furthest = settings.Value.Walk;

    /// <summary>Reads a page of leads that are found by their investors' names, or by something else.</summary>
    /// <param name="turn">The page.</param>
    /// <param name="within">What is within the caller's reach, by <see cref="RowScope.PartsWithin"/>.</param>
    /// <param name="fitting">Leads disclosed to the caller that fit the other filters.</param>
    /// <param name="visible">The same within each part of the reach.</param>
    /// <param name="q">The text.</param>
    /// <param name="beside">What the text finds beside names.</param>
    /// <param name="ct">Cancels the read.</param>
    public async Task<List<Lead>> ReadAsync(
        Listing<Lead>.Turn turn, IReadOnlyList<IQueryable<Lead>> within, IQueryable<Lead> fitting, IReadOnlyList<IQueryable<Lead>> visible,
        string q, SearchBeside beside, CancellationToken ct)
    {
        var named = await NamedAsync(turn, within, fitting, visible, q, ct);
        if (beside.IsEmpty || await turn.ReadAsync([.. visible.Select(part => part.Where(beside.Leads).PlannedByValues())], ct)
            is not { Count: > 0 } others)
        {
            return named;
        }

        // Each of the two has the first rows of its kind; the page is the first of both.
        Guid[] page = [.. named.Concat(others).Select(l => l.Id).Distinct()];
        return await turn.ReadAsync([.. visible.Select(part => part.Where(l => page.Contains(l.Id)))], ct);
    }

    private async Task<List<Lead>> NamedAsync(
        Listing<Lead>.Turn turn, IReadOnlyList<IQueryable<Lead>> within, IQueryable<Lead> fitting, IReadOnlyList<IQueryable<Lead>> visible,
        string q, CancellationToken ct)
    {
        var query = SearchInvestors.Parse(q);
        var named = db.Investors.Named(query);
        if (turn.Sort is "updatedAt" or "-updatedAt")
        {
            var rare = await shares.ExpectedAsync(query, ct) < Rare;
            if (rare && await LookUpAsync(turn, named, visible, ct) is { } few)
            {
                return few;
            }

            var found = await WalkAsync(turn, within, fitting, named, query, ct);
            if (found.Count == turn.Count || !await GoesOnAsync(turn, within, ct))
            {
                return found;
            }

            if (!rare && await LookUpAsync(turn, named, visible, ct) is { } rest)
            {
                return rest;
            }
        }

        return await turn.ReadAsync(
            [.. visible.Select(part => part.Where(l => named.Any(i => i.Id == l.InvestorId)).PlannedByValues())], ct);
    }

    /// <summary>Walks along each part, newest or oldest change first.</summary>
    private Task<List<Lead>> WalkAsync(
        Listing<Lead>.Turn turn, IReadOnlyList<IQueryable<Lead>> within, IQueryable<Lead> fitting, IQueryable<Investor> named,
        NameQuery query, CancellationToken ct)
    {
        var marked = Marked(query);
        return turn.FirstAsync([.. within.Select(part =>
        {
            var fit = turn.Rest(part).Take(_furthest)
                .Select(l => new Step
                {
                    Id = l.Id,
                    UpdatedAt = l.UpdatedAt,
                    Marks1 = l.NameMarks1,
                    Marks2 = l.NameMarks2,
                    Marks3 = l.NameMarks3,
                    Marks4 = l.NameMarks4,
                    Marks5 = l.NameMarks5,
                    Marks6 = l.NameMarks6,
                    Marks7 = l.NameMarks7,
                    Marks8 = l.NameMarks8,
                })
                .Where(marked).Join(fitting, step => step.Id, l => l.Id, (step, lead) => new { step, lead })
                .Where(x => named.Any(i => i.Id == x.lead.InvestorId));
            var ordered = turn.Sort[0] == '-'
                ? fit.OrderByDescending(x => x.step.UpdatedAt).ThenByDescending(x => x.step.Id)
                : fit.OrderBy(x => x.step.UpdatedAt).ThenBy(x => x.step.Id);
            return ordered.Select(x => x.lead).Take(turn.Count).PlannedByValues();
        })], ct);
    }

    /// <summary>Whether anything lies beyond the walk.</summary>
    private async Task<bool> GoesOnAsync(Listing<Lead>.Turn turn, IReadOnlyList<IQueryable<Lead>> within, CancellationToken ct)
    {
        foreach (var part in within)
        {
            if (await turn.Rest(part).Skip(_furthest).AnyAsync(ct))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Looks the investors up, then their leads; null when they are too many for that.</summary>
    private static async Task<List<Lead>?> LookUpAsync(
        Listing<Lead>.Turn turn, IQueryable<Investor> named, IReadOnlyList<IQueryable<Lead>> visible, CancellationToken ct)
    {
        var ids = await named.Select(i => i.Id).Take(MostInvestors + 1).PlannedByValues().ToListAsync(ct);
        return ids.Count > MostInvestors ? null
            : ids.Count == 0 ? []
            : await turn.ReadAsync([.. visible.Select(part =>
            {
                // Keys are put in order first, and rows read of those on the page alone: a row is as wide as a hundred keys.
                var page = turn.Rest(part.Where(l => ids.Contains(l.InvestorId))).Take(turn.Count).Select(l => l.Id);
                return part.Where(l => page.Contains(l.Id)).PlannedByValues();
            })], ct);
    }

    /// <summary>The marks of each way to be found.</summary>
    private static Expression<Func<Step, bool>> Marked(NameQuery query)
    {
        Expression<Func<Step, bool>> found = Has(query.Pairs);
        foreach (var (must, any) in query.Ways)
        {
            // Where the last syllable can end in many ways, those before it are enough, if there are any.
            found = any.Length == 0 || (any.Length > FewEnds && must.Length > 0) || any.Length > MostEnds
                ? found.Or(Has(must))
                : any.Aggregate(found, (ways, one) => ways.Or(Has([.. must, one])));
        }

        return found;

        static Expression<Func<Step, bool>> Has(string[] tokens) =>
            NameMarks.Of(NameMarks.Implied(tokens)).Zip(Columns).Where(x => x.First != 0)
            .Aggregate((Expression<Func<Step, bool>>)(_ => true), (has, word) => has.And(Bits(word.First).Over(word.Second)));

        static Expression<Func<long, bool>> Bits(long bits) => word => (word & bits) == bits;
    }

    private static readonly Expression<Func<Step, long>>[] Columns =
        [s => s.Marks1, s => s.Marks2, s => s.Marks3, s => s.Marks4, s => s.Marks5, s => s.Marks6, s => s.Marks7, s => s.Marks8];

    /// <summary>A lead as a walk passes it: the columns of the index.</summary>
    private sealed record Step
    {
        public Guid Id { get; init; }
        public DateTimeOffset UpdatedAt { get; init; }
        public long Marks1 { get; init; }
        public long Marks2 { get; init; }
        public long Marks3 { get; init; }
        public long Marks4 { get; init; }
        public long Marks5 { get; init; }
        public long Marks6 { get; init; }
        public long Marks7 { get; init; }
        public long Marks8 { get; init; }
    }
}

/// <summary>Registers the search for leads.</summary>
internal static class SearchHost
{
    public static IServiceCollection AddSearch(this IServiceCollection services) =>
        services.AddSettings<SearchSettings>().AddSingleton<TokenShares>().AddScoped<SearchLeads>();
}
