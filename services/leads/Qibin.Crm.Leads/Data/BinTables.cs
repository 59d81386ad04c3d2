using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Leads.Domain;

namespace Qibin.Crm.Leads.Data;

/// <summary>Tables of the bin.</summary>
internal static class BinTables
{
    public static void AddBin(this ModelBuilder model)
    {
        model.Entity<BinItem>(item =>
        {
            item.ToTable("bin_item");
            item.Property(x => x.Code).HasMaxLength(20);
            item.Property(x => x.Name).HasMaxLength(200);
            item.Property(x => x.Reason).HasMaxLength(1000);
            item.Property(x => x.ChainCode).HasMaxLength(40);
            // What was restored and removed again has one item.
            item.HasIndex(x => x.SubjectId).IsUnique();
            item.HasIndex(x => x.LeadId);
            item.HasIndex(x => x.InvestorId);
            item.HasIndex(x => new { x.RemovedAt, x.Id });
            item.HasIndex(x => x.DueAt);
        });
        model.Entity<BinRow>(row =>
        {
            row.ToTable("bin_row");
            row.Property(x => x.Id).UseIdentityAlwaysColumn();
            row.HasOne<BinItem>().WithMany().HasForeignKey(x => x.ItemId).OnDelete(DeleteBehavior.Cascade);
            row.Property(x => x.Source).HasMaxLength(40);
            row.Property(x => x.Row).HasColumnType("jsonb");
        });
    }
}
