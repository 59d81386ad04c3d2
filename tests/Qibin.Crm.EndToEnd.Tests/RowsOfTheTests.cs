using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Npgsql;
using Qibin.Crm.Benchmarks.Measure;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;
using Qibin.Crm.TestKit.Generated;

namespace Qibin.Crm.EndToEnd.Tests;

/// <summary>
/// Rows for the generated tests, made through the gateway by the people whose work it is: first unit's officer, its head, and so on.
/// Only what no operation makes (held events, parked messages) is written to the databases, and taken away in the end.
/// </summary>
/// <param name="system">The running system.</param>
/// <param name="lead">Makes a lead of the first unit's officer; null logs a first contact as that officer.</param>
internal sealed class RowsOfTheTests(RunningSystem system, Func<RowsOfTheTests, Task<Row>>? lead = null) : IAsyncDisposable
{
    private const string Unit1 = "promotion-satellite";
    private const string Unit2 = "promotion-xinchuang";
    private const int Held = 77;

    // Over all tests, for they share the system.
    private static int s_number;

    private readonly HttpClient _http = new() { BaseAddress = system.Gateway, Timeout = TimeSpan.FromMinutes(1) };
    private int _told;
    private Task<string>? _building;

    public static string NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();

    public static string Day(int fromToday) =>
        DistrictCalendar.Today(TimeProvider.System).AddDays(fromToday).ToString("O", CultureInfo.InvariantCulture);

    public static object Yuan(string amount) => new { amount, currency = "CNY" };

    public static object Place() => new { longitude = 114.297m, latitude = 35.748m };

    public static object FirstContact(string node = "satellite.spacecraft") => new
    {
        investorName = $"示例客商{Number()}（演示）",
        personName = "示例人",
        phone = "17012345678",
        email = "test@example.com",
        channel = "phone",
        summary = "来电咨询",
        occurredOn = Day(-200),
        nextStep = "发送资料",
        nextStepDueOn = "2030-01-01",
        nodeCode = node,
        sourceRegion = "110000",
        estimatedInvestment = Yuan("30000000.00"),
        // The same request is sent by several people.
        duplicateOverride = new { reason = "不同的合作意向" },
    };

    public static object SigningSubmission(string? project = null, string? approver = null)
    {
        var submission = new Dictionary<string, object?>
        {
            ["to"] = "signed",
            ["occurredOn"] = Day(-150),
            ["contractAmount"] = Yuan("300000000.00"),
            ["documents"] = new[] { Document("contract") },
            ["note"] = "正式合同",
        };
        if (project is not null)
        {
            submission["projectId"] = project;
            submission["approverId"] = approver;
        }

        return submission;
    }

    public static object Completed() =>
        new { kind = "completedInvestment", amount = Yuan("3000000.00"), occurredOn = Day(-90), document = Document("photo") };

    public static object PaidIn(string? project = null)
    {
        var entry = new Dictionary<string, object?>
        {
            ["kind"] = "paidIn",
            ["amount"] = Yuan("5000000.00"),
            ["occurredOn"] = Day(-100),
            ["origin"] = "domestic",
            ["document"] = Document("paymentProof"),
        };
        if (project is not null)
        {
            entry["projectId"] = project;
        }

        return entry;
    }

    public static object Space(string building, string name) =>
        new
        {
            buildingId = building,
            name,
            floor = 1,
            area = 600m,
            height = 4.2m,
            floorLoad = 3.5m,
            power = 80m,
            rent = Yuan("20.00"),
            at = Place(),
            readyOn = Day(-900),
        };

    public static object Review() => new
    {
        on = Day(-120),
        opinion = "符合定位",
        scores = new (string Code, int Most)[]
            {
                ("chainFit", 15), ("technology", 12), ("research", 10), ("team", 8), ("investment", 10), ("output", 10), ("tax", 10),
                ("jobs", 5),
                ("market", 8), ("space", 6), ("safety", 6),
            }.Select(i => new { indicator = i.Code, points = i.Most }),
    };

    /// <summary>Somebody with the role; the first unit's where the role is one of units.</summary>
    public async Task<ApiClient> AsAsync(string role) =>
        new(_http, await system.TokenAsync(system.Person(role, role is "officer" or "unitHead" ? Unit1 : null)));

