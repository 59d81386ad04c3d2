using System.Text.Json;
using Qibin.Crm.TestKit;
using Qibin.Crm.TestKit.Generated;

namespace Qibin.Crm.EndToEnd.Tests;

/// <summary>
/// Every operation of the five services, and how one right request of it is prepared on the running system: rows of its own for each
/// change, so that no operation stands in another one's way. An operation that is not here fails the generated tests.
/// </summary>
internal sealed partial class KnownOperations : IAsyncDisposable
{
    private static readonly string[] Services = ["identity", "leads", "projects", "enterprises", "pipeline"];
    private readonly RunningSystem _system;
    private readonly RowsOfTheTests _rows;

    /// <param name="system">The running system.</param>
    /// <param name="lead">Makes the leads that the requests are about; see <see cref="RowsOfTheTests"/>.</param>
    public KnownOperations(RunningSystem system, Func<RowsOfTheTests, Task<Row>>? lead = null)
    {
        _system = system;
        _rows = new RowsOfTheTests(system, lead);
        Leads();
        LeadOrder();
        Bin();
        Exports("", "leads", "leads", "", "stage=new&sort=code");
        Exports("Project", "projects", "projects", "/projects", "stage=signed&sort=code");
        Exports("Enterprise", "enterprises", "entry-applications", "/enterprises", "state=draft&sort=code");
        Exports("Journey", "pipeline", "journeys", "/pipeline", "stage=signed&sort=-amount");
        Projects();
        Enterprises();
        Identity();
        Comments();
        Assessment();
        Add("readTotals", () => new Prepared { Path = "/api/v1/pipeline/totals?groupBy=stage,chain" });
        Add("readTrend", () => new Prepared());
        Add("readFunnel", () => new Prepared());
        Add("readDwell", () => new Prepared());
        Add("readThresholds", () => new Prepared());
        Add("readForecast", () => new Prepared());
        Add("createReport", () => new Prepared { Body = new { month = RowsOfTheTests.Day(0)[..7] }, Status = 202 });
        Add("listReports", () => new Prepared());
        Add("readReport", async () => (await _rows.ReportAsync()).On(""));
        Add("readReportFile", async () => (await _rows.ReportAsync()).On("/file"));
        Add("compareReport", async () => (await _rows.ReportAsync()).On("/comparison"));
        Add("enterRates", () => new Prepared
        {
            Path = "/api/v1/pipeline/rates",
            Body = new { rates = new[] { new { currency = "USD", on = RowsOfTheTests.Day(-1), rate = "7.1234" } } },
        });
        Add("listRates", () => new Prepared());
        Add("listJourneys", () => new Prepared());
        Add("startRebuild", () => new Prepared { Path = "/api/v1/pipeline/rebuilds", Body = new { dryRun = true }, Status = 202 });
        Add("readRebuild", async () =>
        {
            var rebuild = (await (await _rows.AsAsync("administrator")).PostAsync("/api/v1/pipeline/rebuilds", new { dryRun = true })).Is(
                202).Id;
            return new Prepared { Path = $"/api/v1/pipeline/rebuilds/{rebuild}" };
        });
        Add("startVerification", () => new Prepared { Path = "/api/v1/pipeline/verifications", Status = 202 });
        Add("readVerification", async () =>
        {
            var verification = (await (await _rows.AsAsync("administrator")).PostAsync("/api/v1/pipeline/verifications", null)).Is(202).Id;
            return new Prepared { Path = $"/api/v1/pipeline/verifications/{verification}" };
        });
        Add("readJourney", async () =>
        {
            var lead = await _rows.LeadAsync();
            await Eventually.TrueAsync(
                async () => (await (await _rows.AsAsync("officer")).GetAsync($"/api/v1/pipeline/journeys/{lead.Id}")).Status == 200);
            return new Prepared { Path = $"/api/v1/pipeline/journeys/{lead.Id}" };
        });
        foreach (var service in Services)
        {
            Operating(service, char.ToUpperInvariant(service[0]) + service[1..]);
        }
    }

