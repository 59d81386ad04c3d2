using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Enterprises.Premises;

/// <summary>Parks, buildings and spaces 载体.</summary>
internal static class PremisesRoutes
{
    public static void MapPremises(this RouteGroupBuilder api)
    {
        var parks = api.MapGroup("/premises/parks");
        parks.MapGet("", ReadParks.List).AllowEverybody(Scopes.EnterprisesRead).WithMetadata(ReadParks.Listing)
            .WithName("listParks").WithSummary("园区列表 · List parks");
        parks.MapGet("/{parkId:guid}", ReadParks.Get).AllowEverybody(Scopes.EnterprisesRead)
            .WithName("getPark").WithSummary("园区详情 · Read a park");
        parks.MapPost("", OpenPark.Handle).Allow(Scopes.EnterprisesWrite, CityScope.Writers)
            .WithName("openPark").WithSummary("新增园区 · Add a park");
        parks.MapPatch("/{parkId:guid}", AmendPark.Handle).Allow(Scopes.EnterprisesWrite, CityScope.Writers)
            .WithName("amendPark").WithSummary("修改园区 · Amend a park");

        var buildings = api.MapGroup("/premises/buildings");
        buildings.MapGet("", ReadBuildings.List).AllowEverybody(Scopes.EnterprisesRead).WithMetadata(ReadBuildings.Listing)
            .WithName("listBuildings").WithSummary("楼宇列表 · List buildings");
        buildings.MapGet("/{buildingId:guid}", ReadBuildings.Get).AllowEverybody(Scopes.EnterprisesRead)
            .WithName("getBuilding").WithSummary("楼宇详情 · Read a building");
        buildings.MapGet("/{buildingId:guid}/vacancy", BuildingVacancy.Handle).AllowEverybody(Scopes.EnterprisesRead)
            .WithName("getBuildingVacancy").WithSummary("楼宇空置率与闲置天数 · A building's vacancy rate and idle days");
        buildings.MapPost("", OpenBuilding.Handle).Allow(Scopes.EnterprisesWrite, CityScope.Writers)
            .WithName("openBuilding").WithSummary("新增楼宇 · Add a building");
        buildings.MapPatch("/{buildingId:guid}", AmendBuilding.Handle).Allow(Scopes.EnterprisesWrite, CityScope.Writers)
            .WithName("amendBuilding").WithSummary("修改楼宇 · Amend a building");

        var spaces = api.MapGroup("/premises/spaces");
        spaces.MapGet("", ReadSpaces.List).AllowEverybody(Scopes.EnterprisesRead).WithMetadata(ReadSpaces.Listing)
            .WithName("listSpaces").WithSummary("单元列表 · List spaces");
        spaces.MapGet("/{spaceId:guid}", ReadSpaces.Get).AllowEverybody(Scopes.EnterprisesRead)
            .WithName("getSpace").WithSummary("单元详情 · Read a space");
        spaces.MapPost("", OpenSpace.Handle).Allow(Scopes.EnterprisesWrite, CityScope.Writers)
            .WithName("openSpace").WithSummary("新增单元 · Add a space");
        spaces.MapPost("/batch", OpenSpace.HandleBatch).Allow(Scopes.EnterprisesWrite, CityScope.Writers)
            .WithName("openSpaces").WithSummary("批量新增单元 · Add several spaces");
        spaces.MapPatch("/{spaceId:guid}", AmendSpace.Handle).Allow(Scopes.EnterprisesWrite, CityScope.Writers)
            .WithName("amendSpace").WithSummary("修改单元 · Amend a space");
    }
}