    public async Task<string> UserAsync(string userName)
    {
        var users = (await (await AsAsync("administrator")).GetAsync($"/api/v1/users?q={userName}")).Is(200).Json.GetProperty("items");
        return users.EnumerateArray().Single(u => u.GetProperty("userName").GetString() == userName).GetProperty("id").GetString()!;
    }

    public async Task<Row> LeadAsync() => lead is null
        ? Made("/api/v1/leads", await (await AsAsync("officer")).PostAsync("/api/v1/first-contacts", FirstContact()), seenByAll: false)
        : await lead(this);

    /// <summary>Two investors that can be merged.</summary>
    public async Task<Prepared> MergeAsync()
    {
        var (into, from) = ((await LeadAsync()).Of("investorId"), (await LeadAsync()).Of("investorId"));
        return new Prepared
        {
            Path = $"/api/v1/investors/{into}/merge",
            Body = new { from, fields = new { name = "from" }, reason = "同一客商" },
            ETag = (await (await AsAsync("officer")).GetAsync("/api/v1/investors/" + into)).Is(200).ETag,
        };
    }

    public async Task<Row> AssessingAsync() =>
        await StepAsync(await AsAsync("officer"), await LeadAsync(), "/assessment", new { occurredOn = Day(-190) });

    public async Task<Row> FollowingAsync() =>
        await StepAsync(await AsAsync("officer"), await AssessingAsync(), "/assessment/conclusion",
            new { note = "方向契合", occurredOn = Day(-185) });

    public async Task<Row> ClosedAsync() =>
        await StepAsync(await AsAsync("officer"), await LeadAsync(), "/closure", new { outcome = "invalid", reason = "noAnswer" });

    public static byte[] ImportFile() =>
        Encoding.UTF8.GetBytes(
            "客商名称,联系人,电话,联系方式,沟通内容,下一步,期限\n示例导入客商（演示）,示例人,17012345678,电话,来电,回访,2030-01-01\n没有电话（演示）,示例人,无,电话,来电,回访,2030-01-01\n");

    /// <summary>An import without a file.</summary>
    public async Task<Row> ImportAsync() =>
        Made("/api/v1/imports", await (await AsAsync("officer")).PostAsync("/api/v1/imports", new { fileName = "示例.csv" }),
            seenByAll: false);

    public async Task<Row> UploadedAsync()
    {
        var import = await ImportAsync();
        using var request = new HttpRequestMessage(HttpMethod.Put, import.Path + "/file") { Content = new ByteArrayContent(ImportFile()) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (await AsAsync("officer")).Token);
        request.Headers.TryAddWithoutValidation("If-Match", import.ETag);
        using var response = await _http.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        var read = await EndedAsync(await AsAsync("officer"), import.Path);
        return import with { ETag = $"\"{read.Json.GetProperty("version").GetInt64()}\"" };
    }

    /// <summary>An import whose rows are in, but for the second one.</summary>
    public async Task<Row> ImportedAsync()
    {
        var officer = await AsAsync("officer");
        var import = await UploadedAsync();
        (await officer.PostAsync(import.Path + "/execution", new { }, import.ETag)).Is(202);
        var done = await EndedAsync(officer, import.Path);
        return import with { ETag = $"\"{done.Json.GetProperty("version").GetInt64()}\"" };
    }

    /// <summary>An import with a run that stands still, as if its runner were at it.</summary>
    public async Task<Row> RunningImportAsync()
    {
        var import = await ImportedAsync();
        Assert.Equal(1, await WriteAsync("leads", StandStill + "(select job_id from import where id = $1)", Guid.Parse(import.Id)));
        return import;
    }

    /// <summary>An export of a list that has ended.</summary>
    /// <param name="under">Below which address the exports of the list's service are.</param>
    /// <param name="list">The list.</param>
    public async Task<Row> ExportAsync(string under, string list)
    {
        var officer = await AsAsync("officer");
        var exports = $"/api/v1{under}/exports";
        var path = $"{exports}/{(await officer.PostAsync(exports, new { list, format = "csv" })).Is(202).Id}";
        return new Row(path, "", (await EndedAsync(officer, path)).Json, SeenByAll: false);
    }

