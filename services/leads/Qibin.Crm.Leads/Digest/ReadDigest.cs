using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.Rules;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Leads.Digest;

/// <summary>Whose day it is.</summary>
public sealed record DigestQuery
{
    /// <summary>The officer; the caller when left out. Of another officer only the leads that the caller may see.</summary>
    public Guid? OwnerId { get; init; }
}

/// <summary>A lead on which something is due.</summary>
public sealed record DigestItem
{
    public required Guid LeadId { get; init; }
    public required string Code { get; init; }
    public required string InvestorName { get; init; }

    /// <summary>What to do; null of a lead without a next step, and of a breach.</summary>
    public string? What { get; init; }

    public DateOnly? DueOn { get; init; }
}

/// <summary>Leads of one kind.</summary>
public sealed record DigestSection
{
    /// <summary>All of them.</summary>
    public required int Count { get; init; }

    /// <summary>The first 20, longest due first.</summary>
    public required IReadOnlyList<DigestItem> Items { get; init; }
}

/// <summary>What an officer has to do 今日待办.</summary>
public sealed record DigestAnswer
{
    public required DateOnly On { get; init; }

    /// <summary>Overdue next steps.</summary>
    public required DigestSection Overdue { get; init; }

    public required DigestSection DueToday { get; init; }

    /// <summary>Due within the next seven days.</summary>
    public required DigestSection Upcoming { get; init; }

    /// <summary>Open leads without a next step.</summary>
    public required DigestSection WithoutNextStep { get; init; }

    /// <summary>Kept leads with a reached revisit date, until the task planned for it is done.</summary>
    public required DigestSection Revisits { get; init; }

    /// <summary>Leads with an open breach of the response clock; due on the first of its deadlines that passed.</summary>
    public required DigestSection Breaches { get; init; }
}

/// <summary>What an officer has to do today: steps due, leads without one, kept leads to come back to.</summary>
internal static class ReadDigest
{
    private const int Shown = 20;
    internal const int Ahead = 7;

    public static void MapDigest(this RouteGroupBuilder api)
    {
        api.MapGet("/digest", Handle).AllowEverybody(Scopes.LeadsRead)
            .WithName("readDigest").WithSummary("今日待办 · What is due today");
        api.MapGet("/digest/rules", (LeadsDb db, CancellationToken ct) => RuleSets.ReadAsync<DigestRules>(db, ct))
            .AllowEverybody(Scopes.LeadsRead)
            .WithName("readDigestRules").WithSummary("今日待办推送时间 · When the daily digest is made");
        api.MapPut("/digest/rules", MakeDigests.Change).Allow(null, Roles.Administrator)
            .WithName("changeDigestRules").WithSummary("修改今日待办推送时间 · Change when the daily digest is made");
    }

    private static async Task<Ok<DigestAnswer>> Handle(
        [AsParameters] DigestQuery query, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var (owner, today) = (query.OwnerId ?? caller.Id, clock.Today());
        var mine = db.Leads.AsNoTracking().ReadableBy(caller).Where(l => l.OwnerId == owner);
        var open = mine.Where(l => l.Stage != LeadStage.Kept && l.Stage != LeadStage.Invalid);
        var soon = today.AddDays(Ahead);
        return TypedResults.Ok(new DigestAnswer
        {
            On = today,
            Overdue = await StepsAsync(open.Where(l => l.NextStepDueOn < today)),
            DueToday = await StepsAsync(open.Where(l => l.NextStepDueOn == today)),
            Upcoming = await StepsAsync(open.Where(l => l.NextStepDueOn > today && l.NextStepDueOn <= soon)),
            WithoutNextStep = await SectionAsync(open.Where(l => l.NextStepDueOn == null).OrderBy(l => l.LastContactOn).ThenBy(l => l.Id)
                .Select(l => new DigestItem { LeadId = l.Id, Code = l.Code, InvestorName = l.InvestorName })),
            Revisits = await SectionAsync(
                mine.Where(l => l.Stage == LeadStage.Kept && l.RevisitOn <= today && (l.RevisitStepId == null || l.NextStepId != null))
                .LeftJoin(db.NextSteps, l => l.NextStepId, s => (Guid?)s.Id, (l, s) => new { Lead = l, Step = s })
                .OrderBy(x => x.Lead.RevisitOn).ThenBy(x => x.Lead.Id)
                .Select(x => new DigestItem
                {
                    LeadId = x.Lead.Id,
                    Code = x.Lead.Code,
                    InvestorName = x.Lead.InvestorName,
                    What = x.Step!.What,
                    DueOn = x.Lead.RevisitOn,
                })),
            Breaches = await SectionAsync(mine.Where(l => l.OpenBreaches > 0)
                .Select(l => new DigestItem
                {
                    LeadId = l.Id,
                    Code = l.Code,
                    InvestorName = l.InvestorName,
                    DueOn = db.ResponseBreaches.Where(b => b.LeadId == l.Id && b.State == BreachState.Open).Min(b => (DateOnly?)b.DueOn),
                }).OrderBy(i => i.DueOn).ThenBy(i => i.LeadId)),
        });

        Task<DigestSection> StepsAsync(IQueryable<Lead> leads) => SectionAsync(
            leads.Join(db.NextSteps, l => l.NextStepId, s => (Guid?)s.Id, (l, s) => new { Lead = l, Step = s })
                .OrderBy(x => x.Lead.NextStepDueOn).ThenBy(x => x.Lead.Id)
                .Select(x => new DigestItem
                {
                    LeadId = x.Lead.Id,
                    Code = x.Lead.Code,
                    InvestorName = x.Lead.InvestorName,
                    What = x.Step.What,
                    DueOn = x.Lead.NextStepDueOn,
                }));

        async Task<DigestSection> SectionAsync(IQueryable<DigestItem> items) =>
            new() { Count = await items.CountAsync(ct), Items = await items.Take(Shown).ToListAsync(ct) };
    }
}
