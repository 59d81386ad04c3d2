using System.Linq.Expressions;
using Qibin.Crm.Comments;
using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Projects.Stages;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;

namespace Qibin.Crm.Projects.Comments;

/// <summary>
/// Comments and instructions 批示 on a project. They leave the project's version alone, so several people comment at once; each has its own
/// ETag.
/// </summary>
internal sealed class ProjectComments(ProjectsDb db, TimeProvider clock) : CommentsOn<ProjectsDb, Project>(db, clock)
{
    private readonly ProjectsDb _db = db;

    protected override string Path => "/api/v1/projects";

    protected override Expression<Func<Project, CommentedRow>> Facts => p => new CommentedRow
    {
        Id = p.Id,
        OwnerId = p.OwnerId,
        Code = p.Code,
        Name = p.Name,
    };

    protected override IQueryable<Project> ReadableBy(Caller caller) => _db.Projects.ReadableBy(caller);

    protected override IQueryable<Project> EditableBy(Caller caller) => _db.Projects.WorkableBy(caller);

    protected override IReadOnlyList<string> Answerers => StageOperations.Submitters;

    protected override IQueryable<Project> With(Caller caller) => EditableBy(caller).Where(p => p.OwnerId == caller.Id);

    protected override ICommentEvent Event(CommentFacts comment) => new ProjectCommented { Comment = comment };

    public static void Map(RouteGroupBuilder api)
    {
        string[] writers = [.. CommentsHost.Writers];
        api.MapPost("/projects/{projectId:guid}/comments",
                (Guid projectId, CommentRequest request, ProjectComments comments, Caller caller, CancellationToken ct) =>
                    comments.WriteAsync(projectId, request, caller, ct))
            .Allow(Scopes.ProjectsWrite, writers)
            .WithName("commentOnProject").WithSummary("项目评论、批示 · Comment on a project, or give an instruction")
            .WithDescription(CommentsHost.ToWrite);
        api.MapGet("/projects/{projectId:guid}/comments",
                (Guid projectId, [AsParameters] PageQuery page, HttpRequest request, ProjectComments comments, Caller caller,
                    CancellationToken ct) =>
                    comments.ListAsync(projectId, page, request, caller, ct))
            .AllowTheTrade(Scopes.ProjectsRead).WithMetadata(CommentsHost.Listing)
            .WithName("listProjectComments").WithSummary("项目评论列表 · Comments on a project")
            .WithDescription(CommentsHost.ToList);
        api.MapGet("/projects/{projectId:guid}/comments/{commentId:guid}",
                (Guid projectId, Guid commentId, ProjectComments comments, Caller caller, CancellationToken ct) =>
                    comments.ReadAsync(projectId, commentId, caller, ct))
            .AllowTheTrade(Scopes.ProjectsRead)
            .WithName("readProjectComment").WithSummary("项目评论详情 · One comment on a project")
            .WithDescription(CommentsHost.ToRead);
        api.MapPost("/projects/{projectId:guid}/comments/{commentId:guid}/outcome",
                (Guid projectId, Guid commentId, OutcomeRequest request, IfMatch ifMatch, ProjectComments comments, Caller caller,
                    CancellationToken ct) =>
                    comments.CarryOutAsync(projectId, commentId, request, ifMatch, caller, ct))
            .Allow(Scopes.ProjectsWrite, StageOperations.Submitters)
            .WithName("answerProjectInstruction").WithSummary("办结批示 · Say what was done about an instruction")
            .WithDescription(CommentsHost.ToCarryOut);
        api.MapPost("/projects/{projectId:guid}/comments/{commentId:guid}/withdrawal",
                (Guid projectId, Guid commentId, CommentWithdrawalRequest request, IfMatch ifMatch, ProjectComments comments,
                    Caller caller, CancellationToken ct) =>
                    comments.WithdrawAsync(projectId, commentId, request, ifMatch, caller, ct))
            .Allow(Scopes.ProjectsWrite, writers)
            .WithName("withdrawProjectComment").WithSummary("撤回项目评论 · Withdraw an own comment on a project")
            .WithDescription(CommentsHost.ToWithdraw);
        api.MapGet("/projects/instructions",
                ([AsParameters] InstructionQuery query, [AsParameters] PageQuery page, HttpRequest request, ProjectComments comments,
                    Caller caller, CancellationToken ct) =>
                    comments.ListInstructionsAsync(query, page, request, caller, ct))
            .AllowTheTrade(Scopes.ProjectsRead).WithMetadata(CommentsHost.Listing)
            .WithName("listProjectInstructions").WithSummary("项目批示台账 · Instructions on projects")
            .WithDescription(CommentsHost.ToFollowUp);
    }
}