    public async Task<Row> ReportAsync()
    {
        var officer = await AsAsync("officer");
        var path = $"/api/v1/pipeline/reports"
            + $"/{(await officer.PostAsync("/api/v1/pipeline/reports", new { month = Day(0)[..7] })).Is(202).Id}";
        return new Row(path, "", (await EndedAsync(officer, path)).Json, SeenByAll: false);
    }

    public async Task<Row> RunningExportAsync(string service, string under, string list)
    {
        var export = await ExportAsync(under, list);
        Assert.Equal(1, await WriteAsync(service, StandStill + "$1", Guid.Parse(export.Id)));
        return export;
    }

    private const string StandStill = "update jobs.job set state = 1, finished_at = null, lease = gen_random_uuid(), leased_until = "
        + "'infinity' where id = ";

    private static Task<Answer> EndedAsync(ApiClient who, string path) =>
        Eventually.GetAsync(async () => (await who.GetAsync(path)).Is(200),
            a => a.Json.GetProperty("job").GetProperty("state").GetString() == "succeeded");

    public async Task<Row> ProjectAsync() => await OpenedAsync(await AsAsync("officer"), await FollowingAsync());

    public async Task<Row> SignedAsync()
    {
        var project = await ProjectAsync();
        await ReachAsync(project, await AsAsync("officer"), await AsAsync("leader"), SigningSubmission());
        return await NowAsync(project);
    }

    /// <summary>The resource with its present version.</summary>
    public async Task<Row> NowAsync(Row row) => row with { ETag = (await (await AsAsync("leader")).GetAsync(row.Path)).Is(200).ETag };

    public static object Enterprise() => new
    {
        name = "示例企业（演示）",
        uscc = NewUscc(),
        nodeCode = "satellite.data",
        address = "鹤壁市淇滨区（演示）",
        industryCode = "C3962",
        registeredOn = Day(-140),
    };

    public async Task<Row> EnterpriseAsync() =>
        Made("/api/v1/enterprises", await (await AsAsync("serviceOfficer")).PostAsync("/api/v1/enterprises", Enterprise()));

    public async Task<Row> ParkAsync() =>
        Made("/api/v1/premises/parks",
            await (await AsAsync("serviceOfficer")).PostAsync("/api/v1/premises/parks", new { name = "测试园区" + Number() }));

    public async Task<Row> BuildingAsync() => Made("/api/v1/premises/buildings", await (await AsAsync("serviceOfficer"))
        .PostAsync("/api/v1/premises/buildings", new { parkId = (await ParkAsync()).Id, name = "1 号楼", floors = 12 }));

    public async Task<Row> SpaceAsync()
    {
        var building = await (_building ??= FirstAsync());
        return Made("/api/v1/premises/spaces",
            await (await AsAsync("serviceOfficer")).PostAsync("/api/v1/premises/spaces", Space(building, "S" + Number())));

        async Task<string> FirstAsync() => (await BuildingAsync()).Id;
    }

    public async Task<object> ApplicationAsync(string enterprise, string? project = null)
    {
        var application = new Dictionary<string, object?>
        {
            ["enterpriseId"] = enterprise,
            ["spaceIds"] = new[] { (await SpaceAsync()).Id },
            ["wantedFrom"] = Day(-110),
            ["draftedOn"] = Day(-125),
            ["note"] = "需三相电",
        };
        if (project is not null)
        {
            application["projectId"] = project;
        }

        return application;
    }

    /// <summary>An entry application.</summary>
    /// <param name="steps">How far: 0 draft, 1 accepted, 2 reviewed, 3 approved, 4 agreed, 5 handed over, 6 moved in.</param>
    public async Task<Row> EntryAsync(int steps)
    {
        var draft = await (await AsAsync("coordinator")).PostAsync(
            "/api/v1/entry-applications", await ApplicationAsync((await EnterpriseAsync()).Id));
        return await WalkAsync(Made("/api/v1/entry-applications", draft), steps);
    }

    public async Task<Row> TenancyAsync() => await TenancyOfAsync(await EntryAsync(6));

    public static object DefinedUnit() => new { code = "generated-" + Number(), name = "示例单位", nameEn = "Unit of the generated tests" };

    public async Task<Row> DefinedUnitAsync() =>
        Made("/api/v1/units", await (await AsAsync("administrator")).PostAsync("/api/v1/units", DefinedUnit()));