    /// <summary>By the operation's id.</summary>
    public Dictionary<string, Func<Task<Prepared>>> Table { get; } = new(StringComparer.Ordinal);

    /// <summary>A confidential journey; see <see cref="RowsOfTheTests.HiddenAsync"/>.</summary>
    public Task<HiddenJourney> HiddenAsync(Restricted restricted = Restricted.AtTheProject) => _rows.HiddenAsync(restricted);

    /// <summary>One right request of each operation, prepared anew.</summary>
    public async Task<Dictionary<string, Prepared>> RightAsync()
    {
        var right = new Dictionary<string, Prepared>(StringComparer.Ordinal);
        foreach (var (operation, prepare) in Table)
        {
            right[operation] = await prepare();
        }

        return right;
    }

    public ValueTask DisposeAsync() => _rows.DisposeAsync();

    private void Add(string operation, Func<Prepared> prepare) => Table.Add(operation, () => Task.FromResult(prepare()));

    private void Add(string operation, Func<Task<Prepared>> prepare) => Table.Add(operation, prepare);

    private void Leads()
    {
        Add("logFirstContact", () => new Prepared { Body = RowsOfTheTests.FirstContact(), Status = 201 });
        Add("logFirstContacts", () =>
            new Prepared
            {
                Body = new
                {
                    mode = "atomic",
                    items = new[] { RowsOfTheTests.FirstContact(), RowsOfTheTests.FirstContact() },
                }
            });
        Add("listLeads", () => new Prepared());
        Add("listInvestors", () => new Prepared());
        OnLead("readLead", "");
        OnLead("listContacts", "/contacts");
        OnLead("listAssignments", "/assignments");
        OnLead("readLeadHistory", "/history");
        OnLead("listNextSteps", "/next-steps");
        OnLead("amendLead", "", new
        {
            title = "更名的线索",
            estimatedInvestment = RowsOfTheTests.Yuan("5000000.00"),
            nodeCode = "satellite.data",
        });
        Add("openConfidentialLead", async () =>
        {
            var owner = await _system.AsAsync("officer", "promotion-xinchuang");
            var lead = (await owner.PostAsync("/api/v1/first-contacts", RowsOfTheTests.FirstContact("xinchuang.systems"))).Is(201);
            var path = $"/api/v1/leads/{lead.Id}";
            (await owner.PatchAsync(path, new { confidential = true }, lead.ETag)).Is(200);
            return new Prepared { Body = new { code = lead.Json.GetProperty("code").GetString(), reason = "负责人离岗，须有人接手" } };
        });
        OnLead("recordContact", "/contacts", Contact());
        OnLead("recordContacts", "/contacts/batch", new { mode = "atomic", items = new[] { Contact(), Contact() } });
        OnLead("planNextStep", "/next-step", new { what = "约定面谈", dueOn = "2030-02-01" });
        OnLead("completeNextStep", "/next-step/completion", new { note = "已完成", next = new { what = "再约", dueOn = "2030-03-01" } });
        Add("assignLead", async () => (await _rows.LeadAsync()).On("/assignment",
            new { ownerId = await _rows.UserAsync("he.jiaming"), reason = "专人负责" }));
        OnLead("startAssessment", "/assessment", new { note = "开始研判" });
        Add("concludeAssessment", async () => (await _rows.AssessingAsync()).On("/assessment/conclusion", new { note = "方向契合" }));
        Add("convertLead", async () => (await _rows.FollowingAsync()).On("/conversion", new { projectName = "示例项目（演示）" }));
        Add("openFurtherProject", async () =>
        {
            var lead = await _rows.FollowingAsync();
            (await (await _rows.AsAsync("officer")).PostAsync(lead.Path + "/conversion", new { projectName = "示例一期（演示）" }, lead.ETag))
                .Is(201);
            return lead.On("/further-projects", new { projectName = "示例二期（演示）", channel = "phone", summary = "对方提出扩产" });
        });
        OnLead("closeLead", "/closure", new { outcome = "kept", reason = "notYet", revisitOn = "2030-01-01", note = "明年再议" });
        Add("reopenLead", async () => (await _rows.ClosedAsync()).On("/reopening", new { note = "对方来电" }));
        Add("correctLeadStageDate", async () =>
        {
            var lead = await _rows.FollowingAsync();
            var history = (await (await _rows.AsAsync("officer")).GetAsync(lead.Path + "/history")).Is(200).Json;
            return lead.On("/stage-dates", new
            {
                moveVersion = history[history.GetArrayLength() - 1].GetProperty("version").GetInt64(),
                occurredOn = RowsOfTheTests.Day(-186),
                reason = "误填为登记日",
            });
        });
        Add("readContact", async () =>
        {
            var lead = await _rows.LeadAsync();
            return new Prepared { Path = $"/api/v1/leads/{lead.Id}/contacts/{lead.Of("contactId")}" };
        });
        Add("listContactRevisions", async () =>
        {
            var lead = await _rows.LeadAsync();
            return new Prepared { Path = $"/api/v1/leads/{lead.Id}/contacts/{lead.Of("contactId")}/revisions" };
        });
        Add("correctContact", async () =>
        {
            var lead = await _rows.LeadAsync();
            var path = $"/api/v1/leads/{lead.Id}/contacts/{lead.Of("contactId")}";
            var contact = (await (await _rows.AsAsync("officer")).GetAsync(path)).Is(200);
            return new Prepared { Path = path, ETag = contact.ETag, Body = new { summary = "更正后的内容", reason = "录入有误" } };
        });
        OnLead("listOwnerCandidates", "/assignment/candidates");
        OnLead("assignLeadAutomatically", "/assignment/automatic", new { });
        // Of somebody who has none, so that no other request's leads change hands.
        Add("previewHandover", async () => new Prepared { Path = "/api/v1/handovers/preview?fromId=" + (await _rows.UserAsync()).Id });
        Add("handOverLeads", async () => new Prepared
        {
            Body = new
            {
                fromId = (await _rows.UserAsync()).Id,
                toId = await _rows.UserAsync(_system.Person("officer", "promotion-satellite").UserName),
                reason = "工作调整",
                withProjects = true,
            },
        });
        Add("enterLeave", async () => new Prepared { Path = await LeavesAsync(), Body = Leave(), Status = 201 });
        Add("listLeaves", async () => new Prepared { Path = await LeavesAsync() });
        Add("readLeave", async () =>
        {
            var leave = (await (await _rows.AsAsync("officer")).PostAsync(await LeavesAsync(), Leave())).Is(201);
            return new Prepared { Path = $"{await LeavesAsync()}/{leave.Id}" };
        });
        Add("withdrawLeave", async () =>
        {
            var leave = (await (await _rows.AsAsync("officer")).PostAsync(await LeavesAsync(), Leave())).Is(201);
            return new Prepared { Path = $"{await LeavesAsync()}/{leave.Id}", ETag = leave.ETag, Status = 204 };
        });
        Add("readDigest", () => new Prepared());
        OnLead("proposeReferrer", "/referrer", Referrer());
        Add("readReferrer", async () => (await ReferredAsync()) with { ETag = null });
        Add("amendReferrer", async () => (await ReferredAsync()) with { Body = new { note = "经核实" } });
        Add("approveReferrer", async () => await ReferredAsync() is var referred ? referred
            with
        { Path = referred.Path + "/approval", Body = new { } } : referred);
        Add("reportReferrers", () => new Prepared());
        Add("listVisits", () => new Prepared());
        Add("listVisitClashes", () => new Prepared());
        Add("reportVisits", () => new Prepared { Path = "/api/v1/visits/report?groupBy=unit" });
        OnInvestor("readInvestor", "", null);
        OnInvestor("listPeople", "/people", null);
        OnInvestor("addPerson", "/people", new { name = "示例同事", title = "总监", phone = "17012345678", email = "test@example.com" });
        OnInvestor("amendInvestor", "", new { name = $"更名客商{RowsOfTheTests.Number()}（演示）", sourceRegion = "410600" });
        OnInvestor("listInvestorMerges", "/merges", null);
        Add("findDuplicateInvestors",
            () => new Prepared { Path = "/api/v1/investors/duplicates?name=" + Uri.EscapeDataString("示例客商（演示）") });
        Add("mergeInvestors", _rows.MergeAsync);
        Add("undoInvestorMerge", async () =>
        {
            var merge = await _rows.MergeAsync();
            var merged = (await (await _rows.AsAsync("unitHead")).PostAsync(merge.Path!, merge.Body, merge.ETag)).Is(200);
            return new Prepared
            {
                Path = $"{merge.Path}s/{merged.Json.GetProperty("mergeId").GetGuid()}/undo",
                Body = new { reason = "误合并" },
                ETag = merged.ETag,
            };
        });
        OnInvestor("readPerson", "/people/{personId}", null);
        OnInvestor("amendPerson", "/people/{personId}", new { title = "副总经理" });
        OnInvestor("unmaskPerson", "/people/{personId}/unmasking", new { reason = "联系对方确认行程" });

        Imports();

        static object Contact() =>
            new { channel = "phone", summary = "确认规模", occurredOn = "2025-02-01", nextStep = new { what = "再联系", dueOn = "2030-01-01" } };

        static object Leave() => new { from = RowsOfTheTests.Day(400), to = RowsOfTheTests.Day(405), note = "年休" };

        static object Referrer() => new { kind = "organisation", name = "示例商会（演示）", note = "会长引荐" };

        // The one whom the ground rules have act as officer.
        async Task<string> LeavesAsync() =>
            $"/api/v1/officers/{await _rows.UserAsync(_system.Person("officer", "promotion-satellite").UserName)}/leaves";

        async Task<Prepared> ReferredAsync()
        {
            var lead = await _rows.LeadAsync();
            var referrer = (await (await _rows.AsAsync("officer")).PostAsync($"/api/v1/leads/{lead.Id}/referrer", Referrer())).Is(201);
            return new Prepared { Path = $"/api/v1/leads/{lead.Id}/referrer", ETag = referrer.ETag };
        }

        void OnLead(string operation, string below, object? body = null) =>
            Add(operation, async () => (await _rows.LeadAsync()).On(below, body));

        void OnInvestor(string operation, string below, object? body) => Add(operation, async () =>
        {
            var lead = await _rows.LeadAsync();
            var path = $"/api/v1/investors"
                + $"/{lead.Of("investorId")}{below.Replace("{personId}", lead.Of("personId"), StringComparison.Ordinal)}";
            var read = path.Replace("/unmasking", "", StringComparison.Ordinal);
            return new Prepared
            {
                Path = path,
                Body = body,
                ETag = operation.StartsWith("amend", StringComparison.Ordinal)
                    ? (await (await _rows.AsAsync("officer")).GetAsync(read)).Is(200).ETag : null,
            };
        });
    }

