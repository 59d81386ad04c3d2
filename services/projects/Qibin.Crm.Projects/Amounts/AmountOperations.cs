using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Projects.Amounts;

internal static class AmountOperations
{
    private static readonly string[] Writers =
        [Roles.Officer, Roles.UnitHead, Roles.ProjectOfficer, Roles.Coordinator];

    /// <summary>Paid-in funds and completed investment.</summary>
    public static void MapAmounts(this RouteGroupBuilder api)
    {
        api.MapGet("/projects/{projectId:guid}/amounts", ListAmounts.Handle).AllowEverybody(Scopes.ProjectsRead)
            .WithMetadata(ListAmounts.Listing)
            .WithName("listAmounts").WithSummary("到位资金与完成投资明细 · List paid-in funds and completed investment");
        api.MapGet("/projects/{projectId:guid}/amounts/{entryId:guid}", ListAmounts.HandleOne).AllowEverybody(Scopes.ProjectsRead)
            .WithName("getAmount").WithSummary("到位资金或完成投资记录 · One entry of paid-in funds or completed investment");
        api.MapGet("/projects/{projectId:guid}/amounts/totals", GetAmountTotals.Handle).AllowEverybody(Scopes.ProjectsRead)
            .WithName("getAmountTotals").WithSummary("到位资金与完成投资合计 · Totals by kind, year, currency and origin");
        api.MapPost("/projects/{projectId:guid}/amounts", RecordAmount.Handle).Allow(Scopes.ProjectsWrite, Writers)
            .WithName("recordAmount").WithSummary("登记到位资金或完成投资 · Record paid-in funds or completed investment");
        api.MapPost("/projects/amounts/batch", RecordAmount.HandleBatch).Allow(Scopes.ProjectsWrite)
            .WithName("recordAmounts").WithSummary("批量登记到位资金或完成投资 · Record amounts of several projects");
        api.MapPost("/projects/{projectId:guid}/amounts/{entryId:guid}/reversal", ReverseAmount.Handle).Allow(Scopes.ProjectsWrite, Writers)
            .WithName("reverseAmount").WithSummary("冲销到位资金或完成投资 · Reverse an entry");
    }
}