    public async Task<object> NewUserAsync() => new
    {
        userName = "generated." + Number(),
        displayName = "示例人员",
        phone = "17012345678",
        email = "test@example.com",
        unitId = (await DefinedUnitAsync()).Id,
        roles = new[] { "officer" },
        chains = new[] { "satellite" },
    };

    public async Task<Row> UserAsync() =>
        Made("/api/v1/users", await (await AsAsync("administrator")).PostAsync("/api/v1/users", await NewUserAsync()));

    public static object Client() =>
        new { clientId = "generated-" + Number(), displayName = "示例客户端", scopes = new[] { "leads.read" }, secretDays = 3 };

    public async Task<Row> ClientAsync() =>
        Made("/api/v1/clients", await (await AsAsync("administrator")).PostAsync("/api/v1/clients", Client()));

    /// <summary>
    /// A message parked by a service: an event of the directory, which its consumers have processed long ago, so that a replay has no
    /// further effect.
    /// </summary>
    public async Task<Row> ParkedAsync(string service)
    {
        await using var identity = await system.ConnectAsync("identity");
        await using var read = new NpgsqlCommand(
            """
            select id, type, payload::text, stream_id, stream_version, ordinal, recorded_at, actor_id from messaging.event
            order by seq offset $1 limit 1
            """, identity)
        { Parameters = { new() { Value = Interlocked.Increment(ref _told) % 25 } } };
        await using var told = await read.ExecuteReaderAsync();
        Assert.True(await told.ReadAsync());
        var id = NewId();
        var headers = new Dictionary<string, string>
        {
            ["streamId"] = told.GetGuid(3).ToString(),
            ["version"] = told.GetInt64(4).ToString(CultureInfo.InvariantCulture),
            ["ordinal"] = told.GetInt16(5).ToString(CultureInfo.InvariantCulture),
            ["recordedAt"] = told.GetFieldValue<DateTimeOffset>(6).ToString("O", CultureInfo.InvariantCulture),
            ["actorId"] = told.GetGuid(7).ToString(),
        };
        Assert.Equal(1, await WriteAsync(
            service,
            """
            insert into messaging.parked_message (id, version, queue, consumer, message_id, type, body, headers, exception, attempts, state)
            values ($1, 1, 'generated', null, $2, $3, convert_to($4, 'UTF8'), $5::jsonb, 'planted', 8, 0)
            """,
            Guid.Parse(id), told.GetGuid(0), told.GetString(1), told.GetString(2), JsonSerializer.Serialize(headers)));
        return new Row($"/api/v1/ops/{service}/parked-messages/{id}", "\"1\"", default, SeenByAll: true);
    }

    /// <summary>
    /// A stream of which an event is held back as if the broker had refused it; it went out long ago, so a replay doubles it.
    /// </summary>
    public async Task<string> HeldStreamAsync(string service)
    {
        await using var database = await system.ConnectAsync(service);
        await using var hold = new NpgsqlCommand(
            """
            insert into messaging.outbox (seq, stream_id, attempts, last_error, parked_at)
            select seq, stream_id, $1, 'planted', now() from messaging.event order by seq offset $2 limit 1
            on conflict do nothing returning stream_id
            """, database)
        { Parameters = { new() { Value = Held }, new() { Value = Interlocked.Increment(ref _told) % 25 } } };
        return (await hold.ExecuteScalarAsync())?.ToString()
            ?? throw new InvalidOperationException($"No event of {service} could be held.");
    }

