using System.Buffers.Text;
using System.Globalization;
using System.Linq.Expressions;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Web.Paging;

/// <summary>
/// A list's published sorts, and paging by key over them: a page starts after the last row of the page before, so a walk gives
/// each row that stood still exactly once while others come, go and change. Every order ends in the id.
/// </summary>
/// <typeparam name="TRow">The row; sort keys must not be null.</typeparam>
public sealed class Listing<TRow> : IListing where TRow : class
{
    private const int DefaultLimit = 50;
    private const int LargestLimit = 200;
    private readonly Dictionary<string, ISortKey> _keys = new(StringComparer.Ordinal);
    private readonly Expression<Func<TRow, Guid>> _id;
    private readonly Lazy<Func<TRow, Guid>> _idOf;
    private readonly string _default;

    /// <param name="id">The row's id, the last key of every order.</param>
    /// <param name="defaultSort">The order when none is asked for, such as <c>-updatedAt</c>.</param>
    public Listing(Expression<Func<TRow, Guid>> id, string defaultSort)
    {
        _id = id;
        _idOf = new(id.Compile);
        _default = defaultSort;
    }

    /// <summary>A row's id.</summary>
    public Expression<Func<TRow, Guid>> Id => _id;

    public IEnumerable<string> Sorts => _keys.Keys;

    public string DefaultSort => _default;

    /// <summary>Publishes a sort.</summary>
    public Listing<TRow> Sort<TKey>(string name, Expression<Func<TRow, TKey>> key)
    {
        _keys.Add(name, new SortKey<TKey>(key));
        return this;
    }

    /// <summary>Reads one page.</summary>
    /// <param name="rows">The rows that the caller may see and the filters keep.</param>
    /// <param name="page">The paging parameters.</param>
    /// <param name="request">The request, whose filters the cursor is bound to.</param>
    /// <param name="select">The answer's shape.</param>
    /// <param name="ct">Cancels the read.</param>
    /// <exception cref="Refusal">400: limit, sort or cursor is not valid.</exception>
    public Task<Page<TAnswer>> PageAsync<TAnswer>(
        IQueryable<TRow> rows, PageQuery page, HttpRequest request, Func<TRow, TAnswer> select, CancellationToken ct) =>
        PageAsync([rows], page, request, select, ct);

    /// <summary>
    /// As above, of rows in several parts that have none in common. Each is read in the order of the list by itself, so that an index can
    /// serve it.
    /// </summary>
    public Task<Page<TAnswer>> PageAsync<TAnswer>(
        IReadOnlyList<IQueryable<TRow>> parts, PageQuery page, HttpRequest request, Func<TRow, TAnswer> select, CancellationToken ct) =>
        PageAsync(parts, turn => turn.ReadAsync(parts, ct), page, request, select, ct);

    /// <summary>
    /// As above, read in a way of its own, which gives the rows that <see cref="Turn.ReadAsync"/> of the parts would give.
    /// </summary>
    public async Task<Page<TAnswer>> PageAsync<TAnswer>(
        IReadOnlyList<IQueryable<TRow>> parts, Func<Turn, Task<List<TRow>>> read, PageQuery page, HttpRequest request,
        Func<TRow, TAnswer> select, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(read);
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(select);
        var limit = page.Limit ?? DefaultLimit;
        if (limit is < 1 or > LargestLimit)
        {
            throw Refusal.Invalid("limit", "value.range", 1, LargestLimit);
        }

        var sort = page.Sort ?? _default;
        var keys = Order(sort);
        var binding = Binding(request, sort);
        long? total = null;
        if (page.Total == true)
        {
            total = 0;
            foreach (var part in parts)
            {
                total += await part.LongCountAsync(ct);
            }
        }

        var found = await read(new Turn(keys, sort, page.Cursor, binding, limit + 1));
        var more = found.Count > limit;
        if (more)
        {
            found.RemoveAt(limit);
        }

        return new Page<TAnswer>
        {
            Items = found.ConvertAll(row => select(row)),
            Next = more ? Encode(found[^1], binding, keys) : null,
            Total = total,
        };
    }

    /// <summary>Reads the next rows of a walk that is no request's, such as an export.</summary>
    /// <param name="rows">The rows that the caller may see and the filters keep.</param>
    /// <param name="sort">The order; the list's own when null.</param>
    /// <param name="after">Position of the walk; null at its beginning.</param>
    /// <param name="count">Rows at most.</param>
    /// <param name="ct">Cancels the read.</param>
    /// <returns>The rows, and the position after them; null at the end.</returns>
    /// <exception cref="Refusal">400: the sort is not published.</exception>
    public async Task<(IReadOnlyList<TRow> Rows, string? After)> WalkAsync(
        IQueryable<TRow> rows, string? sort, string? after, int count, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var keys = Order(sort ?? _default);
        var found = await Rest(rows, keys, after, []).Take(count).ToListAsync(ct);
        return (found, found.Count < count ? null : Encode(found[^1], [], keys));
    }

