using System.Linq.Expressions;
using Qibin.Crm.Comments;
using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Enterprises;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;

namespace Qibin.Crm.Enterprises.Comments;

/// <summary>
/// Comments and instructions 批示 on an enterprise. They leave its version alone, so several people comment at once; each has its own
/// ETag. Nobody owns an enterprise: its instructions wait for the service officers.
/// </summary>
internal sealed class EnterpriseComments(EnterprisesDb db, TimeProvider clock) : CommentsOn<EnterprisesDb, Enterprise>(db, clock)
{
    private readonly EnterprisesDb _db = db;

    protected override string Path => "/api/v1/enterprises";

    protected override Expression<Func<Enterprise, CommentedRow>> Facts => e => new CommentedRow
    {
        Id = e.Id,
        Code = e.Code,
        Name = e.Name,
    };

    protected override IQueryable<Enterprise> ReadableBy(Caller caller) => _db.Enterprises.DisclosedTo(caller);

    protected override IQueryable<Enterprise> EditableBy(Caller caller) => _db.Enterprises.EditableInCity(caller);

    protected override IReadOnlyList<string> Answerers => CityScope.Writers;

    protected override IQueryable<Enterprise> With(Caller caller) =>
        caller.Is(Roles.ServiceOfficer) ? EditableBy(caller) : EditableBy(caller).Where(_ => false);

    protected override ICommentEvent Event(CommentFacts comment) => new EnterpriseCommented { Comment = comment };

    public static void Map(RouteGroupBuilder api)
    {
        string[] writers = [.. CommentsHost.Writers];
        api.MapPost("/enterprises/{enterpriseId:guid}/comments",
                (Guid enterpriseId, CommentRequest request, EnterpriseComments comments, Caller caller, CancellationToken ct) =>
                    comments.WriteAsync(enterpriseId, request, caller, ct))
            .Allow(Scopes.EnterprisesWrite, writers)
            .WithName("commentOnEnterprise").WithSummary("企业评论、批示 · Comment on an enterprise, or give an instruction")
            .WithDescription(CommentsHost.ToWrite);
        api.MapGet("/enterprises/{enterpriseId:guid}/comments",
                (Guid enterpriseId, [AsParameters] PageQuery page, HttpRequest request, EnterpriseComments comments, Caller caller,
                    CancellationToken ct) =>
                    comments.ListAsync(enterpriseId, page, request, caller, ct))
            .AllowTheTrade(Scopes.EnterprisesRead).WithMetadata(CommentsHost.Listing)
            .WithName("listEnterpriseComments").WithSummary("企业评论列表 · Comments on an enterprise")
            .WithDescription(CommentsHost.ToList);
        api.MapGet("/enterprises/{enterpriseId:guid}/comments/{commentId:guid}",
                (Guid enterpriseId, Guid commentId, EnterpriseComments comments, Caller caller, CancellationToken ct) =>
                    comments.ReadAsync(enterpriseId, commentId, caller, ct))
            .AllowTheTrade(Scopes.EnterprisesRead)
            .WithName("readEnterpriseComment").WithSummary("企业评论详情 · One comment on an enterprise")
            .WithDescription(CommentsHost.ToRead);
        api.MapPost("/enterprises/{enterpriseId:guid}/comments/{commentId:guid}/outcome",
                (Guid enterpriseId, Guid commentId, OutcomeRequest request, IfMatch ifMatch, EnterpriseComments comments,
                    Caller caller, CancellationToken ct) =>
                    comments.CarryOutAsync(enterpriseId, commentId, request, ifMatch, caller, ct))
            .Allow(Scopes.EnterprisesWrite, CityScope.Writers)
            .WithName("answerEnterpriseInstruction").WithSummary("办结批示 · Say what was done about an instruction")
            .WithDescription(CommentsHost.ToCarryOut);
        api.MapPost("/enterprises/{enterpriseId:guid}/comments/{commentId:guid}/withdrawal",
                (Guid enterpriseId, Guid commentId, CommentWithdrawalRequest request, IfMatch ifMatch, EnterpriseComments comments,
                    Caller caller, CancellationToken ct) =>
                    comments.WithdrawAsync(enterpriseId, commentId, request, ifMatch, caller, ct))
            .Allow(Scopes.EnterprisesWrite, writers)
            .WithName("withdrawEnterpriseComment").WithSummary("撤回企业评论 · Withdraw an own comment on an enterprise")
            .WithDescription(CommentsHost.ToWithdraw);
        api.MapGet("/enterprises/instructions",
                ([AsParameters] InstructionQuery query, [AsParameters] PageQuery page, HttpRequest request,
                    EnterpriseComments comments, Caller caller, CancellationToken ct) =>
                    comments.ListInstructionsAsync(query, page, request, caller, ct))
            .AllowTheTrade(Scopes.EnterprisesRead).WithMetadata(CommentsHost.Listing)
            .WithName("listEnterpriseInstructions").WithSummary("企业批示台账 · Instructions on enterprises")
            .WithDescription(CommentsHost.ToFollowUp);
    }
}