    /// <summary>
    /// A journey up to a tenancy, of the second unit's officer, that only he and the head of his unit read in the end. Whoever worked on it
    /// in between reads no more.
    /// </summary>
    public async Task<HiddenJourney> HiddenAsync(Restricted restricted = Restricted.AtTheProject)
    {
        var owner = new ApiClient(_http, await system.TokenAsync(system.Person("officer", Unit2)));
        var head = new ApiClient(_http, await system.TokenAsync(system.Person("unitHead", Unit2)));
        var (coordinator, service) = (await AsAsync("coordinator"), await AsAsync("serviceOfficer"));
        var readers = new List<string> { (await MeAsync(head)).ToString() };
        var first = new List<string>(readers);
        foreach (var who in (ApiClient[])[coordinator, service, await AsAsync("unitHead"), await AsAsync("leader")])
        {
            first.Add((await MeAsync(who)).ToString());
        }

        var lead = await OpenAsync();
        var (into, twin) = (lead.Of("investorId"), await OpenAsync());
        var merge = (await coordinator.PostAsync(
            $"/api/v1/investors/{into}/merge", new { from = twin.Of("investorId") },
            (await owner.GetAsync("/api/v1/investors/" + into)).Is(200).ETag)).Is(200);
        await RestrictAsync(twin.Path, owner, readers);
        (await owner.PostAsync(lead.Path + "/referrer", new { kind = "organisation", name = "示例商会（演示）" })).Is(201);
        var mistaken = (await owner.PostAsync(lead.Path + "/contacts", new { channel = "phone", summary = "误记" })).Is(201);
        var removed = (await owner.PostAsync(
            $"{lead.Path}/contacts/{mistaken.Id}/removal", new { reason = "误记" }, mistaken.ETag)).Is(200);
        var claim = (await owner.PostAsync("/api/v1/claims", new
        {
            leadId = lead.Id,
            contactId = lead.Of("contactId"),
            note = "首次来电洽谈",
        })).Is(201);
        var following = await StepAsync(
            owner, await StepAsync(owner, await NowAsync(lead, owner), "/assessment", new { occurredOn = Day(-190) }),
            "/assessment/conclusion", new { note = "契合", occurredOn = Day(-185) });
        var number = Number();
        var (projectName, enterpriseName) = ($"涉密项目{number}号（演示）", $"涉密测试企业{number}（演示）");
        var project = await OpenedAsync(owner, following, projectName);
        await ReachAsync(project, owner, coordinator, SigningSubmission());
        var uscc = NewUscc();
        var submission = await ReachAsync(project, owner, coordinator, new
        {
            to = "registered",
            occurredOn = Day(-140),
            uscc,
            enterpriseName,
            documents = new[] { Document("businessLicence") },
        });
        var funds = (await owner.PostAsync(project.Path + "/amounts", PaidIn())).Is(201);
        (await owner.PostAsync(project.Path + "/amounts", Completed())).Is(201);
        var enterprise = (await Eventually.GetAsync(
            async () => (await service.GetAsync("/api/v1/enterprises?uscc=" + uscc)).Is(200),
            a => a.Json.GetProperty("items").GetArrayLength() == 1))
            .Json.GetProperty("items")[0].GetProperty("id").GetString()!;
        var entry = await WalkAsync(
            Made("/api/v1/entry-applications", await coordinator.PostAsync("/api/v1/entry-applications",
                await ApplicationAsync(enterprise, project.Id))), 6);
        var tenancy = await TenancyOfAsync(entry);

        // What came of the moving in has reached both, so that their versions stand still.
        await Eventually.TrueAsync(async () => MovedInOn(await owner.GetAsync(lead.Path), "movedInOn"));
        await Eventually.TrueAsync(
            async () => (await owner.GetAsync(project.Path)).Is(200).Json.GetProperty("milestones") is var m
                && m.TryGetProperty("movedInOn", out var on) && on.ValueKind == JsonValueKind.String);
        var comments = new Dictionary<string, string>();
        foreach (var path in (string[])[lead.Path, project.Path, "/api/v1/enterprises/" + enterprise])
        {
            comments[path[..path.LastIndexOf('/')]] = (await (await AsAsync("leader")).PostAsync(
                path + "/comments", new { text = $"涉密批示{number}", instruction = true })).Is(201).Id.ToString();
        }

        if (restricted == Restricted.AtTheProject)
        {
            await RestrictAsync(project.Path, head, [.. readers, (await MeAsync(owner)).ToString()]);
        }
        else
        {
            await RestrictAsync(lead.Path, head, readers);
        }

        var leader = await AsAsync("leader");
        foreach (var path in (string[])[lead.Path, project.Path, $"/api/v1/enterprises/{enterprise}", entry.Path, tenancy.Path,
            "/api/v1/pipeline/journeys/" + lead.Id])
        {
            await Eventually.TrueAsync(async () => (await leader.GetAsync(path)).Status == 404);
        }

        // The audit withholds them once it has collected the entries that made them confidential.
        Guid[] withheld = [.. new[] { lead.Id, project.Id, enterprise }.Select(Guid.Parse)];
        await Eventually.GetAsync(() => Delivery.NumberAsync(system.System, "identity",
            "select count(distinct id) from withheld_subject where id = any ($1)", withheld), count => count == withheld.Length);

        // It is still there for those who may read it: the 404 is no absence. Both ends have one setting.
        foreach (var path in (string[])[lead.Path, project.Path])
        {
            Assert.Equal(2, (await owner.GetAsync(path)).Is(200).Json.GetProperty("readers").GetArrayLength());
            (await head.GetAsync(path)).Is(200);
        }

        (await owner.GetAsync(tenancy.Path)).Is(200);
        return new HiddenJourney(new Dictionary<string, string>
        {
            ["leadId"] = lead.Id,
            ["investorId"] = lead.Of("investorId"),
            ["personId"] = lead.Of("personId"),
            ["mergeId"] = merge.Json.GetProperty("mergeId").GetString()!,
            ["contactId"] = lead.Of("contactId"),
            ["itemId"] = removed.Id.ToString(),
            ["claimId"] = claim.Id.ToString(),
            ["projectId"] = project.Id,
            ["submissionId"] = submission.ToString(),
            ["entryId"] = funds.Id.ToString(),
            ["enterpriseId"] = enterprise,
            ["applicationId"] = entry.Id,
            ["tenancyId"] = tenancy.Id,
            ["commentId"] = comments["/api/v1/leads"],
        },
        [
            .. comments.Values, $"涉密批示{number}",
            twin.Id, twin.Of("investorId"), lead.Of("code"), twin.Of("code"), projectName, enterpriseName, uscc,
            (await owner.GetAsync(lead.Path)).Is(200).Json.GetProperty("investorName").GetString()!,
        ])
        { Comments = comments };

        async Task<Row> OpenAsync()
        {
            var body = JsonSerializer.SerializeToNode(FirstContact("xinchuang.systems"))!.AsObject();
            if (restricted == Restricted.FromTheStart)
            {
                body["confidential"] = true;
                body["readers"] = JsonSerializer.SerializeToNode(first);
            }

            return Made("/api/v1/leads", await owner.PostAsync("/api/v1/first-contacts", body), seenByAll: false);
        }

        static async Task<Row> NowAsync(Row row, ApiClient who) => row with { ETag = (await who.GetAsync(row.Path)).Is(200).ETag };

        static async Task RestrictAsync(string path, ApiClient who, IReadOnlyList<string> readers) =>
            (await who.PatchAsync(path, new { confidential = true, readers }, (await who.GetAsync(path)).ETag)).Is(200);

        static async Task<Guid> MeAsync(ApiClient who) => (await who.GetAsync("/api/v1/me")).Is(200).Id;

        static bool MovedInOn(Answer answer, string member) =>
            answer.Is(200).Json.TryGetProperty(member, out var on) && on.ValueKind == JsonValueKind.String;
    }

