using System.Runtime.CompilerServices;
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

    public AmountUnit Unit { get; init; }
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

    /// <summary>Headings with the width of their columns.</summary>
    private static readonly (string Heading, double Width)[] LeadColumns =
    [
        ("线索编号", 16), ("客商名称", 36), ("线索标题", 30), ("阶段", 10), ("阶段日期", 12), ("责任单位", 20), ("联系人", 12), ("联系电话", 18),
        ("首次联系", 12), ("最近联系", 12), ("联系次数", 10), ("下一步", 36), ("下一步期限", 12), ("下一步状态", 12), ("产业链", 14), ("产业链节点", 20),
        ("来源地区", 24), ("意向投资额", 22), ("币种", 8), ("涉密", 8), ("已转项目", 10), ("回访日期", 12), ("入驻日期", 12), ("登记时间", 18),
        ("更新时间", 18),
    ];

    private static readonly (string Heading, double Width)[] InvestorColumns =
    [
        ("客商名称", 36), ("统一社会信用代码", 24), ("注册国家", 14), ("注册号", 22), ("来源地区", 24), ("联系人", 12), ("职务", 16), ("联系电话", 18), ("电子邮箱", 26),
        ("微信号", 20), ("登记时间", 18), ("更新时间", 18),
    ];

    private static readonly Dictionary<string, ChainNode> Nodes = IndustryChains.All.SelectMany(c => c.Nodes)
        .ToDictionary(n => n.Code, StringComparer.Ordinal);

    public async Task<bool> StepAsync(LeadsDb db, Job job, Caller caller, CancellationToken ct)
    {
        var run = job.Read<ExportRun>();
        if (job.Position is null)
        {
            await CheckAgainAsync(db, caller, ct);
            job.Total = run.List == ExportedList.Leads
                ? await (await FilteredAsync(db, caller, run, ct)).LongCountAsync(ct)
                : await (await InvestorsAsync(db, caller, run, ct)).LongCountAsync(ct);
            if (job.Total > Most)
            {
                throw new RuleViolation("export.tooLarge");
            }

            db.Add(new JobPart
            {
                JobId = job.Id,
                Number = 0,
                Content = SheetWriter.Rows(run.Format, [[.. Columns(run).Select(c => c.Heading)]], SheetStyle.Heading),
            });
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

    /// <summary>
    /// The pieces of an export for its owner as of now: without the rows that have since become confidential or have been given to somebody
    /// else, and without those that show a phone in full where the owner of the export no longer has a lead of the investor.
    /// </summary>
    public static async IAsyncEnumerable<byte[]> PiecesAsync(
        LeadsDb db, Guid exportId, ExportedList list, Caller caller, [EnumeratorCancellation] CancellationToken ct)
    {
        for (var number = 0; await db.JobParts.AsNoTracking()
            .SingleOrDefaultAsync(p => p.JobId == exportId && p.Number == number, ct) is { } part; number++)
        {
            yield return part.RowIds is [] ? part.Content : Rows(part, await StillVisibleAsync(db, part, list, caller, ct));
        }
    }

    private static async Task<HashSet<Guid>> StillVisibleAsync(
        LeadsDb db, JobPart part, ExportedList list, Caller caller, CancellationToken ct)
    {
        var ids = part.RowIds;
        if (list == ExportedList.Leads)
        {
            var leads = await db.Leads.ReadableBy(caller).Where(l => ids.Contains(l.Id)).Select(l => new { l.Id, l.InvestorId })
                .ToListAsync(ct);
            var worked = (await WorkedAsync(db, caller, [.. leads.Select(l => l.InvestorId).Distinct()], ct)).ToHashSet();
            return [.. leads.Where(l => worked.Contains(l.InvestorId) || !part.UnmaskedIds.Contains(l.Id)).Select(l => l.Id)];
        }

        HashSet<Guid> visible = [.. await db.InvestorsReadableBy(caller).Where(i => ids.Contains(i.Id)).Select(i => i.Id).ToListAsync(ct)];
        visible.ExceptWith(part.UnmaskedIds.Except(await WorkedAsync(db, caller, part.UnmaskedIds, ct)));
        return visible;
    }

    private static byte[] Rows(JobPart part, HashSet<Guid> visible)
    {
        if (part.RowIds.All(visible.Contains))
        {
            return part.Content;
        }

        using var left = new MemoryStream(part.Content.Length);
        for (var i = 0; i < part.RowIds.Length; i++)
        {
            if (visible.Contains(part.RowIds[i]))
            {
                left.Write(part.Content.AsSpan()[(i == 0 ? 0 : part.RowEnds[i - 1])..part.RowEnds[i]]);
            }
        }

        return left.ToArray();
    }

    private static void Add(LeadsDb db, Job job, ExportRun run, int number, IReadOnlyList<Row> rows)
    {
        using var content = new MemoryStream();
        var ends = new List<int>(rows.Count);
        foreach (var row in rows)
        {
            content.Write(SheetWriter.Rows(run.Format, [row.Cells]));
            ends.Add((int)content.Length);
        }

        db.Add(new JobPart
        {
            JobId = job.Id,
            Number = number,
            Content = content.ToArray(),
            RowIds = [.. rows.Select(r => r.Id)],
            RowEnds = [.. ends],
            UnmaskedIds = [.. rows.Where(r => r.Unmasked).Select(r => r.Id)],
        });
    }

    /// <summary>Which of the investors have a lead that the caller was given, so that the caller reads their people unmasked.</summary>
    private static Task<List<Guid>> WorkedAsync(LeadsDb db, Caller caller, Guid[] investors, CancellationToken ct) =>
        db.GivenTo(caller).Where(l => investors.Contains(l.InvestorId)).Select(l => l.InvestorId).Distinct().ToListAsync(ct);

    /// <summary>A row of the table and what it is about.</summary>
    private sealed record Row(Guid Id, bool Unmasked, IReadOnlyList<object?> Cells);

    /// <summary>How the table of an ended job looks.</summary>
    public static SheetLayout Layout(Job job, ExportRun run) =>
        new(run.List == ExportedList.Leads ? "线索" : "客商", [.. Columns(run).Select(c => c.Width)], job.Done);

    private static IEnumerable<(string Heading, double Width)> Columns(ExportRun run) =>
        run.List == ExportedList.Investors ? InvestorColumns
        : LeadColumns.Select(c => c.Heading == "意向投资额" ? (c.Heading + Units[(int)run.Unit].Words, c.Width) : c);

    /// <summary>In the order of <see cref="AmountUnit"/>.</summary>
    private static readonly (string Words, decimal Worth)[] Units = [("（元）", 1), ("（万元）", 10_000), ("（亿元）", 100_000_000)];

    /// <exception cref="RuleViolation"><c>officer.unknown</c>: the directory says that this person is not active any more.</exception>
    private static async Task CheckAgainAsync(LeadsDb db, Caller caller, CancellationToken ct)
    {
        if (!caller.IsIntegration && await db.Officers.AsNoTracking().AnyAsync(o => o.OfficerId == caller.Id && !o.Active, ct))
        {
            throw new RuleViolation("officer.unknown");
        }
    }

    private async Task<IQueryable<Lead>> FilteredAsync(LeadsDb db, Caller caller, ExportRun run, CancellationToken ct)
    {
        var query = await ReadLeads.ResolvedAsync(QueryText.Read<LeadQuery>(run.Query, out _), db, ct);
        return ReadLeads.Filter(
            db.Leads.AsNoTracking().ReadableBy(caller), query, db, clock.Today(),
            await SearchBeside.LookAsync(db, caller, query.Q, clock, ct));
    }

    private async Task<IQueryable<Investor>> InvestorsAsync(LeadsDb db, Caller caller, ExportRun run, CancellationToken ct)
    {
        var query = QueryText.Read<InvestorQuery>(run.Query, out _);
        return ReadInvestors.Filter(
            db.InvestorsReadableBy(caller).AsNoTracking(), query, db, await SearchBeside.LookAsync(db, caller, query.Q, clock, ct));
    }

    private async Task<(IReadOnlyList<Row> Rows, string? After)> LeadsAsync(
        LeadsDb db, Caller caller, ExportRun run, string? from, CancellationToken ct)
    {
        QueryText.Read<LeadQuery>(run.Query, out var sort);
        var (leads, after) = await ReadLeads.Listing.WalkAsync(await FilteredAsync(db, caller, run, ct), sort, from, BatchSize, ct);
        var units = await db.Set<UnitRow>().AsNoTracking().ToDictionaryAsync(u => u.UnitId, u => u.Name, ct);
        var people = await PeopleAsync(db, caller, [.. leads.Select(l => l.InvestorId).Distinct()], ct);
        Guid[] open = [.. leads.Select(l => l.NextStepId).OfType<Guid>()];
        var steps = await db.NextSteps.AsNoTracking().Where(s => open.Contains(s.Id)).ToDictionaryAsync(s => s.Id, s => s.What, ct);
        var today = clock.Today();
        return ([.. leads.Select(lead =>
        {
            var person = people.GetValueOrDefault(lead.InvestorId);
            return new Row(lead.Id, Unmasked: person is { Masked: false },
            [
                lead.Code, lead.InvestorName, lead.Title, StageOf(lead.Stage), lead.StageOn, units.GetValueOrDefault(lead.UnitId),
                person?.Name, person?.Phone, lead.FirstContactOn, lead.LastContactOn, lead.ContactCount,
                lead.NextStepId is { } step ? steps.GetValueOrDefault(step) : null, lead.NextStepDueOn, LightOf(lead.Light(today)),
                lead.NodeCode is { } code ? IndustryChains.OfNode(code)?.Name : null,
                lead.NodeCode is { } node ? Nodes.GetValueOrDefault(node)?.Name : null, PlaceOf(lead.SourceRegion),
                lead.EstimatedAmount / Units[(int)run.Unit].Worth, lead.EstimatedCurrency, YesNo(lead.Confidential),
                YesNo(lead.ProjectId is not null), lead.RevisitOn, lead.MovedInOn, lead.CreatedAt, lead.UpdatedAt,
            ]);
        })], after);
    }

    private async Task<(IReadOnlyList<Row> Rows, string? After)> InvestorsAsync(
        LeadsDb db, Caller caller, ExportRun run, string? from, CancellationToken ct)
    {
        QueryText.Read<InvestorQuery>(run.Query, out var sort);
        var (investors, after) = await ReadInvestors.Listing.WalkAsync(
            await InvestorsAsync(db, caller, run, ct), sort, from, BatchSize, ct);
        var people = await PeopleAsync(db, caller, [.. investors.Select(i => i.Id)], ct);
        return ([.. investors.Select(investor =>
        {
            var person = people.GetValueOrDefault(investor.Id);
            return new Row(investor.Id, Unmasked: person is { Masked: false },
            [
                investor.Name, investor.Uscc,
                investor.ForeignRegistration is { Country: var country } ? Countries.NameOf(country) ?? country : null,
                investor.ForeignRegistration?.Number, PlaceOf(investor.SourceRegion), person?.Name, person?.Title, person?.Phone,
                person?.Email, person?.Wechat, investor.CreatedAt, investor.UpdatedAt,
            ]);
        })], after);
    }

    /// <summary>
    /// The first person of each investor, with phone and e-mail masked unless the caller was given a lead of the investor, as in the list.
    /// </summary>
    private static async Task<Dictionary<Guid, PersonAnswer>> PeopleAsync(LeadsDb db, Caller caller, Guid[] investors, CancellationToken ct)
    {
        var people = await db.PeopleKnownTo(caller).AsNoTracking().Where(p => investors.Contains(p.InvestorId)).ToListAsync(ct);
        var worked = (await WorkedAsync(db, caller, investors, ct)).ToHashSet();
        return people.GroupBy(p => p.InvestorId).ToDictionary(
            g => g.Key, g => PersonAnswer.From(g.OrderBy(p => p.CreatedAt).ThenBy(p => p.Id).First(), masked: !worked.Contains(g.Key)));
    }

    /// <summary>A place by its name, or by its code where it has none.</summary>
    private static string? PlaceOf(string? code) => code is null ? null : Divisions.NameOf(code) ?? code;

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
