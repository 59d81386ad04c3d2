using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Claims;
using Qibin.Crm.Leads.Comments;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.Transfers;
using Qibin.Crm.Messaging.Queries;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Leads.Approvals;

/// <summary>
/// The transfers, referrers, claims and disputes that wait for somebody's decision: what the deciding operations would take from this
/// person, and nothing that the person asked for. Instructions on leads wait as well.
/// </summary>
internal sealed class ApprovalsAnswer(LeadsDb db, LeadComments comments, TimeProvider clock) : IAnswer<ApprovalsQuery, ApprovalsReply>
{
    public async Task<ApprovalsReply> AnswerAsync(ApprovalsQuery question, CancellationToken ct)
    {
        var (caller, now, waiting) = (Caller.From(question.Caller), clock.GetUtcNow(), new List<Approval>());
        var me = caller.Id;
        if (caller.Is(LeadsService.Writers) && caller.Reach != Reach.All)
        {
            // An officer who reaches every unit may answer for each of them, and is addressed by none.
            await TakeAsync(ApprovalKind.TransferAnswer, db.Leads, TransferOperations.OfferedTo(db, caller).Select(t => t.Transfer)
                .Where(t => t.State == TransferState.Proposed && t.AnswerBy > now && t.ProposedBy != me)
                .Select(t => new Request
                {
                    Id = t.Id,
                    LeadId = t.LeadId,
                    By = t.ProposedBy,
                    Since = t.ProposedAt,
                    DueAt = t.AnswerBy,
                }), request => $"/api/v1/transfers/{request.Id}");
        }

        var leads = db.Leads.EditableBy(caller);
        if (caller.Is(Roles.Coordinator))
        {
            await TakeAsync(ApprovalKind.TransferConfirmation, leads,
                db.Transfers.Where(t => t.State == TransferState.Accepted && t.ProposedBy != me && t.AnsweredBy != me)
                    .Select(t => new Request { Id = t.Id, LeadId = t.LeadId, By = t.ProposedBy, Since = t.AnsweredAt!.Value }),
                request => $"/api/v1/transfers/{request.Id}");
            await TakeAsync(ApprovalKind.ClaimDispute, leads,
                db.DisputesEditableBy(caller).Where(d => d.Decision == null && d.OpenedBy != me)
                    .Select(d => new Request { Id = d.Id, LeadId = d.LeadId, By = d.OpenedBy, Since = d.OpenedAt }),
                request => $"/api/v1/claims/disputes/{request.Id}");
        }

        if (caller.Is(ReadClaims.Confirmers))
        {
            await TakeAsync(ApprovalKind.Claim, leads,
                db.Claims.Where(c => c.State == ClaimState.Pending && c.ClaimedBy != me)
                    .Select(c => new Request { Id = c.Id, LeadId = c.LeadId, By = c.ClaimedBy, Since = c.ClaimedAt }),
                request => $"/api/v1/claims/{request.Id}");
        }

        if (caller.Is(Referrers.Referrers.Approvers))
        {
            await TakeAsync(ApprovalKind.Referrer, leads,
                db.Referrals.Where(r => r.ApprovedAt == null && r.ProposedBy != me)
                    .Select(r => new Request { Id = r.Id, LeadId = r.LeadId, By = r.ProposedBy, Since = r.ProposedAt }),
                request => $"/api/v1/leads/{request.LeadId}/referrer");
        }

        waiting.AddRange(await comments.WaitingForAsync(caller, ct));
        return ApprovalsReply.Of(waiting);

        async Task TakeAsync(ApprovalKind kind, IQueryable<Lead> of, IQueryable<Request> requests, Func<Request, string> path)
        {
            var found = await requests.Join(of, r => r.LeadId, l => l.Id, (r, l) => new { Request = r, l.Code, l.InvestorName })
                .OrderBy(x => x.Request.Since).ThenBy(x => x.Request.Id).Take(ApprovalsReply.Most + 1).AsNoTracking().ToListAsync(ct);
            waiting.AddRange(found.Select(x => new Approval
            {
                Kind = kind,
                Id = x.Request.Id,
                Code = x.Code,
                Name = x.InvestorName,
                RequestedBy = x.Request.By,
                WaitsSince = x.Request.Since,
                DueAt = x.Request.DueAt,
                Path = path(x.Request),
            }));
        }
    }

    /// <summary>What somebody asked for about a lead.</summary>
    private sealed class Request
    {
        public Guid Id { get; init; }
        public Guid LeadId { get; init; }
        public Guid By { get; init; }
        public DateTimeOffset Since { get; init; }
        public DateTimeOffset? DueAt { get; init; }
    }
}