    /// <summary>Reads the first rows in the list's own order, for what is no request for a page.</summary>
    /// <param name="read">Reads them, as for a page.</param>
    /// <param name="count">Rows at most.</param>
    public Task<List<TRow>> FirstAsync(Func<Turn, Task<List<TRow>>> read, int count)
    {
        ArgumentNullException.ThrowIfNull(read);
        return read(new Turn(Order(_default), _default, null, [], count));
    }

    /// <summary>The id of a row that was read.</summary>
    public Guid IdOf(TRow row) => _idOf.Value(row);

    /// <summary>Refuses a sort that is not published.</summary>
    /// <exception cref="Refusal">400.</exception>
    public void CheckSort(string? sort) => Order(sort ?? _default);

    /// <summary>The rows from the cursor on, in order; all of them without one.</summary>
    private static IQueryable<TRow> Rest(IQueryable<TRow> rows, List<(ISortKey Key, bool Descending)> keys, string? cursor, byte[] binding)
    {
        var rest = cursor is null ? rows : rows.Where(After(keys, Decode(cursor, binding, keys)));
        return Ordered(rest, keys);
    }

    private static IQueryable<TRow> Ordered(IQueryable<TRow> rows, List<(ISortKey Key, bool Descending)> keys)
    {
        IOrderedQueryable<TRow>? ordered = null;
        foreach (var (key, descending) in keys)
        {
            ordered = key.Order(ordered, rows, descending);
        }

        return ordered!;
    }

    private List<(ISortKey Key, bool Descending)> Order(string sort)
    {
        var keys = new List<(ISortKey, bool)>();
        var descending = false;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in sort.Split(','))
        {
            descending = part.StartsWith('-');
            var name = descending ? part[1..] : part;
            if (!_keys.TryGetValue(name, out var key) || !seen.Add(name))
            {
                throw Refusal.Invalid("sort", "sort.unknown", name);
            }

            keys.Add((key, descending));
        }

