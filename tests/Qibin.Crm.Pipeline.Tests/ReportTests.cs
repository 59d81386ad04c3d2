using System.Globalization;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Xml.Linq;
using Qibin.Crm.Contracts.Directory;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;
using Qibin.Crm.Sheets;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Pipeline.Tests;

/// <summary>Monthly reports: what is in them, that they can be made again to the octet, and who reads them.</summary>
public sealed class ReportTests : IAsyncLifetime
{
    private readonly Trade _trade = new();
    private TestService _service = null!;

    public async ValueTask InitializeAsync() => _service = await TestService.StartAsync("pipeline", Program.Build);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public void The_same_content_is_the_same_octets_whenever_and_by_whomever_it_is_written()
    {
        var report = new TableReport(
            "报告 <&>", ["注"], [new ReportTable(
            "表", "一", ["甲", "乙"], [["=1+1", 2L], [null, 3.50m], ["\u0001\uD83D\uDE80", new DateOnly(2026, 3, 1)]])]);
        foreach (var write in (Func<TableReport, byte[]>[])[Workbook.Of, Document.Of])
        {
            var first = write(report);
            Assert.Equal(first, write(report with { Notes = [.. report.Notes] }));
            // Scale is no difference of an amount.
            Assert.Equal(
                first, write(
                report with
                {
                    Tables = [report.Tables[0] with { Rows = [["=1+1", 2L], [null, 3.5000m],
                ["\u0001\uD83D\uDE80", new DateOnly(2026, 3, 1)]] }]
                }));
            Assert.NotEqual(first, write(report with { Title = "报告" }));
            using var zip = new ZipArchive(new MemoryStream(first));
            Assert.All(zip.Entries, e => Assert.Equal((1980, e.Length), (e.LastWriteTime.Year, e.CompressedLength)));
            foreach (var entry in zip.Entries)
            {
                using var part = entry.Open();
                XDocument.Load(part);
            }
        }
    }

    [Fact]
    public void F_a_report_is_laid_out_as_an_official_document()
    {
        var wide = Enumerable.Range(1, 10).Select(n => $"列{n}").ToList();
        var report = new TableReport("关于2026年3月招商引资工作情况的报告", ["金额单位：万元"],
            [new("窄", "一、窄表", ["甲", "乙"], [["签约", 12_345.678901m]]), new("宽", "二、宽表", wide, [[.. wide]])])
        {
            Issuer = "淇滨区示例办公室",
            Number = "淇示报〔2026〕3号",
            IssuedOn = new DateOnly(2026, 3, 31),
            Summary = ["截至2026年3月31日，推进中 1 个。"],
        };
        var parts = Parts(Document.Of(report));
        var paragraphs = parts["word/document.xml"].Descendants().Where(e => e.Name.LocalName == "p" && e.Parent!.Name.LocalName == "body")
            .Select(p => $"{p.Descendants().FirstOrDefault(e => e.Name.LocalName == "pStyle")?.FirstAttribute?.Value}:{p.Value}").ToList();
        Assert.Equal(
            ["Issuer:淇滨区示例办公室", "Number:淇示报〔2026〕3号", "Title:关于2026年3月招商引资工作情况的报告", "Text:截至2026年3月31日，推进中 1 个。",
                "Text:金额单位：万元", "Text:附件：统计表", ":", "Signature:淇滨区示例办公室", "Signature:2026年3月31日", ":", ":附件",
                "Heading1:一、窄表", "Heading1:二、宽表", ":"], paragraphs);
        Assert.Contains(parts["word/document.xml"].Descendants(), e => e.Value == "12,345.6789");
        // Upright up to the wide table, then across; each with both page numbers.
        var sections = parts["word/document.xml"].Descendants().Where(e => e.Name.LocalName == "sectPr").Select(s => string.Join(' ', s
            .Elements().SelectMany(e => e.Attributes()).Where(a => a.Name.LocalName is "type" or "w" or "orient").Select(a => a.Value)));
        Assert.Equal(["default even 11906", "default even 16838 landscape"], sections);
        Assert.All((string[])["word/footer1.xml", "word/footer2.xml"], footer => Assert.Contains(
            "PAGE", parts[footer].Descendants().Attributes().Select(a => a.Value)));
        Assert.Equal(["evenAndOddHeaders"], parts["word/settings.xml"].Elements().Select(e => e.Name.LocalName));
    }

