using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Projects.Ledger;

internal static class LedgerOperations
{
    /// <summary>The ledger 台账 of projects: list, detail, corrections.</summary>
    public static void MapLedger(this RouteGroupBuilder api)
    {
        api.MapGet("/projects", ListProjects.Handle).AllowEverybody(Scopes.ProjectsRead).WithMetadata(ListProjects.Listing)
            .WithName("listProjects").WithSummary("项目台账 · List projects");
        api.MapGet("/projects/{projectId:guid}", GetProject.Handle).AllowEverybody(Scopes.ProjectsRead)
            .WithName("getProject").WithSummary("项目详情 · A project with its milestones");
        api.MapPatch("/projects/{projectId:guid}", AmendProject.Handle)
            .Allow(Scopes.ProjectsWrite, Roles.Officer, Roles.UnitHead, Roles.ProjectOfficer, Roles.Coordinator)
            .WithName("amendProject").WithSummary("修改项目信息 · Correct or add facts of a project");
    }
}
