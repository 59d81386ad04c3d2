using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Web.Identity;

/// <summary>
/// Row scope in two predicates: <see cref="ReadableBy"/> for each answer (list, detail, search, totals, export, feed) and
/// <see cref="EditableBy"/> for each row that a request changes or attaches something to.
/// </summary>
public static class RowScope
{
    /// <summary>Units or chains that a list asks for one by one; of more it asks for all at once.</summary>
    private const int MostParts = 8;

    /// <summary>Keeps the rows that the caller may read. What is left out is answered as absent, never as forbidden.</summary>
    public static IQueryable<T> ReadableBy<T>(this IQueryable<T> rows, Caller caller) where T : class, IScoped =>
        rows.Within(caller).DisclosedTo(caller);

    /// <summary>
    /// Keeps the rows that the caller may change: those of its own reach. A row that is only shared with the caller, such as one that
    /// its unit transferred away, is readable and not editable.
    /// </summary>
    public static IQueryable<T> EditableBy<T>(this IQueryable<T> rows, Caller caller) where T : class, IScoped
    {
        ArgumentNullException.ThrowIfNull(caller);
        return rows.Owned(caller).DisclosedTo(caller);
    }

    /// <summary>
    /// The confidential rows within the caller's reach that are not the caller's to read. A total says how many they are; nothing
    /// else of them ever leaves.
    /// </summary>
    public static IQueryable<T> HiddenFrom<T>(this IQueryable<T> rows, Caller caller) where T : class, IScoped
    {
        ArgumentNullException.ThrowIfNull(caller);
        var me = caller.Id;
        return ReferenceEquals(caller, Caller.System) ? rows.Where(_ => false) : rows.Within(caller)
            .Where(r => r.Confidential && !r.Readers.Contains(me));
    }

    /// <summary>
    /// Keeps the rows that are not confidential to the caller: the whole predicate of what the city shares, such as its register
    /// of enterprises.
    /// </summary>
    public static IQueryable<T> DisclosedTo<T>(this IQueryable<T> rows, Caller caller) where T : class, IConfidential
    {
        ArgumentNullException.ThrowIfNull(caller);
        var me = caller.Id;
        return ReferenceEquals(caller, Caller.System) ? rows : rows.Where(r => !r.Confidential || r.Readers.Contains(me));
    }

    /// <summary>
    /// Keeps the rows that are within the caller's reach only because they are shared with it. Together with the rows of its own, which
    /// have no share in this, they are what is within reach.
    /// </summary>
    public static IQueryable<T> OnlySharedWith<T>(this IQueryable<T> rows, Caller caller) where T : class, IShared
    {
        ArgumentNullException.ThrowIfNull(caller);
        var (me, unit, units) = (caller.Id, caller.UnitId ?? Guid.Empty, caller.UnitIds);
        Guid[] unitsAndMe = [.. units, me];
        // Few rows are shared at all, which PostgreSQL knows of the empty array and of no other: without it all rows are read for them.
        rows = rows.Where(r => r.SharedWith != EF.Constant(Array.Empty<Guid>()));
        return caller.Reach switch
        {
            Reach.Subtree => rows.Where(r => !units.Contains(r.UnitId) && r.SharedWith.Any(s => unitsAndMe.Contains(s))),
            Reach.Unit => rows.Where(r => r.UnitId != unit && (r.SharedWith.Contains(unit) || r.SharedWith.Contains(me))),
            Reach.Own => rows.Where(r => r.OwnerId != me && r.SharedWith.Contains(me)),
            _ => rows.Where(_ => false),
        };
    }

    /// <summary>
    /// What <see cref="ReadableBy"/> keeps, in parts that have no row in common: an index gives each of them in the order of a list, but
    /// not what is one's own or shared.
    /// </summary>
    public static IReadOnlyList<IQueryable<T>> ReadablePartsBy<T>(this IQueryable<T> rows, Caller caller) where T : class, IShared =>
        [.. rows.PartsWithin(caller).Select(part => part.DisclosedTo(caller))];

    /// <summary>
    /// The parts of <see cref="ReadablePartsBy"/> with what is confidential still in them: for reading keys from an index that does not
    /// know of it, and never without <see cref="DisclosedTo"/> on the rows of those keys.
    /// </summary>
    public static IReadOnlyList<IQueryable<T>> PartsWithin<T>(this IQueryable<T> rows, Caller caller) where T : class, IShared
    {
        ArgumentNullException.ThrowIfNull(caller);
        IReadOnlyList<IQueryable<T>> owned = caller switch
        {
            { Reach: Reach.Subtree, UnitIds: { Length: > 1 and <= MostParts } units } =>
                [.. units.Select(unit => rows.Where(r => r.UnitId == unit))],
            { Reach: Reach.Chain, Chains: { Length: > 1 and <= MostParts } chains } =>
                [.. chains.Select(chain => rows.Where(r => r.ChainCode == chain))],
            _ => [rows.Owned(caller)],
        };
        return caller.Reach is Reach.All or Reach.Chain ? owned : [.. owned, rows.OnlySharedWith(caller)];
    }

    private static IQueryable<T> Within<T>(this IQueryable<T> rows, Caller caller) where T : class, IScoped
    {
        ArgumentNullException.ThrowIfNull(caller);
        var (me, unit, units) = (caller.Id, caller.UnitId ?? Guid.Empty, caller.UnitIds);
        Guid[] unitsAndMe = [.. units, me];
        if (typeof(IShared).IsAssignableFrom(typeof(T)))
        {
            // By the name of the property: a cast to the interface does not translate.
            const string shared = nameof(IShared.SharedWith);
            switch (caller.Reach)
            {
                case Reach.Subtree when units is [var one]:
                    return rows.Where(r => r.UnitId == one || EF.Property<Guid[]>(r, shared).Any(s => unitsAndMe.Contains(s)));
                case Reach.Subtree:
                    return rows.Where(r => units.Contains(r.UnitId) || EF.Property<Guid[]>(r, shared).Any(s => unitsAndMe.Contains(s)));
                case Reach.Unit:
                    return rows.Where(r => r.UnitId == unit || EF.Property<Guid[]>(r, shared).Contains(unit)
                        || EF.Property<Guid[]>(r, shared).Contains(me));
                case Reach.Own:
                    return rows.Where(r => r.OwnerId == me || EF.Property<Guid[]>(r, shared).Contains(me));
            }
        }

        return rows.Owned(caller);
    }

    /// <summary>The rows within the caller's reach but for those that are only shared with it.</summary>
    private static IQueryable<T> Owned<T>(this IQueryable<T> rows, Caller caller) where T : class, IScoped
    {
        var (me, unit, units, chains) = (caller.Id, caller.UnitId ?? Guid.Empty, caller.UnitIds, caller.Chains);
        return caller.Reach switch
        {
            Reach.All => rows,
            // One of a kind is asked for by equality: only so does an index give its rows in the order of a list.
            Reach.Chain when chains is [var only] => rows.Where(r => r.ChainCode == only),
            Reach.Subtree when units is [var only] => rows.Where(r => r.UnitId == only),
            Reach.Chain => rows.Where(r => r.ChainCode != null && chains.Contains(r.ChainCode)),
            Reach.Subtree => rows.Where(r => units.Contains(r.UnitId)),
            Reach.Unit => rows.Where(r => r.UnitId == unit),
            _ => rows.Where(r => r.OwnerId == me),
        };
    }
}