        // The id goes the way of the last key, so that one index serves the order in both directions.
        keys.Add((new SortKey<Guid>(_id), descending));
        return keys;
    }

    /// <summary>A cursor goes on only with the list it came from: path, filters and sort.</summary>
    private static byte[] Binding(HttpRequest request, string sort)
    {
        var filters = request.Query.Where(q => q.Key is not ("cursor" or "limit" or "total" or "sort"))
            .OrderBy(q => q.Key, StringComparer.Ordinal)
            .Select(q => $"{q.Key}={q.Value}");
        return SHA256.HashData(Encoding.UTF8.GetBytes($"{request.Path}\n{sort}\n{string.Join('\n', filters)}"))[..6];
    }

    private static string Encode(TRow row, byte[] binding, List<(ISortKey Key, bool Descending)> keys) =>
        Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes<string[]>(
            [Convert.ToBase64String(binding), .. keys.Select(k => k.Key.Write(row))]));

    private static object[] Decode(string cursor, byte[] binding, List<(ISortKey Key, bool Descending)> keys)
    {
        try
        {
            var parts = cursor.Length <= 4000 ? JsonSerializer.Deserialize<string[]>(Base64Url.DecodeFromChars(cursor)) : null;
            if (parts is not null && parts.Length == keys.Count + 1 && parts[0] == Convert.ToBase64String(binding))
            {
                return [.. keys.Select((k, i) => k.Key.Read(parts[i + 1]))];
            }
        }
        catch (Exception e) when (e is FormatException or JsonException or OverflowException or ArgumentException or InvalidCastException)
        {
            // Answered below, like every other cursor that is not ours.
        }

        throw Refusal.Invalid("cursor", "cursor.invalid");
    }

    /// <summary>
    /// Rows after the given key values. In one direction it is a row comparison, which PostgreSQL answers from an index; in mixed
    /// directions it is the chain of alternatives, led by a bound on the first key.
    /// </summary>
    private static Expression<Func<TRow, bool>> After(List<(ISortKey Key, bool Descending)> keys, object[] values)
    {
        var row = Expression.Parameter(typeof(TRow), "row");
        Expression? after = null;
        for (var i = keys.Count - 1; i >= 0; i--)
        {
            var (key, descending) = keys[i];
            var beyond = key.Beyond(row, values[i], descending, orEqual: false);
            after = after is null ? beyond : Expression.OrElse(beyond, Expression.AndAlso(key.Same(row, values[i]), after));
        }

        return Expression.Lambda<Func<TRow, bool>>(
            keys.Count == 1 ? after!
                : Expression.AndAlso(keys[0].Key.Beyond(row, values[0], keys[0].Descending, orEqual: true), after!), row);
    }

    /// <summary>A page that is to be read: its order, where it begins, and how many rows it takes.</summary>
    public sealed class Turn
    {
        private readonly List<(ISortKey Key, bool Descending)> _keys;
        private readonly string? _cursor;
        private readonly byte[] _binding;

        internal Turn(List<(ISortKey Key, bool Descending)> keys, string sort, string? cursor, byte[] binding, int count) =>
            (_keys, Sort, _cursor, _binding, Count) = (keys, sort, cursor, binding, count);

        /// <summary>The order as it was asked for, or the list's own.</summary>
        public string Sort { get; }

        /// <summary>Rows to read: one more than the page has, to know whether another one follows.</summary>
        public int Count { get; }

        /// <summary>The rows from where the page begins, in its order.</summary>
        public IQueryable<TRow> Rest(IQueryable<TRow> rows) => Listing<TRow>.Rest(rows, _keys, _cursor, _binding);

        /// <summary>The first rows of several queries, each of which is in the page's order and takes no more than it needs.</summary>
        public Task<List<TRow>> FirstAsync(IReadOnlyList<IQueryable<TRow>> queries, CancellationToken ct) =>
            (queries is [var only] ? only : Ordered(queries.Aggregate((a, b) => a.Concat(b)), _keys).Take(Count)).ToListAsync(ct);

        /// <summary>The page's rows from several parts that have none in common.</summary>
        public Task<List<TRow>> ReadAsync(IReadOnlyList<IQueryable<TRow>> parts, CancellationToken ct) =>
            FirstAsync([.. parts.Select(part => Rest(part).Take(Count))], ct);
    }

    internal interface ISortKey
    {
        IOrderedQueryable<TRow> Order(IOrderedQueryable<TRow>? ordered, IQueryable<TRow> rows, bool descending);
        string Write(TRow row);
        object Read(string text);
        Expression Beyond(ParameterExpression row, object value, bool descending, bool orEqual);
        Expression Same(ParameterExpression row, object value);
    }

    private sealed class SortKey<TKey>(Expression<Func<TRow, TKey>> key) : ISortKey
    {
        private readonly Lazy<Func<TRow, TKey>> _read = new(key.Compile);

        public IOrderedQueryable<TRow> Order(IOrderedQueryable<TRow>? ordered, IQueryable<TRow> rows, bool descending) =>
            (ordered, descending) switch
            {
                (null, false) => rows.OrderBy(key),
                (null, true) => rows.OrderByDescending(key),
                (_, false) => ordered.ThenBy(key),
                (_, true) => ordered.ThenByDescending(key),
            };

        public string Write(TRow row) => _read.Value(row) switch
        {
            // PostgreSQL keeps microseconds; the round-trip format keeps them too.
            DateTimeOffset at => at.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture),
            DateOnly on => on.ToString("O", CultureInfo.InvariantCulture),
            Guid id => id.ToString(),
            var other => Convert.ToString(other, CultureInfo.InvariantCulture)
                ?? throw new InvalidOperationException("A sort key is never null."),
        };

        public object Read(string text)
        {
            var type = typeof(TKey);
            return type == typeof(string) ? text
                : type == typeof(Guid) ? Guid.ParseExact(text, "D")
                : type == typeof(DateTimeOffset) ? DateTimeOffset.ParseExact(text, "O", CultureInfo.InvariantCulture)
                : type == typeof(DateOnly) ? DateOnly.ParseExact(text, "O", CultureInfo.InvariantCulture)
                : type.IsEnum ? Enum.Parse(type, text)
                : Convert.ChangeType(text, type, CultureInfo.InvariantCulture);
        }

        public Expression Beyond(ParameterExpression row, object value, bool descending, bool orEqual)
        {
            Expression column = Column(row);
            Expression bound = Bound(value);
            if (typeof(TKey) == typeof(string))
            {
                column = Expression.Call(typeof(string), nameof(string.Compare), null, column, bound);
                bound = Expression.Constant(0);
            }
            else if (typeof(TKey) == typeof(Guid))
            {
                column = Expression.Call(column, nameof(Guid.CompareTo), null, bound);
                bound = Expression.Constant(0);
            }
            else if (typeof(TKey).IsEnum)
            {
                column = Expression.Convert(column, typeof(int));
                bound = Expression.Convert(bound, typeof(int));
            }

            return (descending, orEqual) switch
            {
                (false, false) => Expression.GreaterThan(column, bound),
                (false, true) => Expression.GreaterThanOrEqual(column, bound),
                (true, false) => Expression.LessThan(column, bound),
                (true, true) => Expression.LessThanOrEqual(column, bound),
            };
        }

        public Expression Same(ParameterExpression row, object value) => Expression.Equal(Column(row), Bound(value));

        private Expression Column(ParameterExpression row) => new Swap(key.Parameters[0], row).Visit(key.Body);

        // A member of a captured object becomes a query parameter; a constant would make a new plan for each page.
        private static MemberExpression Bound(object value) =>
            Expression.Property(Expression.Constant(new Holder((TKey)value)), nameof(Holder.Value));

        private sealed record Holder(TKey Value);

        private sealed class Swap(ParameterExpression from, Expression to) : ExpressionVisitor
        {
            protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : base.VisitParameter(node);
        }
    }
}

/// <summary>A list's published sorts, for its OpenAPI document.</summary>
public interface IListing
{
    IEnumerable<string> Sorts { get; }
    string DefaultSort { get; }
}
