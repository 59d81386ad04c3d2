using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Investors;
using Qibin.Crm.Leads.Register;
using Qibin.Crm.Messaging.Queries;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Subjects;

/// <summary>
/// The leads, investors and people that a text finds: those that the lists find by <c>q</c>, and the people by themselves.
/// </summary>
internal sealed class SearchAnswer(LeadsDb db, SearchLeads search, TimeProvider clock) : IAnswer<SearchQuery, SearchReply>
{
    public async Task<SearchReply> AnswerAsync(SearchQuery question, CancellationToken ct)
    {
        var (caller, text, most) = (Caller.From(question.Caller), question.Text, question.Most);
        var beside = await SearchBeside.LookAsync(db, caller, text, clock, ct);
        var leads = await ReadLeads.Listing.FirstAsync(
            turn => ReadLeads.FindAsync(turn, new LeadQuery { Q = text }, text, db, search, caller, clock.Today(), beside, ct), most);
        var known = ReadInvestors.Filter(db.InvestorsReadableBy(caller).AsNoTracking(), new InvestorQuery { Q = text }, db, beside);
        var investors = await ReadInvestors.Listing.FirstAsync(turn => turn.ReadAsync([known], ct), most);
        var people = await SearchBeside.People(db, caller, text, clock).OrderByDescending(p => p.Id).Take(most)
            .Join(db.Investors, p => p.InvestorId, i => i.Id, (p, i) => new FoundResource
            {
                Kind = FoundKind.Person,
                Id = p.Id,
                Name = p.Name,
                Detail = i.Name,
                Path = $"/api/v1/investors/{p.InvestorId}/people/{p.Id}",
            }).PlannedByValues().ToListAsync(ct);
        return new SearchReply
        {
            Found =
            [
                .. leads.Select(l => new FoundResource
                {
                    Kind = FoundKind.Lead,
                    Id = l.Id,
                    Code = l.Code,
                    Name = l.InvestorName,
                    Detail = l.Title,
                    Path = $"/api/v1/leads/{l.Id}",
                }),
                .. investors.Select(i => new FoundResource
                {
                    Kind = FoundKind.Investor,
                    Id = i.Id,
                    Code = i.Uscc ?? i.ForeignRegistration?.Number,
                    Name = i.Name,
                    Path = $"/api/v1/investors/{i.Id}",
                }),
                .. people,
            ],
        };
    }
}
