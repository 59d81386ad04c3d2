using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Exports;

/// <summary>A column of an exported list.</summary>
/// <param name="Heading">In Chinese. That of an amount is followed by the unit that was chosen.</param>
/// <param name="Width">In half-width characters.</param>
/// <param name="Value">What a row has there: text, a whole number, a decimal, a day, an instant or null.</param>
/// <param name="IsAmount">A decimal in the main unit of a currency, to be shown in the unit that was chosen.</param>
public sealed record Column<TShown>(string Heading, double Width, Func<TShown, object?> Value, bool IsAmount = false);

/// <summary>A row of the table and what it is about.</summary>
/// <param name="Id">The row's id.</param>
/// <param name="Unmasked">It shows what is masked for others.</param>
/// <param name="Cells">In the order of the columns.</param>
internal sealed record ExportedRow(Guid Id, bool Unmasked, IReadOnlyList<object?> Cells);

/// <summary>A list that can be exported; see <see cref="ExportedList{TDb, TQuery, TRow, TShown}"/>.</summary>
public abstract class ExportedList
{
    /// <summary>What requests call it: the last part of the list's address.</summary>
    public abstract string Word { get; }

    /// <summary>Name of the sheet and of the file, in Chinese.</summary>
    public abstract string Title { get; }

    /// <summary>Headings with the widths of their columns.</summary>
    internal abstract IReadOnlyList<(string Heading, double Width)> Headings(AmountUnit unit);

    /// <summary>Refuses what the list would refuse.</summary>
    internal abstract Task CheckAsync(DbContext db, Caller caller, string? query, CancellationToken ct);

    internal abstract Task<long> CountAsync(DbContext db, Caller caller, string? query, CancellationToken ct);

    /// <summary>The next rows, and the position after them; null at the end.</summary>
    internal abstract Task<(IReadOnlyList<ExportedRow> Rows, string? After)> ReadAsync(
        DbContext db, Caller caller, ExportRun run, string? after, int count, CancellationToken ct);

    /// <summary>Those rows of a piece that its owner may still see, as they are in it.</summary>
    internal abstract Task<HashSet<Guid>> VisibleAsync(DbContext db, Caller caller, JobPart part, CancellationToken ct);
}

/// <summary>
/// Describes the export of a list, beside the list: its columns, and the list's own filters, order and scope.
/// </summary>
/// <param name="listing">The list's order.</param>
/// <typeparam name="TDb">The service's DbContext.</typeparam>
/// <typeparam name="TQuery">The list's filters.</typeparam>
/// <typeparam name="TRow">What the list reads.</typeparam>
/// <typeparam name="TShown">What the columns read: the row, or the row with what belongs to it.</typeparam>
public abstract class ExportedList<TDb, TQuery, TRow, TShown>(Listing<TRow> listing) : ExportedList
    where TDb : DbContext where TQuery : class, new() where TRow : class where TShown : class
{
    /// <summary>In the order of <see cref="AmountUnit"/>.</summary>
    private static readonly (string Words, decimal Worth)[] Units = [("（元）", 1), ("（万元）", 10_000), ("（亿元）", 100_000_000)];

    protected abstract IReadOnlyList<Column<TShown>> Columns { get; }

    /// <summary>The rows that the caller reads and the filters keep, as in the list.</summary>
    protected abstract Task<IQueryable<TRow>> RowsAsync(TDb db, Caller caller, TQuery query, CancellationToken ct);

    /// <summary>All rows that the caller reads; those of the list without a filter, unless it leaves some out by itself.</summary>
    protected virtual Task<IQueryable<TRow>> ReadableAsync(TDb db, Caller caller, CancellationToken ct) =>
        RowsAsync(db, caller, new TQuery(), ct);

    /// <summary>The rows with what belongs to them, in the same order.</summary>
    protected abstract Task<IReadOnlyList<TShown>> ShowAsync(
        TDb db, Caller caller, IReadOnlyList<TRow> rows, CancellationToken ct);

    /// <summary>Whether a row shows what is masked for others.</summary>
    protected virtual bool IsUnmasked(TShown shown) => false;

    /// <summary>Those rows of which the caller still sees what is masked for others.</summary>
    protected virtual Task<IReadOnlyCollection<Guid>> StillUnmaskedAsync(TDb db, Caller caller, Guid[] rows, CancellationToken ct) =>
        Task.FromResult<IReadOnlyCollection<Guid>>(rows);

    internal sealed override IReadOnlyList<(string Heading, double Width)> Headings(AmountUnit unit) =>
        [.. Columns.Select(c => (c.IsAmount ? c.Heading + Units[(int)unit].Words : c.Heading, c.Width))];

    internal sealed override async Task CheckAsync(DbContext db, Caller caller, string? query, CancellationToken ct)
    {
        await RowsAsync((TDb)db, caller, QueryText.Read<TQuery>(query, out var sort), ct);
        listing.CheckSort(sort);
    }

    internal sealed override async Task<long> CountAsync(DbContext db, Caller caller, string? query, CancellationToken ct) =>
        await (await RowsAsync((TDb)db, caller, QueryText.Read<TQuery>(query, out _), ct)).LongCountAsync(ct);

    internal sealed override async Task<(IReadOnlyList<ExportedRow> Rows, string? After)> ReadAsync(
        DbContext db, Caller caller, ExportRun run, string? after, int count, CancellationToken ct)
    {
        var rows = await RowsAsync((TDb)db, caller, QueryText.Read<TQuery>(run.Query, out var sort), ct);
        var (read, end) = await listing.WalkAsync(rows, sort, after, count, ct);
        var shown = await ShowAsync((TDb)db, caller, read, ct);
        var (columns, worth) = (Columns, Units[(int)run.Unit].Worth);
        return ([.. read.Zip(shown, (row, its) => new ExportedRow(listing.IdOf(row), IsUnmasked(its),
            [.. columns.Select(c => c.Value(its) is var value && c.IsAmount && value is decimal amount ? amount / worth : value)]))], end);
    }

    internal sealed override async Task<HashSet<Guid>> VisibleAsync(DbContext db, Caller caller, JobPart part, CancellationToken ct)
    {
        var ids = part.RowIds;
        HashSet<Guid> visible = [.. await (await ReadableAsync((TDb)db, caller, ct))
            .Select(listing.Id).Where(id => ids.Contains(id)).ToListAsync(ct)];
        visible.ExceptWith(part.UnmaskedIds.Except(await StillUnmaskedAsync((TDb)db, caller, part.UnmaskedIds, ct)));
        return visible;
    }
}
