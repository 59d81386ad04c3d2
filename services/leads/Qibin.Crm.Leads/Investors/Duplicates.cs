using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.ServiceDefaults;

namespace Qibin.Crm.Leads.Investors;

/// <summary>Investors that are already there.</summary>
internal static class Duplicates
{
    /// <summary>
    /// Refuses an investor whose USCC another one has, naming that one where the caller may see it. The unique index stands behind
    /// it when two are registered at once.
    /// </summary>
    public static async Task RefuseAsync(LeadsDb db, Caller caller, Investor investor, CancellationToken ct)
    {
        if (investor.Uscc is null || !await db.Investors.AnyAsync(i => i.Uscc == investor.Uscc && i.Id != investor.Id, ct))
        {
            return;
        }

        var candidate = await db.InvestorsVisibleTo(caller).Where(i => i.Uscc == investor.Uscc)
            .Select(i => new ProblemCandidate { Id = i.Id, Name = i.Name, Location = "/api/v1/investors/" + i.Id }).SingleOrDefaultAsync(ct);
        throw new Refusal(StatusCodes.Status409Conflict, "investor.usccTaken") { Candidates = candidate is null ? [] : [candidate] };
    }
}