    [Theory]
    [InlineData("2026-03", 1)]
    [InlineData("2026-05", 2)]
    public async Task A_report_holds_the_totals_of_its_day_and_what_the_quarter_signed_started_and_began_to_produce(
        string month, int quarter)
    {
        var random = new RandomTrade(31).Run(600);
        await _service.TellAsync(random.Trade.Log, together: 64);
        var first = DateOnly.ParseExact(month + "-01", "yyyy-MM-dd", CultureInfo.InvariantCulture);
        var (day, begin) = (first.AddMonths(1).AddDays(-1), new DateOnly(2026, (3 * quarter) - 2, 1));
        var stood = new History(random.Trade).At(day, null);
        var open = stood.Where(j => !j.Now.Lead.Confidential && j.Now.Project is not { Confidential: true }).Select(j => j.Then).ToList();
        using var leader = _service.As(TestCaller.Person(Roles.Leader));

        var report = await MadeAsync(leader, month);
        Assert.Equal($"{month} {day:O}", $"{report.Json.GetProperty("month").GetString()} {report.Json.GetProperty("asOf").GetString()}");
        var file = await FileAsync(leader, report, "xlsx");
        var sheets = Sheets(file);

        Assert.Equal(
            open.Where(j => j.Status == "active").GroupBy(j => j.Stage).Select(g => $"{StageName(g.Key)} {Counts(g)} {Sums(g)}")
                .Order(StringComparer.Ordinal),
            Groups(sheets["按阶段"]).Where(g => !g.StartsWith("合计 ", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(
            $"合计 {Counts(open.Where(j => j.Status == "active"))} {Sums(open.Where(j => j.Status == "active"))}",
            Groups(sheets["按产业链"])[^1]);
        Assert.Equal(Groups(sheets["按产业链"])[^1], Groups(sheets["按单位"])[^1]);
        Assert.Contains($"涉密线索和项目 {stood.Count - open.Count} 个", sheets["按阶段"][2][0], StringComparison.Ordinal);

        var all = 0;
        foreach (var (stage, name) in new[] { (ProjectStage.Signed, "签约"), (ProjectStage.Started, "开工"), (ProjectStage.Producing, "投产") })
        {
            var expected = open.Where(j => j.Status != "terminated")
                .Select(j => (Lead: j.Lead.LeadId, On: ReachedOn(random.Trade, j.Lead.LeadId, stage)))
                .Where(j => j.On >= begin && j.On <= day)
                .Select(j => $"{random.Trade.Projects[j.Lead].Code} {j.On:O}").Order(StringComparer.Ordinal).ToList();
            Assert.Equal(
                expected, sheets[name + "项目"].Skip(7).Where(r => r[0].Length > 0).Select(r => $"{r[0]} {r[4]}")
                .Order(StringComparer.Ordinal));
            Assert.Equal($"{expected.Count}", sheets["三个一批"].Skip(7).First(r => r[0] == name)[1]);
            all += expected.Count;
        }

        Assert.True(all > 1, $"{all}");
        var document = Parts(await FileAsync(leader, report, "docx"))["word/document.xml"].Value;
        Assert.All(
            sheets.Where(s => s.Key.EndsWith("项目", StringComparison.Ordinal)).SelectMany(s => s.Value.Skip(7)).Where(r => r[0].Length > 0),
            r => Assert.Contains(r[0] + r[1], document, StringComparison.Ordinal));
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(file)), report.Json.GetProperty("files")[0].GetProperty("sha256").GetString());
    }

    [Fact]
    public async Task A_report_is_made_again_to_the_octet_whatever_came_later_unless_it_should_have_been_known()
    {
        var (unit, other) = (Trade.NewId(), Trade.NewId());
        var projects = new[] { ProjectStage.Signed, ProjectStage.Started, ProjectStage.Producing }.Select(last =>
        {
            var project = _trade.Convert(
                _trade.Open(unit: unit, estimated: new Money(100_000_000.25m, "CNY"), on: new DateOnly(2026, 1, 2)));
            for (var stage = ProjectStage.Signed; stage <= last; stage++)
            {
                project = _trade.Reach(
                    project, stage, new DateOnly(2026, 1, 5).AddDays((int)stage), stage == ProjectStage.Signed ? new Money(7_000_000, "USD")
                    : null);
            }

            return _trade.PayIn(project, new Money(5, "EUR"));
        }).ToList();
        _trade.PayIn(projects[0], new Money(6, "EUR"));
        var late = _trade.Log[^1];
        await _service.TellAsync(_trade.Log.SkipLast(1));
        using var head = _service.As(TestCaller.Person(Roles.UnitHead, Reach.Unit, unit));
        var report = await MadeAsync(head, "2026-01");
        var id = report.Id;
        var (workbook, document) = (await FileAsync(head, report, "xlsx"), await FileAsync(head, report, "docx"));
        await ComparedAsync(head, id, same: true);
        // As a report for another minute, it would be another one.
        _service.Clock.Advance(TimeSpan.FromMinutes(1));
        await _service.CompleteAsync(_service.Clock.GetUtcNow());
        var second = await MadeAsync(head, "2026-01");
        Assert.NotEqual(workbook, await FileAsync(head, second, "xlsx"));

        // Given away, renamed, gone on, stepped back: all recorded after it was made.
        _trade.Pass(_service.Clock.GetUtcNow() - _trade.Now);
        var before = _trade.Log.Count;
        foreach (var project in projects)
        {
            _trade.Tell(
                _trade.Projects[project.LeadId] with { UnitId = other, Name = "改名", ChainCode = null, NodeCode = null }, p =>
                new ProjectAmended { Project = p });
            _trade.StepBack(_trade.Projects[project.LeadId], ProjectStage.Negotiating, new DateOnly(2026, 1, 20));
        }

        _service.Clock.Advance(TimeSpan.FromDays(1));
        await _service.TellAsync(_trade.Log.Skip(before));
        await ComparedAsync(head, id, same: true);
        Assert.Equal(workbook, await FileAsync(head, report, "xlsx"));
        Assert.Equal(document, await FileAsync(head, report, "docx"));

        // What was recorded before and delivered only now is found to be missing.
        await _service.TellAsync([late]);
        await ComparedAsync(head, id, same: false);

        async Task ComparedAsync(ApiClient client, Guid report, bool same)
        {
            var compared = (await client.GetAsync($"/api/v1/pipeline/reports/{report}/comparison")).Is(200).Json;
            Assert.Equal(
                $"{same} {same},{same}",
                $"{compared.GetProperty("same").GetBoolean()} "
                    + string.Join(',', compared.GetProperty("files").EnumerateArray().Select(f => f.GetProperty("same").GetBoolean())));
        }
    }

    [Fact]
    public async Task A_report_is_read_by_those_who_see_its_rows_and_names_nothing_confidential()
    {
        var unit = Trade.NewId();
        var reader = TestCaller.Person(Roles.UnitHead, Reach.Unit, unit);
        var secret = _trade.Reach(
            _trade.Convert(_trade.Open(unit: unit, readers: [reader.Id], investor: "绝密客商")), ProjectStage.Signed,
            contract: new Money(1, "CNY"));
        var plain = _trade.Reach(
            _trade.Convert(_trade.Open(unit: unit, investor: "公开客商")), ProjectStage.Signed, contract: new Money(2, "CNY"));
        await _service.TellAsync(_trade.Log);
        using var head = _service.As(reader);
        var report = await MadeAsync(head, "2026-01");
        var path = $"/api/v1/pipeline/reports/{report.Id}";
        var sheets = Sheets(await FileAsync(head, report, "xlsx"));
        Assert.Equal([plain.Code], sheets["签约项目"].Skip(7).Select(r => r[0]));
        Assert.Contains("涉密线索和项目 1 个", sheets["签约项目"][2][0], StringComparison.Ordinal);
        Assert.StartsWith("合计 0+1 人民币", Groups(sheets["按阶段"])[^1], StringComparison.Ordinal);
        Assert.NotEqual(secret.Code, plain.Code);

        foreach (var (caller, status) in new[]
        {
            (TestCaller.Person(Roles.Leader), 200), (TestCaller.Person(Roles.Officer, Reach.Unit, unit), 200),
                (TestCaller.Person(Roles.Officer, Reach.Unit, Trade.NewId()), 404),
            (TestCaller.Person(Roles.ChainChief, Reach.Chain) with { Chains = ["satellite"] }, 404), (TestCaller.Officer(unit), 404),
        })
        {
            using var client = _service.As(caller);
            (await client.GetAsync(path)).Is(status);
            (await client.GetAsync(path + "/file?format=docx")).Is(status);
            (await client.GetAsync(path + "/comparison")).Is(status);
            Assert.Equal(
                status == 200 ? 1 : 0, (await client.GetAsync("/api/v1/pipeline/reports?total=true")).Is(200).Json.GetProperty("total")
                .GetInt32());
        }

        _trade.Tell(plain with { Confidential = true, Readers = [reader.Id] }, p => new ProjectAmended { Project = p });
        await _service.TellAsync([_trade.Log[^1]]);
        (await head.GetAsync(path + "/file")).Is(200);
        (await _service.As(TestCaller.Person(Roles.Leader)).GetAsync(path + "/file")).IsProblem(409, "report.confidential");
    }

    [Fact]
    public async Task N7_Units_of_one_name_are_told_apart_by_the_unit_above_them()
    {
        var (first, second) = (await UnitAsync("招商一局", "综合科"), await UnitAsync("招商二局", "综合科"));
        _trade.Open(unit: first);
        _trade.Open(unit: second);
        _trade.Open(unit: second);
        await _service.TellAsync(_trade.Log);
        using var leader = _service.As(TestCaller.Person(Roles.Leader));

        var report = await MadeAsync(leader, "2026-01");

        var units = Groups(Sheets(await FileAsync(leader, report, "xlsx"))["按单位"]);
        Assert.Equal(["招商一局·综合科 1+0 ", "招商二局·综合科 2+0 ", "合计 3+0 "], units);
    }

    [Fact]
    public async Task N8_A_report_counts_what_its_headings_say_and_shows_completion_the_month_and_the_year_before_and_the_targets()
    {
        var unit = await UnitAsync("招商局", "卫星科");
        var (january, february) = (new DateOnly(2026, 1, 10), new DateOnly(2026, 2, 10));
        _trade.Open(unit: unit, on: january);
        _trade.Open(unit: unit, on: february.AddYears(-1));
        var kept = Signed(100);
        _trade.Complete(kept, new Money(300_000, "CNY"), february);
        _trade.Standing(Signed(50), ProjectStatus.Terminated, february);
        await _service.TellAsync(_trade.Log);
        (await _service.As(TestCaller.Person(Roles.Coordinator)).PostAsync("/api/v1/pipeline/targets", new
        {
            year = 2026,
            targets = new[] { new { indicator = "signedProjects", unitId = unit, count = 4 } },
        })).Is(200);
        await _service.CompleteAsync(_service.Clock.GetUtcNow());
        using var leader = _service.As(TestCaller.Person(Roles.Leader));

        var sheets = Sheets(await FileAsync(leader, await MadeAsync(leader, "2026-02"), "xlsx"));

        Assert.Equal(["新线索 2+0 ", "签约 0+1 人民币 0 100 0 30;", "合计 2+1 人民币 0 100 0 30;"], Groups(sheets["按阶段"]));
        Assert.Equal("终止 0+1 人民币 0 50 0 0;", Assert.Single(Groups(sheets["其他状态"])));
        Assert.Equal(["签约 1 人民币 100 0 30", "开工 0    ", "投产 0    "], Lines("三个一批"));
        Assert.Equal(
            ["线索数  2 4 -2 1 1", "项目数  1 0 1 0 1", "合同金额 人民币 100 0 100 0 100", "完成投资 人民币 30 0 30 0 30"], Lines("环比与同比"));
        Assert.Equal(
            ["签约项目数 4 1 25 达到", "签约金额  100  未设目标", "开工项目数  0  未设目标", "投产项目数  0  未设目标", "到位资金  0  未设目标"],
            Lines("年度目标"));
        // Assessment and forecast do not count what was terminated either.
        var assessed = (await leader.GetAsync("/api/v1/pipeline/assessment?asOf=2026-02-28&indicator=signedProjects,signedAmount")).Is(200);
        Assert.Equal(1, assessed.Json.GetProperty("total")[0].GetProperty("projects").GetInt32());
        Assert.Equal(
            """{"amount":{"amount":"1000000.00","currency":"CNY"}}""",
            assessed.Json.GetProperty("total")[1].GetProperty("achieved").GetRawText());
        var forecast = (await leader.GetAsync("/api/v1/pipeline/forecast?asOf=2026-02-28&status=active,terminated")).Is(200).Json;
        Assert.Equal(
            """[{"amount":"1000000.00","currency":"CNY"}]""", forecast.GetProperty("signed").GetProperty("soFar").GetRawText());

        ProjectState Signed(decimal contract) => _trade.Reach(
            _trade.Convert(_trade.Open(unit: unit, on: january), february), ProjectStage.Signed, february,
            new Money(contract * 10_000, "CNY"));

        IEnumerable<string> Lines(string sheet) => sheets[sheet].Skip(7).Select(row => string.Join(' ', row));
    }

    private async Task<Guid> UnitAsync(string above, string name)
    {
        var (parent, unit) = (Trade.NewId(), Trade.NewId());
        await _service.DeliverAsync(new UnitDefined { UnitId = parent, Code = $"{parent:N}", Name = above }, parent, 1);
        await _service.DeliverAsync(new UnitDefined { UnitId = unit, ParentId = parent, Code = $"{unit:N}", Name = name }, unit, 1);
        return unit;
    }

    [Theory]
    [InlineData("""{"month":"2026-1x"}""", "/month", "month.invalid")]
    [InlineData("""{"month":"2999-01"}""", "/month", "date.future")]
    [InlineData("""{"month":"2026-01","knownAt":"2999-01-01T00:00:00Z"}""", "/knownAt", "instant.future")]
    public async Task A_report_of_what_is_still_to_come_is_refused(string body, string pointer, string code)
    {
        var error = (await _service.As(TestCaller.Person(Roles.Leader)).PostAsync("/api/v1/pipeline/reports", body))
            .IsProblem(400, "request.invalid").Json.GetProperty("errors")[0];
        Assert.Equal($"{pointer} {code}", $"{error.GetProperty("pointer")} {error.GetProperty("code")}");
    }

    private static async Task<Answer> MadeAsync(ApiClient client, string month)
    {
        var id = (await client.PostAsync("/api/v1/pipeline/reports", new { month })).Is(202).Id;
        return await Eventually.GetAsync(
            async () => (await client.GetAsync($"/api/v1/pipeline/reports/{id}")).Is(200), a => a.Json.GetProperty("files")
            .GetArrayLength() == 2);
    }

    private async Task<byte[]> FileAsync(ApiClient client, Answer report, string format)
    {
        using var http = new HttpClient
        {
            BaseAddress = _service.Address,
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", client.Token) }
        };
        return await http.GetByteArrayAsync(new Uri($"/api/v1/pipeline/reports/{report.Id}/file?format={format}", UriKind.Relative));
    }

    private static Dictionary<string, XElement> Parts(byte[] file)
    {
        using var zip = new ZipArchive(new MemoryStream(file));
        return zip.Entries.ToDictionary(e => e.FullName, e =>
        {
            using var part = e.Open();
            return XDocument.Load(part).Root!;
        });
    }

    /// <summary>The cells of each sheet as text, by its name.</summary>
    private static Dictionary<string, List<string[]>> Sheets(byte[] file)
    {
        var parts = Parts(file);
        return parts["xl/workbook.xml"].Descendants().Where(e => e.Name.LocalName == "sheet").ToDictionary(
            s => s.Attribute("name")!.Value,
            s => parts[$"xl/worksheets/sheet{s.Attribute("sheetId")!.Value}.xml"].Descendants().Where(e => e.Name.LocalName == "row")
                .Select(r => r.Elements().Select(Shown).ToArray()).ToList());
    }

    private static string Shown(XElement cell) => cell.Attribute("s")?.Value == $"{(int)SheetStyle.Day}" && cell.Value.Length > 0
        ? DateOnly.FromDateTime(DateTime.FromOADate(double.Parse(cell.Value, CultureInfo.InvariantCulture)))
            .ToString("O", CultureInfo.InvariantCulture)
        : cell.Value;

    /// <summary>Leads without a project, and projects.</summary>
    private static string Counts(IEnumerable<ExpectedJourney> journeys) =>
        $"{journeys.Count(j => j.Project is null)}+{journeys.Count(j => j.Project is not null)}";

    /// <summary>Each group of a totals sheet as a line: its name, its numbers, and per currency its amounts.</summary>
    private static List<string> Groups(List<string[]> sheet)
    {
        var groups = new List<string>();
        foreach (var row in sheet.Skip(7))
        {
            var amounts = row[3].Length == 0 ? "" : $"{row[3]} {row[4]} {row[5]} {row[6]} {row[7]};";
            if (row[0].Length > 0)
            {
                groups.Add($"{row[0]} {row[1]}+{row[2]} {amounts}");
            }
            else
            {
                groups[^1] += amounts;
            }
        }

        return groups;
    }

    private static readonly Dictionary<string, string> Currencies = new() { ["CNY"] = "人民币", ["EUR"] = "欧元", ["USD"] = "美元" };

    private static string Sums(IEnumerable<ExpectedJourney> journeys)
    {
        var amounts = journeys.SelectMany(Amounts).Where(a => a.Money is { Amount: not 0 }).ToLookup(a => a.Money!.Currency);
        return string.Concat(
            amounts.Where(g => Enumerable.Range(0, 4).Any(n => Sum(g, n) != "0")).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => $"{Currencies.GetValueOrDefault(g.Key, g.Key)} {Sum(g, 0)} {Sum(g, 1)} {Sum(g, 2)} {Sum(g, 3)};"));

        static IEnumerable<(int Which, Money? Money)> Amounts(ExpectedJourney j)
        {
            yield return (0, j.Lead.EstimatedInvestment);
            yield return (1, j.Project?.ContractAmount);
            foreach (var paid in j.Project?.PaidIn ?? [])
            {
                yield return (2, paid);
            }

            foreach (var completed in j.Project?.CompletedInvestment ?? [])
            {
                yield return (3, completed);
            }
        }

        static string Sum(IEnumerable<(int Which, Money? Money)> amounts, int which) => amounts.Where(a => a.Which == which)
            .Sum(a => a.Money!.Amount / 10_000).ToString("0.##########", CultureInfo.InvariantCulture);
    }

    /// <summary>When the project reached the stage, by what was told of it one after the other.</summary>
    private static DateOnly? ReachedOn(Trade trade, Guid lead, ProjectStage stage)
    {
        DateOnly? on = null;
        foreach (var told in trade.Log.Where(t => trade.Projects.TryGetValue(lead, out var p) && t.Delivery.StreamId == p.ProjectId))
        {
            on = told.Happened switch
            {
                ProjectStageReached r when r.To == stage => r.OccurredOn,
                ProjectStageDateCorrected d when d.Stage == stage => d.OccurredOn,
                ProjectSteppedBack b when b.To < stage => null,
                _ => on,
            };
        }

        return on;
    }

    private static string StageName(string stage) => stage switch
    {
        "new" => "新线索",
        "assessing" => "研判中",
        "following" => "跟进中",
        "converted" => "已转项目",
        "negotiating" => "在谈",
        "signed" => "签约",
        "registered" => "注册",
        "started" => "开工",
        "completed" => "竣工",
        "producing" => "投产",
        "atCapacity" => "达产",
        "efficient" => "达效",
        _ => stage,
    };
}
