using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.Queries;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Ledger;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Projects.Subjects;

/// <summary>The projects that a text finds, as the list finds them by <c>q</c>.</summary>
internal sealed class SearchAnswer(ProjectsDb db) : IAnswer<SearchQuery, SearchReply>
{
    public async Task<SearchReply> AnswerAsync(SearchQuery question, CancellationToken ct)
    {
        var rows = ListProjects.Filter(
            db, db.Projects.AsNoTracking().ReadableBy(Caller.From(question.Caller)), new ListProjectsQuery { Q = question.Text });
        var found = await ListProjects.Listing.FirstAsync(turn => turn.ReadAsync([rows], ct), question.Most);
        return new SearchReply
        {
            Found =
            [
                .. found.Select(p => new FoundResource
                {
                    Kind = FoundKind.Project,
                    Id = p.Id,
                    Code = p.Code,
                    Name = p.Name,
                    Detail = p.InvestorName,
                    Path = $"/api/v1/projects/{p.Id}",
                }),
            ],
        };
    }
}
