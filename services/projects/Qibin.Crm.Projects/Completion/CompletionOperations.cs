using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Projects.Completion;

internal static class CompletionOperations
{
    private static readonly string[] Writers = [Roles.Officer, Roles.UnitHead, Roles.ProjectOfficer, Roles.Coordinator, Roles.Administrator];

    /// <summary>Investment completed, as it is reported from month to month.</summary>
    public static void MapCompletion(this RouteGroupBuilder api)
    {
        api.MapGet("/projects/{projectId:guid}/completed-investment", ListCompleted.Handle).AllowEverybody(Scopes.ProjectsRead).WithMetadata(ListCompleted.Listing)
            .WithName("listCompletedInvestment").WithSummary("完成投资明细 · List completed investment");
        api.MapGet("/projects/{projectId:guid}/completed-investment/{completionId:guid}", ListCompleted.HandleOne).AllowEverybody(Scopes.ProjectsRead)
            .WithName("getCompletedInvestment").WithSummary("完成投资记录 · One entry of completed investment");
        api.MapPost("/projects/{projectId:guid}/completed-investment", NoteCompleted.Handle).Allow(Scopes.ProjectsWrite, Writers)
            .WithName("noteCompletedInvestment").WithSummary("登记完成投资 · Note investment that was completed");
        api.MapPost("/projects/completed-investment/batch", NoteCompleted.HandleBatch).Allow(Scopes.ProjectsWrite)
            .WithName("noteCompletedInvestments").WithSummary("批量登记完成投资 · Note completed investment of several projects");
        api.MapPost("/projects/{projectId:guid}/completed-investment/{completionId:guid}/reversal", ReverseCompleted.Handle).Allow(Scopes.ProjectsWrite, Writers)
            .WithName("reverseCompletedInvestment").WithSummary("冲销完成投资 · Take an entry of completed investment back");
    }
}
