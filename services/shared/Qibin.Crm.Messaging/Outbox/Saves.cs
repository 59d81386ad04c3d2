using Microsoft.EntityFrameworkCore.Diagnostics;
using Qibin.Crm.ServiceDefaults;

namespace Qibin.Crm.Messaging;

/// <summary>Closes the version of each aggregate that was saved.</summary>
internal sealed class Saves : SaveChangesInterceptor
{
    public override ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        foreach (var entry in eventData.Context!.ChangeTracker.Entries<Aggregate>())
        {
            entry.Entity.Settle();
        }

        return ValueTask.FromResult(result);
    }
}
