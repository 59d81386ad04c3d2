using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.Investors;
using Qibin.Crm.Leads.Register;
using Qibin.Crm.Sheets;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Leads.Exports;

/// <summary>What an export was asked for.</summary>
internal sealed record ExportRun
{
    public required ExportedList List { get; init; }
    public required SheetFormat Format { get; init; }

    /// <summary>The list's own query: filters and sort.</summary>
    public string? Query { get; init; }
}

/// <summary>
/// Writes the next rows of a list at each step, as a piece of the table that is put together when it is fetched: a walk by key like
/// that of the list itself, with the same rows for the same caller, in bounded memory.
/// </summary>
internal sealed class ExportJob(TimeProvider clock) : IJobKind<LeadsDb>
{
    public const string Kind = "leads.export";

    /// <summary>How long the table can be fetched.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    private const int BatchSize = 2000;
    private const long Most = 1_000_000;

    private static readonly string[] LeadHeadings =
    [
        "线索编号", "客商名称", "线索标题", "阶段", "阶段日期", "首次联系", "最近联系", "联系次数", "责任单位", "产业链", "产业链节点", "来源地区代码",
        "意向投资额", "币种", "下一步状态", "下一步期限", "涉密", "已转项目", "回访日期", "入驻日期", "登记时间", "更新时间",
    ];

    private static readonly string[] InvestorHeadings =
        ["客商名称", "统一社会信用代码", "来源地区代码", "联系人", "职务", "联系电话", "电子邮箱", "登记时间", "更新时间"];

    private static readonly Dictionary<string, ChainNode> Nodes = IndustryChains.All.SelectMany(c => c.Nodes)
        .ToDictionary(n => n.Code, StringComparer.Ordinal);

    public async Task<bool> StepAsync(LeadsDb db, Job job, Caller caller, CancellationToken ct)
    {
        var run = job.Read<ExportRun>();
        if (job.Position is null)
        {
            await CheckAgainAsync(db, caller, ct);
            job.Total = run.List == ExportedList.Leads
                ? await Leads(db, caller, run).LongCountAsync(ct) : await Investors(db, caller, run).LongCountAsync(ct);
            if (job.Total > Most)
            {
                throw new RuleViolation("export.tooLarge");
            }

            Add(db, job, run, 0, [run.List == ExportedList.Leads ? LeadHeadings : InvestorHeadings]);
            job.Position = JsonSerializer.Serialize(new Place(1, null));
            return true;
        }

        var place = JsonSerializer.Deserialize<Place>(job.Position)!;
        var (rows, after) = run.List == ExportedList.Leads
            ? await LeadsAsync(db, caller, run, place.After, ct) : await InvestorsAsync(db, caller, run, place.After, ct);
        Add(db, job, run, place.Part, rows);
        job.Done += rows.Count;
        job.Position = JsonSerializer.Serialize(new Place(place.Part + 1, after));
        if (after is not null)
        {
            return true;
        }

        job.Total = job.Done;
        job.ResultUntil = clock.GetUtcNow() + Kept;
        return false;
    }

    private sealed record Place(int Part, string? After);

    private static void Add(LeadsDb db, Job job, ExportRun run, int number, IReadOnlyList<IReadOnlyList<object?>> rows) =>
        db.Add(new JobPart { JobId = job.Id, Number = number, Content = SheetWriter.Rows(run.Format, rows) });

    /// <exception cref="RuleViolation"><c>officer.unknown</c>: the directory says that this person is not active any more.</exception>
    private static async Task CheckAgainAsync(LeadsDb db, Caller caller, CancellationToken ct)
    {
        if (!caller.IsIntegration && await db.Officers.AsNoTracking().AnyAsync(o => o.OfficerId == caller.Id && !o.Active, ct))
        {
            throw new RuleViolation("officer.unknown");
        }
    }

    private IQueryable<Lead> Leads(LeadsDb db, Caller caller, ExportRun run) =>
        ReadLeads.Filter(db.Leads.AsNoTracking().ReadableBy(caller), QueryText.Read<LeadQuery>(run.Query, out _), db, clock.Today());

