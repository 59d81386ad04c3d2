using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Work.Data;

/// <summary>What one unit of a currency is worth in CNY from a day on, as it was entered last.</summary>
public sealed class RateCopyRow
{
    public required string Currency { get; init; }
    public required DateOnly On { get; init; }
    public required decimal Rate { get; init; }
    public required DateTimeOffset EnteredAt { get; init; }
}

/// <summary>The copy of the exchange rates, in services that decide by the size of an amount.</summary>
public static class RateTables
{
    /// <summary>
    /// What one unit of the amount's currency is worth in CNY on a day: by the newest rate of that day or before; null where there is none.
    /// </summary>
    public static async Task<decimal?> RateAsync(this DbContext db, Money? amount, DateOnly day, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        return amount is null or { Currency: Money.Home } ? 1 : await db.Set<RateCopyRow>()
            .Where(r => r.Currency == amount.Currency && r.On <= day).OrderByDescending(r => r.On).Select(r => (decimal?)r.Rate)
            .FirstOrDefaultAsync(ct);
    }

    public static ModelBuilder AddRateTable(this ModelBuilder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.Entity<RateCopyRow>(row =>
        {
            row.ToTable("rate", "directory");
            row.HasKey(x => new { x.Currency, x.On });
            row.Property(x => x.Currency).HasMaxLength(3);
            row.Property(x => x.Rate).HasPrecision(16, 8);
        });
        return model;
    }
}