    private void Imports()
    {
        Add("readImportTemplate", () => new Prepared { Path = "/api/v1/imports/template?format=csv" });
        Add("createImport", () => new Prepared { Body = new { fileName = "示例.xlsx" }, Status = 201 });
        Add("listImports", () => new Prepared());
        Add("readImport", async () => (await _rows.ImportAsync()).On(""));
        Add("uploadImportFile",
            async () => (await _rows.ImportAsync()).On("/file") with { File = RowsOfTheTests.ImportFile(), Status = 202 });
        Add("executeImport", async () => (await _rows.UploadedAsync()).On("/execution", new { dryRun = true, key = "none" }));
        Add("cancelImport", async () => (await _rows.RunningImportAsync()).On("/cancellation"));
        Add("revertImport", async () => (await _rows.ImportedAsync()).On("/reversal"));
        Add("readImportErrors", async () => (await _rows.ImportedAsync()).On("/errors"));
    }

    private void Exports(string of, string service, string list, string under, string query)
    {
        Add($"create{of}Export", () => new Prepared { Body = new { list, format = "xlsx", query, unit = "wan" }, Status = 202 });
        Add($"read{of}Export", async () => (await _rows.ExportAsync(under, list)).On(""));
        Add($"read{of}ExportFile", async () => (await _rows.ExportAsync(under, list)).On("/file"));
        Add($"cancel{of}Export", async () => (await _rows.RunningExportAsync(service, under, list)).On("/cancellation"));
    }

