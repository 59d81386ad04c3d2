using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Enterprises.Entry;

/// <summary>Entry applications 入驻申请 and their steps.</summary>
internal static class EntryRoutes
{
    public static readonly string[] Approvers = [Roles.UnitHead, Roles.Leader];

    /// <summary>Officers may draft for the enterprises of their own projects, and change or withdraw what they drafted.</summary>
    private static readonly string[] Drafters = [.. CityScope.Writers, Roles.Officer, Roles.ProjectOfficer];

    public static void MapEntry(this RouteGroupBuilder api)
    {
        var entry = api.MapGroup("/entry-applications");
        entry.MapGet("", ReadEntryApplications.List).AllowEverybody(Scopes.EnterprisesRead).WithMetadata(ReadEntryApplications.Listing)
            .WithName("listEntryApplications").WithSummary("入驻申请列表 · List entry applications");
        entry.MapGet("/{applicationId:guid}", ReadEntryApplications.Get).AllowEverybody(Scopes.EnterprisesRead)
            .WithName("getEntryApplication").WithSummary("入驻申请详情 · Read an entry application with its history");
        entry.MapGet("/score-sheet", ReadScoreSheet.Handle).AllowEverybody(Scopes.EnterprisesRead)
            .WithName("getEntryScoreSheet").WithSummary("入驻评审表 · Read the score sheet");
        entry.MapPost("", DraftEntryApplication.Handle).Allow(Scopes.EnterprisesWrite, Drafters)
            .WithName("draftEntryApplication").WithSummary("起草入驻申请 · Draft an entry application");
        entry.MapPatch("/{applicationId:guid}", AmendEntryApplication.Handle).Allow(Scopes.EnterprisesWrite, Drafters)
            .WithName("amendEntryApplication").WithSummary("修改入驻申请 · Amend a draft or returned application");
        entry.MapPost("/{applicationId:guid}/acceptance", PlainSteps.Accept).Allow(Scopes.EnterprisesWrite, CityScope.Writers)
            .WithName("acceptEntryApplication").WithSummary("受理入驻申请 · Accept an application");
        entry.MapPost("/{applicationId:guid}/review", ReviewEntryApplication.Handle).Allow(Scopes.EnterprisesWrite, CityScope.Writers)
            .WithName("reviewEntryApplication").WithSummary("评审入驻申请 · Review an application by the score sheet");
        entry.MapPost("/{applicationId:guid}/fair-competition-review", RecordFairCompetition.Handle)
            .Allow(Scopes.EnterprisesWrite, CityScope.Writers)
            .WithName("recordFairCompetitionReview").WithSummary("登记公平竞争审查 · Put the fair-competition review on record");
        entry.MapPost("/{applicationId:guid}/approval", ApproveEntryApplication.Handle).Allow(Scopes.EnterprisesWrite, Approvers)
            .WithName("approveEntryApplication").WithSummary("批准入驻申请 · Approve an application and reserve its spaces");
        entry.MapPost("/{applicationId:guid}/agreement", AgreeEntryApplication.Handle).Allow(Scopes.EnterprisesWrite, CityScope.Writers)
            .WithName("agreeEntryApplication").WithSummary("签订入驻协议 · Record the entry agreement");
        entry.MapPost("/{applicationId:guid}/handover", PlainSteps.HandOver).Allow(Scopes.EnterprisesWrite, CityScope.Writers)
            .WithName("handOverPremises").WithSummary("交付载体 · Record the handover of the premises");
        entry.MapPost("/{applicationId:guid}/move-in", MoveIn.Handle).Allow(Scopes.EnterprisesWrite, CityScope.Writers)
            .WithName("moveInEnterprise").WithSummary("入驻 · Move the enterprise in and open its tenancy");
        entry.MapPost("/{applicationId:guid}/return", PlainSteps.Return)
            .Allow(Scopes.EnterprisesWrite, [.. CityScope.Writers, .. Approvers])
            .WithName("returnEntryApplication").WithSummary("退回入驻申请 · Return an application to the applicant");
        entry.MapPost("/{applicationId:guid}/veto", PlainSteps.Veto).Allow(Scopes.EnterprisesWrite, [.. CityScope.Writers, .. Approvers])
            .WithName("vetoEntryApplication").WithSummary("否决入驻申请 · Veto an application");
        entry.MapPost("/{applicationId:guid}/withdrawal", PlainSteps.Withdraw).Allow(Scopes.EnterprisesWrite, Drafters)
            .WithName("withdrawEntryApplication").WithSummary("撤回入驻申请 · Withdraw an application");
        // People take the steps one by one, each in its role; an integration records steps that were taken elsewhere.
        entry.MapPost("/batch", RecordEntryApplications.Handle).Allow(Scopes.EnterprisesWrite)
            .WithName("recordEntryApplications").WithSummary("批量登记入驻 · Record several applications with the steps they went through");
    }
}
