using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Work.Data;

/// <summary>How every service's database keeps aggregates.</summary>
public static class AggregateConventions
{

    /// <summary>Call it last in <c>OnModelCreating</c>: ids come from the application and the version is the concurrency check.</summary>
    public static ModelBuilder AddAggregateConventions(this ModelBuilder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        foreach (var type in model.Model.GetEntityTypes().Where(t => typeof(Aggregate).IsAssignableFrom(t.ClrType)))
        {
            var entity = model.Entity(type.ClrType);
            entity.Property(nameof(Aggregate.Id)).ValueGeneratedNever();
            entity.Property(nameof(Aggregate.Version)).IsConcurrencyToken();
        }

        return model;
    }
}
