using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Investors;

/// <summary>Who is in talks with an investor: whom to ring before one goes on.</summary>
internal static class Talks
{
    private const int Most = 10;

    /// <summary>Tells that a lead was opened with an investor that others are in talks with, unless either is confidential.</summary>
    public static async Task TellAsync(LeadsDb db, Lead opened, CancellationToken ct)
    {
        if (opened.Confidential)
        {
            return;
        }

        var others = await db.Leads.AsNoTracking().Where(l => l.InvestorId == opened.InvestorId && l.OwnerId != opened.OwnerId
                && !l.Confidential && l.Stage != LeadStage.Kept && l.Stage != LeadStage.Invalid)
            .OrderBy(l => l.FirstContactOn).ThenBy(l => l.Id).Take(Most)
            .Select(l => new LeadInTalks { LeadId = l.Id, UnitId = l.UnitId, OwnerId = l.OwnerId }).ToListAsync(ct);
        if (others.Count > 0)
        {
            db.Publish(opened, new TalksOverlapped
            {
                LeadId = opened.Id,
                InvestorId = opened.InvestorId,
                UnitId = opened.UnitId,
                OwnerId = opened.OwnerId,
                Others = others,
            }, [opened.Id, .. others.Select(o => o.LeadId)]);
        }
    }

    /// <summary>
    /// The units and officers with an open lead of one of these investors, the earliest first, at most ten; none of a lead that is
    /// confidential to the caller.
    /// </summary>
    /// <param name="db">The database.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="investors">The investors.</param>
    /// <param name="butFor">An officer who need not be told of the own talks; null for none.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<IReadOnlyList<UnitInTalks>> WithAsync(
        LeadsDb db, Caller caller, IReadOnlyCollection<Guid> investors, Guid? butFor, CancellationToken ct)
    {
        if (investors.Count == 0)
        {
            return [];
        }

        var found = await db.Leads.DisclosedTo(caller).Where(l => investors.Contains(l.InvestorId) && l.OwnerId != butFor
                && l.Stage != LeadStage.Kept && l.Stage != LeadStage.Invalid)
            .GroupBy(l => new { l.UnitId, l.OwnerId })
            .Select(of => new { of.Key.UnitId, of.Key.OwnerId, Since = of.Min(l => l.FirstContactOn) })
            .OrderBy(t => t.Since).ThenBy(t => t.OwnerId).Take(Most).ToListAsync(ct);
        Guid[] units = [.. found.Select(t => t.UnitId)];
        var names = await db.Set<UnitRow>().Where(u => units.Contains(u.UnitId)).ToDictionaryAsync(u => u.UnitId, u => u.Name, ct);
        return
        [
            .. found.Select(t => new UnitInTalks
            {
                UnitId = t.UnitId,
                UnitName = names.GetValueOrDefault(t.UnitId) ?? t.UnitId.ToString(),
                OwnerId = t.OwnerId,
                Since = t.Since,
            }),
        ];
    }
}