    private static IQueryable<Investor> Investors(LeadsDb db, Caller caller, ExportRun run) =>
        ReadInvestors.Filter(db.InvestorsReadableBy(caller).AsNoTracking(), QueryText.Read<InvestorQuery>(run.Query, out _));

    private async Task<(IReadOnlyList<IReadOnlyList<object?>> Rows, string? After)> LeadsAsync(
        LeadsDb db, Caller caller, ExportRun run, string? from, CancellationToken ct)
    {
        QueryText.Read<LeadQuery>(run.Query, out var sort);
        var (leads, after) = await ReadLeads.Listing.WalkAsync(Leads(db, caller, run), sort, from, BatchSize, ct);
        var units = await db.Set<UnitRow>().AsNoTracking().ToDictionaryAsync(u => u.UnitId, u => u.Name, ct);
        var today = clock.Today();
        return ([.. leads.Select(lead => (IReadOnlyList<object?>)
            [
                lead.Code, lead.InvestorName, lead.Title, StageOf(
                    lead.Stage), lead.StageOn, lead.FirstContactOn, lead.LastContactOn, lead.ContactCount,
                units.GetValueOrDefault(lead.UnitId), lead.NodeCode is { } code ? IndustryChains.OfNode(code)?.Name : null,
                lead.NodeCode is { } node ? Nodes.GetValueOrDefault(node)?.Name
                : null, lead.SourceRegion, lead.EstimatedAmount, lead.EstimatedCurrency,
                LightOf(lead.Light(today)), lead.NextStepDueOn, YesNo(lead.Confidential), YesNo(lead.ProjectId is not null), lead.RevisitOn,
                lead.MovedInOn,
                lead.CreatedAt, lead.UpdatedAt,
            ])], after);
    }

    /// <summary>
    /// Investors with their first person, with phone and e-mail masked unless the caller owns a lead of the investor, as in the list.
    /// </summary>
    private static async Task<(IReadOnlyList<IReadOnlyList<object?>> Rows, string? After)> InvestorsAsync(
        LeadsDb db, Caller caller, ExportRun run, string? from, CancellationToken ct)
    {
        QueryText.Read<InvestorQuery>(run.Query, out var sort);
        var (investors, after) = await ReadInvestors.Listing.WalkAsync(Investors(db, caller, run), sort, from, BatchSize, ct);
        Guid[] ids = [.. investors.Select(i => i.Id)];
        var people = (await db.People.AsNoTracking().Where(p => ids.Contains(p.InvestorId)).ToListAsync(ct))
            .GroupBy(p => p.InvestorId).ToDictionary(g => g.Key, g => g.OrderBy(p => p.CreatedAt).ThenBy(p => p.Id).First());
        var worked = (await db.Leads.ReadableBy(caller).Where(l => ids.Contains(l.InvestorId) && l.OwnerId == caller.Id)
            .Select(l => l.InvestorId).Distinct().ToListAsync(ct)).ToHashSet();
        return ([.. investors.Select(investor =>
        {
            var person = people.GetValueOrDefault(investor.Id) is { } first
                ? PersonAnswer.From(first, masked: !worked.Contains(investor.Id)) : null;
            return (IReadOnlyList<object?>)
            [
                investor.Name, investor.Uscc, investor.SourceRegion,
                person?.Name, person?.Title, person?.Phone, person?.Email, investor.CreatedAt, investor.UpdatedAt,
            ];
        })], after);
    }

    private static string YesNo(bool value) => value ? "是" : "否";

    private static string StageOf(LeadStage stage) => stage switch
    {
        LeadStage.New => "新线索",
        LeadStage.Assessing => "研判中",
        LeadStage.Following => "跟进中",
        LeadStage.Converted => "已转项目",
        LeadStage.Kept => "留存",
        _ => "无效",
    };

    private static string LightOf(NextStepLight light) => light switch
    {
        NextStepLight.None => "无",
        NextStepLight.Planned => "已计划",
        _ => "已逾期",
    };
}
