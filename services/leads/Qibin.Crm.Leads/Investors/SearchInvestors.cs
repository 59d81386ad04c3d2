using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.Domain.Names;
using Qibin.Crm.Web.Paging;

namespace Qibin.Crm.Leads.Investors;

/// <summary>Finds investors by parts of their names.</summary>
internal static class SearchInvestors
{
    /// <summary>What a search asks for.</summary>
    /// <exception cref="Refusal">400: fewer than two characters, or more than 100.</exception>
    public static NameQuery Parse(string q) => NameSearch.Parse(q) ?? throw Refusal.Invalid("q", "text.length", 2, NameSearch.Longest);

    /// <summary>Investors with a name that contains the text, or reads like it.</summary>
    /// <exception cref="Refusal">As <see cref="Parse"/>.</exception>
    public static IQueryable<Investor> Named(this IQueryable<Investor> investors, string q) => investors.Named(Parse(q));

    /// <summary>Investors that a search finds.</summary>
    public static IQueryable<Investor> Named(this IQueryable<Investor> investors, NameQuery query)
    {
        var (pairs, pattern) = (query.Pairs, Like.Containing(query.Key));
        Expression<Func<Investor, bool>> found = i =>
            pairs.All(p => i.SearchTokens.Contains(p)) && EF.Functions.Like(i.NameKey, pattern, Like.Escape);
        foreach (var (must, any) in query.Ways)
        {
            found = found.Or((must, any) switch
            {
                (_, []) => i => must.All(t => i.SearchTokens.Contains(t)),
                ([], _) => i => any.Any(t => i.SearchTokens.Contains(t)),
                _ => i => must.All(t => i.SearchTokens.Contains(t)) && any.Any(t => i.SearchTokens.Contains(t)),
            });
        }

        return investors.Where(found);
    }
}

/// <summary>Conditions put together while a query is written.</summary>
internal static class Conditions
{
    public static Expression<Func<T, bool>> Or<T>(this Expression<Func<T, bool>> one, Expression<Func<T, bool>> other) =>
        Expression.Lambda<Func<T, bool>>(Expression.OrElse(one.Body, With(other, one.Parameters[0])), one.Parameters[0]);

    public static Expression<Func<T, bool>> And<T>(this Expression<Func<T, bool>> one, Expression<Func<T, bool>> other) =>
        Expression.Lambda<Func<T, bool>>(Expression.AndAlso(one.Body, With(other, one.Parameters[0])), one.Parameters[0]);

    /// <summary>The condition, of what the other expression gives.</summary>
    public static Expression<Func<T, bool>> Over<T, TOf>(this Expression<Func<TOf, bool>> condition, Expression<Func<T, TOf>> of) =>
        Expression.Lambda<Func<T, bool>>(With(condition, of.Body), of.Parameters[0]);

    private static Expression With(LambdaExpression lambda, Expression argument) =>
        new Swap(lambda.Parameters[0], argument).Visit(lambda.Body);

    private sealed class Swap(ParameterExpression from, Expression to) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : base.VisitParameter(node);
    }
}
