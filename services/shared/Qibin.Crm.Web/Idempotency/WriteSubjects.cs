using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Web.Idempotency;

/// <summary>
/// The rows that a write is about and that can be confidential 涉密, kept with its answer: a repeat is answered only as long as none of them
/// is hidden from the caller. A row that the write itself left hidden from its caller, such as a confidential lead that an integration
/// enters, does not count: its repeat is answered.
/// </summary>
internal static class WriteSubjects
{
    private static readonly object Key = new();

    private static readonly MethodInfo AnyHidden = typeof(WriteSubjects).GetMethod(
        nameof(AnyHiddenAsync), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>Notes what is tracked now, beside what was noted before.</summary>
    public static Guid[] Note(HttpContext http, DbContext db)
    {
        var me = Caller.From(http.User).Id;
        var (seen, hidden) = ((HashSet<Guid>, HashSet<Guid>))(http.Items[Key] ??= (new HashSet<Guid>(), new HashSet<Guid>()));
        foreach (var entry in db.ChangeTracker.Entries())
        {
            if (entry.Entity is Aggregate aggregate and IConfidential row)
            {
                (row.Confidential && !row.Readers.Contains(me) ? hidden : seen).Add(aggregate.Id);
            }

            seen.UnionWith(BelongsTo(entry).Select(row => row.Id));
        }

        return [.. seen.Except(hidden)];
    }

    /// <summary>The rows that can be confidential and that a row refers to, such as a claim's lead.</summary>
    public static IEnumerable<(IEntityType Type, Guid Id)> BelongsTo(EntityEntry entry)
    {
        foreach (var key in entry.Metadata.GetForeignKeys())
        {
            if (CanBeConfidential(key.PrincipalEntityType) && entry.Property(key.Properties[0]).CurrentValue is Guid id)
            {
                yield return (key.PrincipalEntityType, id);
            }
        }
    }

    /// <summary>Whether one of these rows is hidden from the caller now.</summary>
    public static async Task<bool> AreHiddenAsync(DbContext db, HttpContext http, Guid[] kept, CancellationToken ct)
    {
        var me = Caller.From(http.User).Id;
        foreach (var type in db.Model.GetEntityTypes().Where(CanBeConfidential))
        {
            if (await (Task<bool>)AnyHidden.MakeGenericMethod(type.ClrType).Invoke(null, [db, me, kept, ct])!)
            {
                return true;
            }
        }

        return false;
    }

    private static bool CanBeConfidential(IEntityType type) =>
        type.ClrType.IsAssignableTo(typeof(IConfidential)) && type.ClrType.IsAssignableTo(typeof(Aggregate));

    private static Task<bool> AnyHiddenAsync<T>(DbContext db, Guid me, Guid[] ids, CancellationToken ct)
        where T : Aggregate, IConfidential =>
        db.Set<T>().AnyAsync(row => ids.Contains(row.Id) && row.Confidential && !row.Readers.Contains(me), ct);
}
