using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.Queries;
using Qibin.Crm.Projects.Comments;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Stages;

namespace Qibin.Crm.Projects.Approvals;

/// <summary>
/// The submissions that wait for somebody's approval, those of the stages that the person's roles approve, and the instructions.
/// </summary>
internal sealed class ApprovalsAnswer(ProjectsDb db, ProjectComments comments) : IAnswer<ApprovalsQuery, ApprovalsReply>
{
    public async Task<ApprovalsReply> AnswerAsync(ApprovalsQuery question, CancellationToken ct)
    {
        var caller = Caller.From(question.Caller);
        var submissions = await db.SubmissionsFor(caller)
            .OrderBy(s => s.Submission.RecordedAt).ThenBy(s => s.Submission.Id).Take(ApprovalsReply.Most + 1)
            .Select(s => new Approval
            {
                Kind = ApprovalKind.Stage,
                Id = s.Submission.Id,
                Code = s.Project.Code,
                Name = s.Project.Name,
                RequestedBy = s.Submission.SubmittedBy,
                WaitsSince = s.Submission.RecordedAt,
                Path = $"/api/v1/projects/{s.Project.Id}/submissions/{s.Submission.Id}",
            }).ToListAsync(ct);
        return ApprovalsReply.Of([.. submissions, .. await comments.WaitingForAsync(caller, ct)]);
    }
}
