using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Enterprises.Tenancies;

/// <summary>Who is in the city, and since when.</summary>
internal static class TenancyRoutes
{
    public static void MapTenancies(this RouteGroupBuilder api)
    {
        var tenancies = api.MapGroup("/tenancies");
        tenancies.MapGet("", ReadTenancies.List).AllowEverybody(Scopes.EnterprisesRead).WithMetadata(ReadTenancies.Listing)
            .WithName("listTenancies").WithSummary("在园名册 · List tenancies, or the roster of a day");
        tenancies.MapGet("/{tenancyId:guid}", ReadTenancies.Get).AllowEverybody(Scopes.EnterprisesRead)
            .WithName("getTenancy").WithSummary("租约详情 · Read a tenancy");
        tenancies.MapPost("/{tenancyId:guid}/end", EndTenancy.Handle).Allow(Scopes.EnterprisesWrite, CityScope.Writers)
            .WithName("endTenancy").WithSummary("离园 · End a tenancy");
    }
}
