using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Qibin.Crm.Web.Paging;

/// <summary>Lists of append-only rows: the history of one resource, whole and in order. They are short, so they have no pages.</summary>
public static class History
{
    /// <summary>Answers the rows, or 404 when the caller does not read the resource.</summary>
    /// <param name="rows">The resource's rows, in the order of the answer.</param>
    /// <param name="resource">The resource, narrowed to what the caller reads.</param>
    /// <param name="answer">The answer of one row.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<Results<Ok<IReadOnlyList<TAnswer>>, NotFound>> HistoryOfAsync<TResource, TRow, TAnswer>(
        this IQueryable<TRow> rows, IQueryable<TResource> resource, Func<TRow, TAnswer> answer, CancellationToken ct) where TRow : class =>
        await resource.AnyAsync(ct)
            ? TypedResults.Ok<IReadOnlyList<TAnswer>>((await rows.AsNoTracking().ToListAsync(ct)).ConvertAll(row => answer(row)))
            : TypedResults.NotFound();
}
