using System.Linq.Expressions;
using Qibin.Crm.Comments;
using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;

namespace Qibin.Crm.Leads.Comments;

/// <summary>
/// Comments and instructions 批示 on a lead. They leave the lead's version alone, so several people comment at once; each has its own
/// ETag.
/// </summary>
internal sealed class LeadComments(LeadsDb db, TimeProvider clock) : CommentsOn<LeadsDb, Lead>(db, clock)
{
    private readonly LeadsDb _db = db;

    protected override string Path => "/api/v1/leads";

    protected override Expression<Func<Lead, CommentedRow>> Facts => l => new CommentedRow
    {
        Id = l.Id,
        OwnerId = l.OwnerId,
        Code = l.Code,
        Name = l.InvestorName,
    };

    protected override IQueryable<Lead> ReadableBy(Caller caller) => _db.Leads.ReadableBy(caller);

    protected override IQueryable<Lead> EditableBy(Caller caller) => _db.Leads.EditableBy(caller);

    protected override IReadOnlyList<string> Answerers => LeadsService.Writers;

    protected override IQueryable<Lead> With(Caller caller) => EditableBy(caller).Where(l => l.OwnerId == caller.Id);

    protected override ICommentEvent Event(CommentFacts comment) => new LeadCommented { Comment = comment };

    public static void Map(RouteGroupBuilder api)
    {
        string[] writers = [.. CommentsHost.Writers];
        api.MapPost("/leads/{leadId:guid}/comments",
                (Guid leadId, CommentRequest request, LeadComments comments, Caller caller, CancellationToken ct) =>
                    comments.WriteAsync(leadId, request, caller, ct))
            .Allow(Scopes.LeadsWrite, writers)
            .WithName("commentOnLead").WithSummary("线索评论、批示 · Comment on a lead, or give an instruction")
            .WithDescription(CommentsHost.ToWrite);
        api.MapGet("/leads/{leadId:guid}/comments",
                (Guid leadId, [AsParameters] PageQuery page, HttpRequest request, LeadComments comments, Caller caller,
                    CancellationToken ct) =>
                    comments.ListAsync(leadId, page, request, caller, ct))
            .AllowTheTrade(Scopes.LeadsRead).WithMetadata(CommentsHost.Listing)
            .WithName("listLeadComments").WithSummary("线索评论列表 · Comments on a lead")
            .WithDescription(CommentsHost.ToList);
        api.MapGet("/leads/{leadId:guid}/comments/{commentId:guid}",
                (Guid leadId, Guid commentId, LeadComments comments, Caller caller, CancellationToken ct) =>
                    comments.ReadAsync(leadId, commentId, caller, ct))
            .AllowTheTrade(Scopes.LeadsRead)
            .WithName("readLeadComment").WithSummary("线索评论详情 · One comment on a lead")
            .WithDescription(CommentsHost.ToRead);
        api.MapPost("/leads/{leadId:guid}/comments/{commentId:guid}/outcome",
                (Guid leadId, Guid commentId, OutcomeRequest request, IfMatch ifMatch, LeadComments comments, Caller caller,
                    CancellationToken ct) =>
                    comments.CarryOutAsync(leadId, commentId, request, ifMatch, caller, ct))
            .Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("answerLeadInstruction").WithSummary("办结批示 · Say what was done about an instruction")
            .WithDescription(CommentsHost.ToCarryOut);
        api.MapPost("/leads/{leadId:guid}/comments/{commentId:guid}/withdrawal",
                (Guid leadId, Guid commentId, CommentWithdrawalRequest request, IfMatch ifMatch, LeadComments comments,
                    Caller caller, CancellationToken ct) =>
                    comments.WithdrawAsync(leadId, commentId, request, ifMatch, caller, ct))
            .Allow(Scopes.LeadsWrite, writers)
            .WithName("withdrawLeadComment").WithSummary("撤回线索评论 · Withdraw an own comment on a lead")
            .WithDescription(CommentsHost.ToWithdraw);
        api.MapGet("/leads/instructions",
                ([AsParameters] InstructionQuery query, [AsParameters] PageQuery page, HttpRequest request, LeadComments comments,
                    Caller caller, CancellationToken ct) =>
                    comments.ListInstructionsAsync(query, page, request, caller, ct))
            .AllowTheTrade(Scopes.LeadsRead).WithMetadata(CommentsHost.Listing)
            .WithName("listLeadInstructions").WithSummary("线索批示台账 · Instructions on leads")
            .WithDescription(CommentsHost.ToFollowUp);
    }
}