    private void Projects()
    {
        Add("listProjects", () => new Prepared());
        Add("listStageGates", () => new Prepared());
        OnProject("getProject", "");
        OnProject("getProjectStages", "/stages");
        OnProject("listAmounts", "/amounts");
        OnProject("getAmountTotals", "/amounts/totals");
        OnProject("amendProject", "",
            new { name = "更名项目（演示）", place = "科创新城", areaMu = 12.5m, expectedOutput = RowsOfTheTests.Yuan("90000000.00"), kind = "lease" });
        OnProject("fileSubmission", "/submissions", RowsOfTheTests.SigningSubmission());
        Add("recordAmount", async () => (await _rows.SignedAsync()).On("/amounts", RowsOfTheTests.PaidIn()));
        OnProject("changeProjectStatus", "/status", new { status = "suspended", reason = "资金安排调整" });
        Add("correctProjectStageDate", async () => (await _rows.SignedAsync()).On("/stage-dates",
            new { stage = "signed", occurredOn = RowsOfTheTests.Day(-155), reason = "误填为登记日" }));
        Add("stepBackProject", async () => (await _rows.SignedAsync()).On("/step-back", new { to = "negotiating", reason = "合同解除" }));
        Add("correctContractAmount",
            async () => (await _rows.SignedAsync()).On("/contract-amount",
                new { amount = RowsOfTheTests.Yuan("310000000.00"), reason = "笔误更正" }));
        OnSubmission("getSubmission", "");
        OnSubmission("decideSubmission", "/approval", new { decision = "approved", note = "同意" });
        OnSubmission("withdrawSubmission", "/withdrawal", new { note = "材料待补" });
        OnAmount("getAmount", "");
        OnAmount("reverseAmount", "/reversal", new { reason = "重复录入" });
        Add("fileSubmissions", async () =>
            Batch(RowsOfTheTests.SigningSubmission((await _rows.ProjectAsync()).Id, await _rows.UserAsync("bai.yunzhou")))
            with
            { Token = await _system.IntegrationTokenAsync() });
        Add("recordAmounts", async () => Batch(RowsOfTheTests.PaidIn((await _rows.SignedAsync()).Id))
            with
        { Token = await _system.IntegrationTokenAsync() });

        void OnProject(string operation, string below, object? body = null) =>
            Add(operation, async () => (await _rows.ProjectAsync()).On(below, body));

        void OnSubmission(string operation, string below, object? body = null) => Add(operation, async () =>
        {
            var project = await _rows.ProjectAsync();
            var filed = (await (await _rows.AsAsync("officer")).PostAsync(project.Path + "/submissions",
                RowsOfTheTests.SigningSubmission())).Is(201);
            return (await _rows.NowAsync(project)).On($"/submissions/{filed.Id}{below}", body);
        });

        void OnAmount(string operation, string below, object? body = null) => Add(operation, async () =>
        {
            var project = await _rows.SignedAsync();
            var entry = (await (await _rows.AsAsync("officer")).PostAsync(project.Path + "/amounts", RowsOfTheTests.PaidIn())).Is(201);
            return (await _rows.NowAsync(project)).On($"/amounts/{entry.Id}{below}", body);
        });
    }

