using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Projects.Funds;

internal static class FundsOperations
{
    private static readonly string[] Writers = [Roles.Officer, Roles.UnitHead, Roles.ProjectOfficer, Roles.Coordinator, Roles.Administrator];

    /// <summary>Contract amount and paid-in funds.</summary>
    public static void MapFunds(this RouteGroupBuilder api)
    {
        api.MapGet("/projects/{projectId:guid}/funds", ListFunds.Handle).AllowEverybody(Scopes.ProjectsRead).WithMetadata(ListFunds.Listing)
            .WithName("listFunds").WithSummary("到位资金明细 · List paid-in funds");
        api.MapGet("/projects/{projectId:guid}/funds/{entryId:guid}", ListFunds.HandleOne).AllowEverybody(Scopes.ProjectsRead)
            .WithName("getFunds").WithSummary("到位资金记录 · One entry of paid-in funds");
        api.MapGet("/projects/{projectId:guid}/funds/totals", GetFundsTotals.Handle).AllowEverybody(Scopes.ProjectsRead)
            .WithName("getFundsTotals").WithSummary("到位资金合计 · Paid-in funds by currency, origin and year");
        api.MapPost("/projects/{projectId:guid}/funds", PayIn.Handle).Allow(Scopes.ProjectsWrite, Writers)
            .WithName("payIn").WithSummary("登记到位资金 · Note funds that were paid in");
        api.MapPost("/projects/funds/batch", PayIn.HandleBatch).Allow(Scopes.ProjectsWrite)
            .WithName("payInMany").WithSummary("批量登记到位资金 · Note funds of several projects");
        api.MapPost("/projects/{projectId:guid}/funds/{entryId:guid}/reversal", ReverseFunds.Handle).Allow(Scopes.ProjectsWrite, Writers)
            .WithName("reverseFunds").WithSummary("冲销到位资金 · Take an entry of paid-in funds back");
        api.MapPost("/projects/{projectId:guid}/contract-amount", CorrectContract.Handle)
            .Allow(Scopes.ProjectsWrite, Roles.UnitHead, Roles.Coordinator, Roles.Administrator)
            .WithName("correctContractAmount").WithSummary("更正合同金额 · Correct the contract amount");
    }
}
