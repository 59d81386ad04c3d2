using Microsoft.EntityFrameworkCore;

namespace Qibin.Crm.Work.Data;

/// <summary>
/// An officer as the identity service last published it: unit and roles, so that no service asks another one while it
/// serves a request. Names stay in the identity service.
/// </summary>
public sealed class OfficerRow
{
    public required Guid OfficerId { get; init; }
    public required Guid UnitId { get; set; }
    public required string[] Roles { get; set; }
    public required string[] Chains { get; set; }
    public required bool Active { get; set; }

    /// <summary>Version of the last event applied.</summary>
    public required long Version { get; set; }
}

/// <summary>A unit of the tree as the identity service last published it.</summary>
public sealed class UnitRow
{
    public required Guid UnitId { get; init; }
    public Guid? ParentId { get; set; }
    public required string Code { get; set; }
    public required string Name { get; set; }
    public string? NameEn { get; set; }
    public required long Version { get; set; }
}

/// <summary>Schema <c>directory</c>: this service's copy of units and officers.</summary>
public static class DirectoryTables
{
    public static ModelBuilder AddDirectoryTables(this ModelBuilder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.Entity<OfficerRow>(row =>
        {
            row.ToTable("officer", "directory");
            row.HasKey(x => x.OfficerId);
            row.HasIndex(x => x.UnitId);
        });
        model.Entity<UnitRow>(row =>
        {
            row.ToTable("unit", "directory");
            row.HasKey(x => x.UnitId);
            row.Property(x => x.Code).HasMaxLength(40);
            row.Property(x => x.Name).HasMaxLength(200);
            row.Property(x => x.NameEn).HasMaxLength(200);
        });
        return model;
    }
}