    private void Comments()
    {
        On("Lead", _rows.LeadAsync);
        On("Project", _rows.ProjectAsync);
        On("Enterprise", _rows.EnterpriseAsync);

        void On(string kind, Func<Task<Row>> row)
        {
            Add("commentOn" + kind, async () => (await row()).On("/comments", new
            {
                text = "客商关心用电保障，请跟进。",
                mentions = new[] { await _rows.UserAsync(_system.Person("unitHead", "promotion-satellite").UserName) },
                instruction = true,
                dueOn = "2030-01-31",
            }) with
            { ETag = null, Status = 201, Role = "leader" });
            Add($"list{kind}Comments", async () =>
            {
                var of = await row();
                await SaidAsync(of, "officer");
                return of.On("/comments") with { ETag = null };
            });
            Add($"list{kind}Instructions", () => new Prepared());
            OnComment($"read{kind}Comment", "leader", "");
            OnComment($"answer{kind}Instruction", "leader", "/outcome", new { text = "已与供电公司对接，下月送电。" });
            OnComment($"withdraw{kind}Comment", "officer", "/withdrawal", new { reason = "误写" });

            void OnComment(string operation, string author, string below, object? body = null) => Add(operation, async () =>
            {
                var of = await row();
                var said = await SaidAsync(of, author);
                return of.On($"/comments/{said.Id}{below}", body) with { ETag = said.ETag };
            });

            async Task<Answer> SaidAsync(Row of, string author) => (await (await _rows.AsAsync(author)).PostAsync(
                of.Path + "/comments", new { text = "请落实用电保障。", instruction = author == "leader" })).Is(201);
        }
    }

