using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel.Names;

namespace Qibin.Crm.Work.Data;

/// <summary>Finds rows by parts of their names: one index of tokens (GIN) serves characters, pinyin and initials.</summary>
public static class NameConditions
{
    /// <summary>Whether a search finds a row by what it keeps of <see cref="NameSearch"/>.</summary>
    /// <param name="query">The search.</param>
    /// <param name="key">A row's key.</param>
    /// <param name="tokens">A row's tokens.</param>
    public static Expression<Func<T, bool>> Named<T>(
        NameQuery query, Expression<Func<T, string>> key, Expression<Func<T, string[]>> tokens)
    {
        ArgumentNullException.ThrowIfNull(query);
        var (pairs, pattern) = (query.Pairs, Like.Containing(query.Key));
        Expression<Func<string[], bool>> all = has => pairs.All(p => has.Contains(p));
        Expression<Func<string, bool>> like = text => EF.Functions.Like(text, pattern, Like.Escape);
        var found = all.Over(tokens).And(like.Over(key));
        foreach (var (must, any) in query.Ways)
        {
            Expression<Func<string[], bool>> way = (must, any) switch
            {
                (_, []) => has => must.All(t => has.Contains(t)),
                ([], _) => has => any.Any(t => has.Contains(t)),
                _ => has => must.All(t => has.Contains(t)) && any.Any(t => has.Contains(t)),
            };
            found = found.Or(way.Over(tokens));
        }

        return found;
    }

    /// <summary>
    /// Rows that a text finds, of which one character is enough: of tables so small that they may be read whole for that.
    /// </summary>
    public static IQueryable<T> Named<T>(
        this IQueryable<T> rows, string text, Expression<Func<T, string>> key, Expression<Func<T, string[]>> tokens)
    {
        if (NameSearch.Parse(text) is { } query)
        {
            return rows.Where(Named(query, key, tokens)).PlannedByValues();
        }

        var pattern = Like.Containing(NameSearch.KeyOf(text));
        Expression<Func<string, bool>> like = of => EF.Functions.Like(of, pattern, Like.Escape);
        return rows.Where(like.Over(key));
    }
}
