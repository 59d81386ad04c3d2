using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.Queries;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Enterprises.Subjects;

/// <summary>What enterprises are called.</summary>
internal sealed class SubjectsAnswer(EnterprisesDb db) : IAnswer<SubjectsQuery, SubjectsReply>
{
    public async Task<SubjectsReply> AnswerAsync(SubjectsQuery question, CancellationToken ct)
    {
        var (caller, ids) = (Caller.From(question.Caller), question.Ids);
        var enterprises = await db.Enterprises.DisclosedTo(caller).Where(e => ids.Contains(e.Id)).Select(e => new SubjectName
        {
            Id = e.Id,
            Code = e.Code,
            Name = e.Name,
            Path = "/api/v1/enterprises/" + e.Id,
        }).ToArrayAsync(ct);
        var withheld = await db.Enterprises.Where(e => ids.Contains(e.Id) && !db.Enterprises.DisclosedTo(caller).Any(d => d.Id == e.Id))
            .Select(e => e.Id).ToArrayAsync(ct);
        return new SubjectsReply { Subjects = enterprises, Withheld = withheld };
    }
}
