using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Leads.Domain;

namespace Qibin.Crm.Leads.Data;

/// <summary>Tables of imports.</summary>
internal static class ImportTables
{
    public static void AddImportTables(this ModelBuilder model)
    {
        model.Entity<Import>(import =>
        {
            import.ToTable("import");
            import.Property(x => x.FileName).HasMaxLength(200);
            import.HasIndex(x => new { x.CreatedBy, x.CreatedAt, x.Id });
            import.HasIndex(x => x.CreatedAt);
        });
        model.Entity<ImportRow>(row =>
        {
            row.ToTable("import_row");
            row.HasKey(x => new { x.ImportId, x.Number });
            row.HasOne<Import>().WithMany().HasForeignKey(x => x.ImportId).OnDelete(DeleteBehavior.Cascade);
            row.Property(x => x.Before).HasColumnType("jsonb");
            row.HasIndex(x => x.LeadId);
            row.HasIndex(x => x.InvestorId);
            row.HasIndex(x => x.PersonId);
        });
        model.Entity<ExternalKey>(key =>
        {
            key.ToTable("external_key");
            key.HasKey(x => new { x.UnitId, x.Key });
            key.Property(x => x.Key).HasMaxLength(100);
            key.HasOne<Lead>().WithMany().HasForeignKey(x => x.LeadId).OnDelete(DeleteBehavior.Restrict);
        });
    }
}
