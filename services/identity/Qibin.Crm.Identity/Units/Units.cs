using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Names;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Hosting;
using Qibin.Crm.Work.Scheduling;

namespace Qibin.Crm.Identity.Units;

/// <summary>A unit of the organisation.</summary>
public sealed record UnitAnswer : IVersioned
{
    public required Guid Id { get; init; }

    /// <summary>Null at the root.</summary>
    [Named]
    public Guid? ParentId { get; init; }

    public required string Code { get; init; }
    public required string Name { get; init; }
    public string? NameEn { get; init; }
    public required long Version { get; init; }

    internal static UnitAnswer From(Unit unit) => new()
    {
        Id = unit.Id,
        ParentId = unit.ParentId,
        Code = unit.Code,
        Name = unit.Name,
        NameEn = unit.NameEn,
        Version = unit.Version,
    };
}

/// <summary>The units' operations.</summary>
internal static class UnitOperations
{
    public static void AddUnits(this IServiceCollection services) =>
        services.AddDirectoryNames(IdentityDb.Names, written: true).AddSettings<BinSettings>()
            .AddDueWork<IdentityDb>("removed_unit", RemoveUnit.EraseAsync);

    public static void MapUnits(this RouteGroupBuilder api)
    {
        api.MapGet("/units", ReadUnits.List).AllowEverybody(Scopes.DirectoryRead).WithMetadata(ReadUnits.Listing)
            .WithName("listUnits").WithSummary("部门列表 · Units");
        api.MapGet("/units/tree", ReadUnits.Tree).AllowEverybody(Scopes.DirectoryRead)
            .WithName("readUnitTree").WithSummary("部门树 · The tree of units");
        api.MapGet("/units/{unitId:guid}", ReadUnits.Read).AllowEverybody(Scopes.DirectoryRead)
            .WithName("readUnit").WithSummary("部门详情 · One unit");
        api.MapPost("/units", DefineUnit.Handle).Allow(Scopes.IdentityWrite, Roles.Administrator)
            .WithName("defineUnit").WithSummary("新建部门 · Define a unit");
        api.MapPatch("/units/{unitId:guid}", AmendUnit.Handle).Allow(Scopes.IdentityWrite, Roles.Administrator)
            .WithName("amendUnit").WithSummary("修改或移动部门 · Rename or move a unit");
        api.MapPost("/units/{unitId:guid}/removal", RemoveUnit.Handle).Allow(Scopes.IdentityWrite, Roles.Administrator)
            .WithName("removeUnit").WithSummary("误建部门移入回收站 · Put a unit that was defined by mistake into the bin");
        api.MapGet("/units/bin", RemoveUnit.List).Allow(Scopes.IdentityWrite, Roles.Administrator).WithMetadata(RemoveUnit.Listing)
            .WithName("listRemovedUnits").WithSummary("已移除的部门 · Units that were removed and can be restored");
        api.MapPost("/units/{unitId:guid}/restoration", RemoveUnit.Restore).Allow(Scopes.IdentityWrite, Roles.Administrator)
            .WithName("restoreUnit").WithSummary("恢复部门 · Restore a unit");
    }
}
