using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Enterprises.Register;

/// <summary>The city's register of enterprises.</summary>
internal static class RegisterRoutes
{
    public static void MapRegister(this RouteGroupBuilder api)
    {
        var enterprises = api.MapGroup("/enterprises");
        enterprises.MapGet("", ListEnterprises.Handle).AllowEverybody(Scopes.EnterprisesRead).WithMetadata(ListEnterprises.Listing)
            .WithName("listEnterprises").WithSummary("企业列表 · List enterprises");
        enterprises.MapGet("/{enterpriseId:guid}", GetEnterprise.Handle).AllowEverybody(Scopes.EnterprisesRead)
            .WithName("getEnterprise").WithSummary("企业详情 · Read an enterprise");
        enterprises.MapPost("", RegisterEnterprise.Handle).Allow(Scopes.EnterprisesWrite, CityScope.Writers)
            .WithName("registerEnterprise").WithSummary("登记企业 · Register an enterprise by hand");
        enterprises.MapPatch("/{enterpriseId:guid}", AmendEnterprise.Handle).Allow(Scopes.EnterprisesWrite, CityScope.Writers)
            .WithName("amendEnterprise").WithSummary("修改企业资料 · Amend an enterprise's facts");
    }
}
