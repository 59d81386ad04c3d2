using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Web.Audit;

namespace Qibin.Crm.Web.Idempotency;

/// <summary>Schema <c>api</c>: what the ground rules of the API keep in each service's database.</summary>
public static class ApiTables
{
    public const string Schema = "api";

    public static ModelBuilder AddApiTables(this ModelBuilder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.Entity<IdempotencyRow>(row =>
        {
            row.ToTable("idempotency", Schema);
            row.HasKey(x => new { x.Principal, x.Key });
            row.Property(x => x.Key).HasMaxLength(128);
            row.Property(x => x.Method).HasMaxLength(8);
            row.Property(x => x.Route).HasMaxLength(2000);
            row.Property(x => x.Subjects).HasDefaultValueSql("'{}'");
            row.Property(x => x.CreatedAt).HasDefaultValueSql("now()");
            row.HasIndex(x => x.CreatedAt);
        });
        model.AddAudit();
        return model;
    }
}
