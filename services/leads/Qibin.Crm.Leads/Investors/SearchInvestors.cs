using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.ServiceDefaults;

namespace Qibin.Crm.Leads.Investors;

/// <summary>Finds investors by parts of their names.</summary>
internal static class SearchInvestors
{
    /// <summary>Investors whose name holds the text, or reads like it.</summary>
    /// <exception cref="Refusal">400: fewer than two characters, or more than 100.</exception>
    public static IQueryable<Investor> Named(this IQueryable<Investor> investors, string q)
    {
        var query = NameSearch.Parse(q) ?? throw Refusal.Invalid("q", "text.length", 2, NameSearch.Longest);
        var (pairs, pattern) = (query.Pairs, Like.Containing(query.Key));
        Expression<Func<Investor, bool>> found = i => pairs.All(p => i.SearchTokens.Contains(p)) && EF.Functions.Like(i.NameKey, pattern, Like.Escape);
        foreach (var (must, any) in query.Ways)
        {
            found = Either(found, (must, any) switch
            {
                (_, []) => i => must.All(t => i.SearchTokens.Contains(t)),
                ([], _) => i => any.Any(t => i.SearchTokens.Contains(t)),
                _ => i => must.All(t => i.SearchTokens.Contains(t)) && any.Any(t => i.SearchTokens.Contains(t)),
            });
        }

        return investors.Where(found);
    }

    private static Expression<Func<Investor, bool>> Either(Expression<Func<Investor, bool>> one, Expression<Func<Investor, bool>> other) =>
        Expression.Lambda<Func<Investor, bool>>(
            Expression.OrElse(one.Body, new Swap(other.Parameters[0], one.Parameters[0]).Visit(other.Body)), one.Parameters[0]);

    private sealed class Swap(ParameterExpression from, ParameterExpression to) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : base.VisitParameter(node);
    }
}