    private void Enterprises()
    {
        foreach (var list in (string[])["listEnterprises", "listEntryApplications", "getEntryScoreSheet", "listIndustryChains", "listParks",
            "listBuildings", "listSpaces", "listTenancies"])
        {
            Add(list, () => new Prepared());
        }

        Add("getIndustryChain", () => new Prepared { Path = "/api/v1/industry-chains/satellite", SeenByAll = true, NamesInPath = true });
        Add("listIndustryChainNodes",
            () => new Prepared { Path = "/api/v1/industry-chains/satellite/nodes", SeenByAll = true, NamesInPath = true });
        Add("registerEnterprise", () => new Prepared { Body = RowsOfTheTests.Enterprise(), Status = 201 });
        Add("getEnterprise", async () => (await _rows.EnterpriseAsync()).On(""));
        Add("amendEnterprise", async () => (await _rows.EnterpriseAsync()).On("",
            new { name = "更名企业（演示）", address = "科创新城", nodeCode = "xinchuang.chips" }));

        Add("openPark", () => new Prepared
        {
            Body = new
            {
                name = "新园区" + RowsOfTheTests.Number(),
                address = "科创新城",
                at = RowsOfTheTests.Place(),
                state = "available",
            },
            Status = 201
        });
        Add("getPark", async () => (await _rows.ParkAsync()).On(""));
        Add("amendPark", async () => (await _rows.ParkAsync()).On("",
            new { name = "更名园区" + RowsOfTheTests.Number(), at = RowsOfTheTests.Place() }));
        Add("openBuilding", async () =>
            new Prepared
            {
                Body = new
                {
                    parkId = (await _rows.ParkAsync()).Id,
                    name = "9 号楼",
                    floors = 6,
                    basements = 1,
                    at = RowsOfTheTests.Place(),
                },
                Status = 201
            });
        Add("getBuilding", async () => (await _rows.BuildingAsync()).On(""));
        Add("getBuildingVacancy", async () => (await _rows.BuildingAsync()).On("/vacancy"));
        Add("amendBuilding", async () => (await _rows.BuildingAsync()).On("", new { name = "10 号楼", floors = 9 }));
        Add("openSpace", async () => new Prepared { Body = RowsOfTheTests.Space((await _rows.BuildingAsync()).Id, "801"), Status = 201 });
        Add("openSpaces", async () => Batch(RowsOfTheTests.Space((await _rows.BuildingAsync()).Id, "802")));
        Add("getSpace", async () => (await _rows.SpaceAsync()).On(""));
        Add("amendSpace", async () => (await _rows.SpaceAsync()).On("",
            new { name = "803", area = 800m, rent = RowsOfTheTests.Yuan("18.00") }));

        Add("draftEntryApplication",
            async () => new Prepared { Body = await _rows.ApplicationAsync((await _rows.EnterpriseAsync()).Id), Status = 201 });
        Add("recordEntryApplications", async () =>
            Batch(new
            {
                draft = await _rows.ApplicationAsync((await _rows.EnterpriseAsync()).Id),
                acceptance = new { on = RowsOfTheTests.Day(-124), opinion = "材料齐全" },
            })
            with
            { Token = await _system.IntegrationTokenAsync() });
        OnApplication("getEntryApplication", 0, "");
        OnApplication("amendEntryApplication", 0, "", new { note = "需三相电", preferentialTerms = "租金减半" });
        OnApplication("acceptEntryApplication", 0, "/acceptance", new { on = RowsOfTheTests.Day(-124) });
        OnApplication("withdrawEntryApplication", 0, "/withdrawal", new { opinion = "企业另有安排" });
        OnApplication("recordFairCompetitionReview", 1, "/fair-competition-review",
            new { conclusion = "passed", documentNumber = "GP-1", on = RowsOfTheTests.Day(-122) });
        OnApplication("reviewEntryApplication", 1, "/review", RowsOfTheTests.Review());
        // The enterprises of these rows have no project: a leader decides.
        Add("approveEntryApplication", async () =>
            (await _rows.EntryAsync(2)).On("/approval", new { on = RowsOfTheTests.Day(-118) }) with { Role = "leader" });
        OnApplication("returnEntryApplication", 2, "/return", new { opinion = "请补充材料" });
        OnApplication("vetoEntryApplication", 2, "/veto", new { opinion = "不符合定位" });
        OnApplication("agreeEntryApplication", 3, "/agreement", new { on = RowsOfTheTests.Day(-115), agreementNumber = "EA-1" });
        OnApplication("handOverPremises", 4, "/handover", new { on = RowsOfTheTests.Day(-110) });
        OnApplication("moveInEnterprise", 5, "/move-in", new { on = RowsOfTheTests.Day(-105) });
        Add("getTenancy", async () => (await _rows.TenancyAsync()).On(""));
        Add("endTenancy", async () => (await _rows.TenancyAsync()).On("/end", new { reason = "合同到期" }));

        void OnApplication(string operation, int steps, string below, object? body = null) =>
            Add(operation, async () => (await _rows.EntryAsync(steps)).On(below, body));
    }

