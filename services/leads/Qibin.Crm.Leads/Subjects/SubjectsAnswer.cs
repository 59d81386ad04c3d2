using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Transfers;
using Qibin.Crm.Messaging.Queries;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Leads.Subjects;

/// <summary>What leads, investors and transfers are called, and how many leads are open with an officer.</summary>
internal sealed class SubjectsAnswer(LeadsDb db) : IAnswer<SubjectsQuery, SubjectsReply>, IAnswer<OpenWorkQuery, OpenWorkReply>
{
    public async Task<SubjectsReply> AnswerAsync(SubjectsQuery question, CancellationToken ct)
    {
        var (caller, ids) = (Caller.From(question.Caller), question.Ids);
        var leads = await db.Leads.ReadableBy(caller).Where(l => ids.Contains(l.Id)).Select(l => new SubjectName
        {
            Id = l.Id,
            Code = l.Code,
            Name = l.InvestorName,
            Path = "/api/v1/leads/" + l.Id,
        }).ToListAsync(ct);
        var investors = await db.InvestorsReadableBy(caller).Where(i => ids.Contains(i.Id)).Select(i => new SubjectName
        {
            Id = i.Id,
            Name = i.Name,
            Path = "/api/v1/investors/" + i.Id,
        }).ToListAsync(ct);
        var transfers = await TransferOperations.ReadableBy(db, caller).Where(t => ids.Contains(t.Transfer.Id)).Select(t => new SubjectName
        {
            Id = t.Transfer.Id,
            Code = t.Lead.Code,
            Name = t.Lead.InvestorName,
            Path = "/api/v1/transfers/" + t.Transfer.Id,
        }).ToListAsync(ct);
        var withheld = await db.Leads.Where(l => ids.Contains(l.Id) && !db.Leads.DisclosedTo(caller).Any(d => d.Id == l.Id))
            .Select(l => l.Id).ToArrayAsync(ct);
        return new SubjectsReply { Subjects = [.. leads, .. investors, .. transfers], Withheld = withheld };
    }

    public async Task<OpenWorkReply> AnswerAsync(OpenWorkQuery question, CancellationToken ct) => new()
    {
        Count = await db.Leads.CountAsync(l => l.OwnerId == question.OfficerId && l.Stage != LeadStage.Invalid, ct),
    };
}
