using Qibin.Crm.Contracts;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Register;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.Queries;

namespace Qibin.Crm.Enterprises.Subjects;

/// <summary>The enterprises that a text finds, as the list finds them by <c>q</c>.</summary>
internal sealed class SearchAnswer(EnterprisesDb db) : IAnswer<SearchQuery, SearchReply>
{
    public async Task<SearchReply> AnswerAsync(SearchQuery question, CancellationToken ct)
    {
        var rows = ListEnterprises.Filter(db, Caller.From(question.Caller), new EnterpriseQuery { Q = question.Text });
        var found = await ListEnterprises.Listing.FirstAsync(turn => turn.ReadAsync([rows], ct), question.Most);
        return new SearchReply
        {
            Found =
            [
                .. found.Select(e => new FoundResource
                {
                    Kind = FoundKind.Enterprise,
                    Id = e.Id,
                    Code = e.Code,
                    Name = e.Name,
                    Detail = e.Uscc,
                    Path = $"/api/v1/enterprises/{e.Id}",
                }),
            ],
        };
    }
}