    private void Identity()
    {
        foreach (var list in (string[])
            ["listApprovals", "listAudit", "listClients", "listNotices", "readMe", "listUnits", "readUnitTree", "listUsers", "verifyAudit"])
        {
            Add(list, () => new Prepared());
        }

        Add("searchAll", () => new Prepared { Path = "/api/v1/search?q=%E6%BC%94%E7%A4%BA&perKind=2" });
        Add("readNotices", () => new Prepared { Path = "/api/v1/notices/reading", Body = new { upTo = RowsOfTheTests.NewId() } });
        Add("exportAudit", () => new Prepared { Path = "/api/v1/audit/export?from=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z" });

        Add("createClient", () => new Prepared { Body = RowsOfTheTests.Client(), Status = 201, ToldOnce = true });
        Add("readClient", async () => (await _rows.ClientAsync()).On(""));
        Add("rotateSecret", async () => (await _rows.ClientAsync()).On("/secrets", new { overlapHours = 1, secretDays = 30 })
            with
        { ToldOnce = true });
        Add("revokeClient", async () => (await _rows.ClientAsync()).On("/revocation", new { reason = "不再使用" }));
        Add("defineUnit", () => new Prepared { Body = RowsOfTheTests.DefinedUnit(), Status = 201 });
        Add("readUnit", async () => (await _rows.DefinedUnitAsync()).On(""));
        Add("amendUnit", async () => (await _rows.DefinedUnitAsync()).On("", new { name = "更名单位", nameEn = "Renamed" }));
        Add("removeUnit", async () => (await _rows.DefinedUnitAsync()).On("/removal", new { reason = "误建" }));
        Add("listRemovedUnits", () => new Prepared());
        Add("restoreUnit", async () =>
        {
            var unit = await _rows.DefinedUnitAsync();
            (await (await _rows.AsAsync("administrator")).PostAsync(unit.Path + "/removal", new { reason = "误建" }, unit.ETag)).Is(200);
            return unit.On("/restoration") with { Status = 201 };
        });
        Add("createUser", async () => new Prepared { Body = await _rows.NewUserAsync(), Status = 201, ToldOnce = true });
        Add("readUser", async () => (await _rows.UserAsync()).On(""));
        Add("amendUser", async () => (await _rows.UserAsync()).On("",
            new { displayName = "更名人员", phone = "17087654321", roles = new[] { "officer", "projectOfficer" } }));
        Add("resetPassword", async () => (await _rows.UserAsync()).On("/password-reset") with { ToldOnce = true });
        Add("deactivateUser", async () => (await _rows.UserAsync()).On("/deactivation", new { reason = "调离" }));
        Add("reactivateUser", async () =>
        {
            var user = await _rows.UserAsync();
            var gone = (await (await _rows.AsAsync("administrator")).PostAsync(user.Path + "/deactivation", new { reason = "休假" },
                user.ETag)).Is(200);
            return (user with { ETag = gone.ETag }).On("/reactivation");
        });
        Add("removeAuthenticator", async () => (await _rows.UserAsync()).On("/authenticator-removal", new { reason = "手机遗失" }));
        Add("unmaskUser", async () => (await _rows.UserAsync()).On("/unmasking", new { reason = "核对联系方式" }) with { ToldOnce = true });
    }

