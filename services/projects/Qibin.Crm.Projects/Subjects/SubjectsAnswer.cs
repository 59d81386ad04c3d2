using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.Queries;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Projects.Subjects;

/// <summary>What projects are called, and how many are open with an officer.</summary>
internal sealed class SubjectsAnswer(ProjectsDb db) : IAnswer<SubjectsQuery, SubjectsReply>, IAnswer<OpenWorkQuery, OpenWorkReply>
{
    public async Task<SubjectsReply> AnswerAsync(SubjectsQuery question, CancellationToken ct)
    {
        var (caller, ids) = (Caller.From(question.Caller), question.Ids);
        var projects = await db.Projects.ReadableBy(caller).Where(p => ids.Contains(p.Id)).Select(p => new SubjectName
        {
            Id = p.Id,
            Code = p.Code,
            Name = p.Name,
            Path = "/api/v1/projects/" + p.Id,
        }).ToArrayAsync(ct);
        var withheld = await db.Projects.Where(p => ids.Contains(p.Id) && !db.Projects.DisclosedTo(caller).Any(d => d.Id == p.Id))
            .Select(p => p.Id).ToArrayAsync(ct);
        return new SubjectsReply { Subjects = projects, Withheld = withheld };
    }

    public async Task<OpenWorkReply> AnswerAsync(OpenWorkQuery question, CancellationToken ct) => new()
    {
        Count = await db.Projects.CountAsync(p => p.OwnerId == question.OfficerId && p.Status != ProjectStatus.Terminated, ct),
    };
}