    /// <summary>Rates of every currency that some journey's amounts are in, so that all of them can be converted.</summary>
    public async Task RatesAsync()
    {
        var total = (await (await AsAsync("administrator")).GetAsync(
            "/api/v1/pipeline/totals?status=active,suspended,terminated,kept,invalid")).Is(200).Json.GetProperty("total");
        var rates = ((string[])["estimatedInvestment", "contractAmount", "paidIn", "completedInvestment"]).SelectMany(
            f => total.GetProperty(f).EnumerateArray())
            .Select(m => m.GetProperty("currency").GetString()!).Where(c => c != "CNY").Distinct()
            .Select(c => new { currency = c, on = Day(-700), rate = "7" }).ToList();
        if (rates.Count > 0)
        {
            (await (await AsAsync("administrator")).PostAsync("/api/v1/pipeline/rates", new { rates })).Is(200);
        }
    }

    /// <summary>Takes away what was planted in the databases.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var service in (string[])["identity", "leads", "projects", "enterprises", "pipeline"])
        {
            await WriteAsync(service, "delete from messaging.parked_message where queue = 'generated'");
            await WriteAsync(service, "delete from messaging.outbox where attempts = $1 and last_error = 'planted'", Held);
        }

        _http.Dispose();
    }

    private static object Document(string type) =>
        new { type, title = "示例文件（演示）", number = "T-1", issuedOn = Day(-160), uri = "https://documents.example/generated/" + type };

    internal static Row Made(string at, Answer answer, bool seenByAll = true) =>
        new($"{at}/{answer.Is(201).Id}", answer.ETag, answer.Json, seenByAll);

    private static async Task<Row> StepAsync(ApiClient who, Row row, string below, object body) =>
        row with { ETag = (await who.PostAsync(row.Path + below, body, row.ETag)).Is(200).ETag };

    private static async Task<Row> OpenedAsync(ApiClient owner, Row following, string projectName = "示例项目（演示）")
    {
        var receipt = (await owner.PostAsync(following.Path + "/conversion", new { projectName, occurredOn = Day(-180) },
            following.ETag)).Is(201);
        var path = "/api/v1/projects/" + receipt.Json.GetProperty("projectId").GetString();
        var opened = await Eventually.GetAsync(() => owner.GetAsync(path), answer => answer.Status == 200);
        return new Row(path, opened.ETag, opened.Json, SeenByAll: false);
    }

    private static async Task<Guid> ReachAsync(Row project, ApiClient submitter, ApiClient approver, object submission)
    {
        var made = (await submitter.PostAsync(project.Path + "/submissions", submission)).Is(201);
        var tag = (await approver.GetAsync(project.Path)).Is(200).ETag;
        (await approver.PostAsync($"{project.Path}/submissions/{made.Id}/approval", new { decision = "approved" }, tag)).Is(200);
        return made.Id;
    }

    private async Task<Row> WalkAsync(Row draft, int steps)
    {
        var (service, leader) = (await AsAsync("serviceOfficer"), await AsAsync("leader"));
        (ApiClient Who, string Below, object Body)[] way =
        [
            (service, "/acceptance", new { on = Day(-124) }),
            (service, "/review", Review()),
            (leader, "/approval", new { on = Day(-118) }),
            (service, "/agreement", new { on = Day(-115) }),
            (service, "/handover", new { on = Day(-110) }),
            (service, "/move-in", new { on = Day(-105) }),
        ];
        var row = draft;
        foreach (var (who, below, body) in way.Take(steps))
        {
            row = await StepAsync(who, row, below, body);
        }

        return row;
    }

    private async Task<Row> TenancyOfAsync(Row movedIn)
    {
        var service = await AsAsync("serviceOfficer");
        var tenancy = (await service.GetAsync(movedIn.Path)).Is(200).Json.GetProperty("tenancyId").GetString()!;
        var read = (await service.GetAsync("/api/v1/tenancies/" + tenancy)).Is(200);
        return new Row("/api/v1/tenancies/" + tenancy, read.ETag, read.Json, SeenByAll: true);
    }

    private async Task<int> WriteAsync(string service, string sql, params object[] values)
    {
        await using var database = await system.ConnectAsync(service);
        await using var write = new NpgsqlCommand(sql, database);
        foreach (var value in values)
        {
            write.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return await write.ExecuteNonQueryAsync();
    }

    /// <summary>A number that no other row of the tests has.</summary>
    public static string Number() => Interlocked.Increment(ref s_number).ToString(CultureInfo.InvariantCulture);

    public static string NewUscc() => Uscc.WithCheckCharacter($"91410611MAG{Interlocked.Increment(ref s_number):000000}").Value;
}

/// <summary>How a journey became confidential: opened so, or set at one end when it had gone all the way.</summary>
public enum Restricted { FromTheStart, AtTheLead, AtTheProject }

/// <summary>A confidential journey.</summary>
/// <param name="Ids">The id of each of its resources by the path parameter that names it.</param>
/// <param name="Words">Names, codes and further ids by which it would be known anywhere.</param>
internal sealed record HiddenJourney(IReadOnlyDictionary<string, string> Ids, IReadOnlyList<string> Words)
{
    /// <summary>The id of a comment on its lead, project and enterprise, by the address of their list.</summary>
    public IReadOnlyDictionary<string, string> Comments { get; init; } = new Dictionary<string, string>();

    /// <summary>The ids that an operation can name: of the comments, the one on the row that its path names.</summary>
    public IReadOnlyDictionary<string, string> IdsOn(string path) =>
        Comments.FirstOrDefault(c => path.StartsWith(c.Key + "/", StringComparison.Ordinal)).Value is { } comment
            ? new Dictionary<string, string>(Ids) { ["commentId"] = comment }
            : Ids;
}