    /// <summary>What each service has by itself: feed, outbox, parked messages.</summary>
    private void Operating(string service, string name)
    {
        Add($"read{name}Changes", () => new Prepared());
        Add($"get{name}Outbox", () => new Prepared());
        Add($"list{name}ParkedMessages", () => new Prepared());
        Add($"get{name}ParkedMessage", async () => (await _rows.ParkedAsync(service)).On(""));
        Add($"discard{name}ParkedMessage", async () => (await _rows.ParkedAsync(service)).On("/discard", new { reason = "已另行处理" }));
        // Identity consumes nothing, so nothing can be replayed into it.
        Add($"replay{name}ParkedMessage",
            async () => (await _rows.ParkedAsync(service)).On("/replay") with { Status = service == "identity" ? 409 : 200 });
        // The pipeline tells nothing, so it holds nothing back.
        Add($"replay{name}Stream", async () => new Prepared
        {
            Path = $"/api/v1/ops/{service}/outbox"
                + $"/{(service == "pipeline" ? RowsOfTheTests.NewId() : await _rows.HeldStreamAsync(service))}/replay",
            SeenByAll = true,
            Status = service == "pipeline" ? 404 : 200,
        });
    }

    private static Prepared Batch(object item) => new() { Body = new { mode = "atomic", items = new[] { item } } };
}

/// <summary>A resource that the tests made.</summary>
/// <param name="Path">Its address.</param>
/// <param name="ETag">Its version.</param>
/// <param name="Receipt">What its making answered.</param>
/// <param name="SeenByAll">Not scoped: everybody who may read this kind reads it.</param>
internal sealed record Row(string Path, string ETag, JsonElement Receipt, bool SeenByAll)
{
    public string Id => Path[(Path.LastIndexOf('/') + 1)..];

    public string Of(string member) => Receipt.GetProperty(member).GetString()!;

    /// <summary>A right request on it.</summary>
    public Prepared On(string below, object? body = null) => new() { Path = Path + below, ETag = ETag, Body = body, SeenByAll = SeenByAll };
}
