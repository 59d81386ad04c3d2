using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts;
using Qibin.Crm.Enterprises.Comments;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Entry;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.Queries;

namespace Qibin.Crm.Enterprises.Approvals;

/// <summary>The reviewed entry applications that wait for somebody's approval, and the instructions on enterprises.</summary>
internal sealed class ApprovalsAnswer(EnterprisesDb db, EnterpriseComments comments) : IAnswer<ApprovalsQuery, ApprovalsReply>
{
    public async Task<ApprovalsReply> AnswerAsync(ApprovalsQuery question, CancellationToken ct)
    {
        var caller = Caller.From(question.Caller);
        var instructions = await comments.WaitingForAsync(caller, ct);
        return ApprovalsReply.Of([.. caller.Is(EntryRoutes.Approvers) ? await ApplicationsAsync(caller, ct) : [], .. instructions]);
    }

    private Task<List<Approval>> ApplicationsAsync(Caller caller, CancellationToken ct)
    {
        var me = caller.Id;
        return (
            from application in db.DecidableBy(caller, Roles.Leader).AsNoTracking()
            join enterprise in db.Enterprises on application.EnterpriseId equals enterprise.Id
            where application.State == EntryState.Reviewing && application.DraftedBy != me
                && !application.Moves.Any(m => m.To == EntryState.Accepted && m.OfficerId == me)
                && !application.Reviews.Any(r => r.Round == application.Round && r.ReviewerId == me)
            orderby application.UpdatedAt, application.Id
            select new Approval
            {
                Kind = ApprovalKind.EntryApplication,
                Id = application.Id,
                Code = application.Code,
                Name = enterprise.Name,
                RequestedBy = application.DraftedBy,
                WaitsSince = application.UpdatedAt,
                Path = $"/api/v1/entry-applications/{application.Id}",
            }).Take(ApprovalsReply.Most + 1).ToListAsync(ct);
    }
}
