using System.Linq.Expressions;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Names;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Investors;

/// <summary>Finds investors by parts of their names.</summary>
internal static class SearchInvestors
{
    /// <summary>What a search asks for.</summary>
    /// <exception cref="Refusal">400: fewer than two characters, or more than 100.</exception>
    public static NameQuery Parse(string q) => NameSearch.Parse(q) ?? throw Refusal.Invalid("q", "text.length", 2, NameSearch.Longest);

    /// <summary>Investors that a search finds.</summary>
    public static IQueryable<Investor> Named(this IQueryable<Investor> investors, NameQuery query) => investors.Where(IsNamed(query));

    /// <summary>Whether a search finds an investor by its name.</summary>
    public static Expression<Func<Investor, bool>> IsNamed(NameQuery query) =>
        NameConditions.Named<Investor>(query, i => i.NameKey, i => i.SearchTokens);
}
