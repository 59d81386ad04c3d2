using System.Text.Json;
using Qibin.Crm.Contracts.Pipeline;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Projects.Tests;

/// <summary>A stage is a submission with evidence and somebody else's approval.</summary>
public sealed class GateTests(City city) : IClassFixture<City>
{
    [Theory]
    [InlineData("negotiating", "signed", "contractAmount documents.contract")]
    [InlineData("signed", "registered", "uscc enterpriseName documents.businessLicence")]
    [InlineData("registered", "started", "documents.constructionPermit documents.photo")]
    [InlineData("started", "completed", "documents.acceptanceReport")]
    [InlineData("completed", "producing", "firstOutputOn documents.firstOutputProof")]
    [InlineData("producing", "atCapacity", "annualOutput documents.outputStatement")]
    [InlineData("atCapacity", "efficient",
        "annualOutput annualTax outputThreshold taxThreshold documents.outputStatement documents.taxCertificate")]
    public async Task A_refusal_lists_all_that_is_missing_and_nothing_moves(string at, string to, string missing)
    {
        var id = await city.AtAsync(at);
        var before = await city.GetAsync(id);
        var refused = (await FileAsync(city.Officer, id, new Filing { To = to })).IsProblem(409, "stage.evidenceMissing");
        Assert.Equal(missing.Split(' '), refused.Json.GetProperty("missing").EnumerateArray().Select(m => m.GetString()));
        Assert.Equal(before.Body, (await city.GetAsync(id)).Body);
        // What the detail publishes as asked for is what the refusal lists.
        var next = before.Json.GetProperty("next");
        Assert.Equal(
            missing.Split(' '),
            next.GetProperty("fields").EnumerateArray().Select(f => f.GetString())
                .Concat(next.GetProperty("documents").EnumerateArray().Select(d => "documents." + d.GetString())));
    }

    [Fact]
    public async Task An_investment_of_a_billion_yuan_is_filed_with_the_province_before_it_is_signed()
    {
        var id = await city.AtAsync("negotiating");
        var signing = Evidence.Full(city, "signed");
        var large = signing with { ContractAmount = City.Cny(1_000_000_000m) };
        var refused = (await FileAsync(city.Officer, id, large)).IsProblem(409, "stage.evidenceMissing");
        Assert.Equal("documents.provincialFiling", Assert.Single(refused.Json.GetProperty("missing").EnumerateArray()).GetString());
        var above = (await city.GetAsync(id)).Json.GetProperty("next").GetProperty("above");
        Assert.Equal(("1000000000.00", "provincialFiling"),
            (above.GetProperty("contractAmountFrom").GetProperty("amount").GetString(), above.GetProperty("document").GetString()));

        var withdrawn = (await FileAsync(city.Officer, id, signing with { ContractAmount = City.Cny(999_999_999.99m) })).Is(201);
        (await city.As(city.Officer).PostAsync(Withdrawal(id, withdrawn), new { }, withdrawn.ETag)).Is(200);
        (await FileAsync(city.Officer, id, large with { Documents = [.. large.Documents!, Evidence.Document("provincialFiling")] }))
            .Is(201);
    }

    [Fact]
    public async Task N6_A_contract_in_another_currency_counts_at_the_rate_of_the_day_and_says_while_there_is_none()
    {
        var id = await city.AtAsync("negotiating");
        var dollars = Evidence.Full(city, "signed") with { ContractAmount = new Money(200_000_000m, "USD") };
        var filed = (await FileAsync(city.Officer, id, dollars)).Is(201);
        Assert.Equal("USD", filed.Json.GetProperty("currencyWithoutRate").GetString());
        Assert.Equal("USD", (await city.As(city.Officer).GetAsync($"/api/v1/projects/{id}/submissions/{filed.Id}")).Is(200).Json
            .GetProperty("currencyWithoutRate").GetString());
        (await city.As(city.Officer).PostAsync(Withdrawal(id, filed), new { }, filed.ETag)).Is(200);

        var rates = new RatesEntered
        {
            EnteredAt = TimeProvider.System.GetUtcNow(),
            Rates = [new() { Currency = "USD", On = new DateOnly(2020, 1, 1), Rate = 7.1m }],
        };
        await city.Service.DeliverAsync(rates, City.NewId(), 1);
        (await FileAsync(city.Officer, id, dollars)).IsProblem(409, "stage.evidenceMissing");
        (await FileAsync(city.Officer, id, dollars with { ContractAmount = new Money(2_000_000m, "USD") })).Is(201);
    }

    [Fact]
    public async Task The_published_gates_are_those_of_the_journey()
    {
        var gates = (await city.As(city.Officer).GetAsync("/api/v1/projects/stage-gates")).Is(200).Json.GetProperty("items");
        Assert.Equal(Evidence.Stages, gates.EnumerateArray().Select(g => g.GetProperty("to").GetString()));
    }

    [Theory]
    [InlineData("negotiating", "registered")]
    [InlineData("negotiating", "efficient")]
    [InlineData("negotiating", "negotiating")]
    [InlineData("registered", "registered")]
    [InlineData("registered", "signed")]
    public async Task Only_the_next_stage_can_be_submitted(string at, string to)
    {
        var id = await city.AtAsync(at);
        var submission = to == "negotiating" ? new Filing { To = to } : Evidence.Full(city, to);
        (await FileAsync(city.Officer, id, submission with { OccurredOn = city.Today })).IsProblem(409, "stage.notNext");
    }

    [Fact]
    public async Task A_stage_is_not_reached_before_the_one_before_it_nor_in_the_future()
    {
        var id = await city.AtAsync("signed");
        var signedOn = Evidence.Full(city, "signed").OccurredOn!.Value;
        var submission = Evidence.Full(city, "registered");
        (await FileAsync(city.Officer, id, submission with { OccurredOn = signedOn.AddDays(-1) }))
            .IsProblem(409, "stage.dateBeforePrevious");
        var future = (await FileAsync(city.Officer, id, submission with { OccurredOn = city.Today.AddDays(1) }))
            .IsProblem(400, "request.invalid");
        Assert.Equal(("/occurredOn", "date.future"),
            (future.Json.GetProperty("errors")[0].GetProperty("pointer").GetString(), future.Json.GetProperty("errors")[0]
            .GetProperty("code").GetString()));
        (await FileAsync(city.Officer, id, submission with { OccurredOn = signedOn })).Is(201);
    }

    [Fact]
    public async Task One_submission_waits_at_a_time_until_it_is_decided_or_taken_back()
    {
        var id = await city.AtAsync("negotiating");
        var first = (await FileAsync(city.Officer, id, Evidence.Full(city, "signed"))).Is(201);
        (await FileAsync(city.Officer, id, Evidence.Full(city, "signed"))).IsProblem(409, "submission.open");
        (await FileAsync(city.ProjectOfficer, id, Evidence.Full(city, "signed"))).IsProblem(409, "submission.open");

        (await city.As(city.Leader).PostAsync(Approval(id, first), new { decision = "refused" }, first.ETag))
            .IsProblem(400, "request.invalid");
        var refused = (await city.As(city.Leader).PostAsync(Approval(id, first), new { decision = "refused", note = "合同未盖章" }, first.ETag))
            .Is(200);
        Assert.Equal(("refused", "negotiating"),
            (refused.Json.GetProperty("state").GetString(), refused.Json.GetProperty("stage").GetString()));
        (await city.As(city.Leader).PostAsync(Approval(id, first), new { decision = "approved" }, refused.ETag))
            .IsProblem(409, "submission.closed");

        var second = (await FileAsync(city.Officer, id, Evidence.Full(city, "signed"))).Is(201);
        (await city.As(city.ProjectOfficer).PostAsync(Withdrawal(id, second), new { }, second.ETag))
            .IsProblem(403, "submission.notSubmitter");
        var withdrawn = (await city.As(city.Officer).PostAsync(Withdrawal(id, second), new { note = "补充材料" }, second.ETag)).Is(200);
        (await city.As(city.Officer).PostAsync(Withdrawal(id, second), new { }, withdrawn.ETag)).IsProblem(409, "submission.closed");

        var third = (await FileAsync(city.Officer, id, Evidence.Full(city, "signed"))).Is(201);
        (await city.As(city.UnitHead).PostAsync(Withdrawal(id, third), new { }, third.ETag)).Is(200);
        var history = (await city.As(city.Officer).GetAsync($"/api/v1/projects/{id}/stages")).Is(200).Json;
        Assert.Equal(["refused", "withdrawn", "withdrawn"], history.GetProperty("submissions").EnumerateArray()
            .Select(c => c.GetProperty("state").GetString()));
        Assert.Equal("合同未盖章", history.GetProperty("submissions")[0].GetProperty("decisionNote").GetString());
        Assert.Equal("negotiating", history.GetProperty("stage").GetString());
    }

    [Fact]
    public async Task Nobody_approves_their_own_submission()
    {
        var id = await city.AtAsync("signed");
        var submission = (await FileAsync(city.UnitHead, id, Evidence.Full(city, "registered"))).Is(201);
        (await city.As(city.UnitHead).PostAsync(Approval(id, submission), new { decision = "approved" }, submission.ETag))
            .IsProblem(409, "submission.own");
        (await city.As(city.BureauHead).PostAsync(Approval(id, submission), new { decision = "approved" }, submission.ETag)).Is(200);
    }

    [Theory]
    [InlineData("signed", "unitHead projectOfficer")]
    [InlineData("registered", "leader projectOfficer")]
    [InlineData("started", "leader unitHead")]
    [InlineData("completed", "leader unitHead")]
    [InlineData("producing", "leader")]
    [InlineData("atCapacity", "projectOfficer")]
    [InlineData("efficient", "unitHead projectOfficer")]
    public async Task A_role_that_does_not_approve_the_stage_is_refused(string to, string roles)
    {
        var index = Array.IndexOf(Evidence.Stages, to);
        var id = await city.AtAsync(index == 0 ? "negotiating" : Evidence.Stages[index - 1]);
        if (to == "efficient")
        {
            (await city.As(city.Officer).PatchAsync(
                $"/api/v1/projects/{id}", new { outputThreshold = City.Cny(1), taxThreshold = City.Cny(1) }, await city.ETagAsync(id)))
                .Is(200);
        }

        var submission = (await FileAsync(city.Officer, id, Evidence.Full(city, to))).Is(201);
        foreach (var role in roles.Split(' '))
        {
            var caller = role switch { "unitHead" => city.UnitHead, "leader" => city.Leader, _ => city.ProjectOfficer };
            (await city.As(caller).PostAsync(Approval(id, submission), new { decision = "approved" }, submission.ETag))
                .IsProblem(403, "stage.approverRole");
        }

        foreach (var caller in new[]
        {
            city.Officer, city.Administrator, city.Integration, TestCaller.Person(Roles.Auditor), TestCaller.Person(Roles.ServiceOfficer),
            TestCaller.Person(Roles.ChainChief),
        })
        {
            (await city.As(caller).PostAsync(Approval(id, submission), new { decision = "approved" }, submission.ETag))
                .IsProblem(403, "auth.forbidden");
        }

        (await city.As(city.Coordinator).PostAsync(Approval(id, submission), new { decision = "approved" }, submission.ETag)).Is(200);
    }

    [Fact]
    public async Task Where_a_project_officer_is_in_charge_no_other_one_approves()
    {
        var id = await city.AtAsync("registered");
        (await city.As(city.Officer)
            .PatchAsync($"/api/v1/projects/{id}", new { projectOfficerId = city.Officer.Id }, await city.ETagAsync(id)))
            .IsProblem(409, "project.notProjectOfficer");
        (await city.As(city.Officer)
            .PatchAsync($"/api/v1/projects/{id}", new { projectOfficerId = city.ProjectOfficer.Id }, await city.ETagAsync(id))).Is(200);
        var submission = (await FileAsync(city.Officer, id, Evidence.Full(city, "started"))).Is(201);
        (await city.As(city.OtherProjectOfficer).PostAsync(Approval(id, submission), new { decision = "approved" }, submission.ETag))
            .IsProblem(403, "stage.approverRole");
        (await city.As(city.ProjectOfficer).PostAsync(Approval(id, submission), new { decision = "approved" }, submission.ETag)).Is(200);
    }

    [Theory]
    [InlineData("91410611MA9X", "uscc.length")]
    [InlineData("91410611MA9XXXXXIO", "uscc.character")]
    [InlineData("914106110000000000", "uscc.checkDigit")]
    public async Task A_registration_names_what_is_wrong_with_the_code(string uscc, string code)
    {
        var id = await city.AtAsync("signed");
        var refused = (await FileAsync(city.Officer, id, Evidence.Full(city, "registered") with { Uscc = uscc }))
            .IsProblem(400, "request.invalid");
        var error = refused.Json.GetProperty("errors")[0];
        Assert.Equal(("/uscc", code), (error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task A_submission_changes_no_fact_that_its_stage_does_not_ask_for()
    {
        var id = await city.AtAsync("registered");
        (await FileAsync(city.Officer, id, Evidence.Full(city, "started") with { ContractAmount = City.Cny(1), Uscc = Evidence.NewUscc() }))
            .IsProblem(409, "stage.fieldNotAsked");
    }

    [Fact]
    public async Task The_first_output_is_not_after_the_day_of_producing()
    {
        var id = await city.AtAsync("completed");
        var submission = Evidence.Full(city, "producing");
        (await FileAsync(city.Officer, id, submission with { FirstOutputOn = submission.OccurredOn!.Value.AddDays(1) }))
            .IsProblem(409, "stage.outputAfterStage");
    }

    [Fact]
    public async Task Efficient_is_what_reaches_the_projects_own_thresholds_in_their_currency()
    {
        var id = await city.AtAsync("atCapacity");
        var patched = (await city.As(city.Officer).PatchAsync(
            $"/api/v1/projects/{id}", new { expectedOutput = City.Cny(1000), expectedTax = City.Cny(100), taxThreshold = City.Cny(120) },
            await city.ETagAsync(id))).Is(200);
        var submission = Evidence.Full(city, "efficient") with { AnnualOutput = City.Cny(1000), AnnualTax = City.Cny(120) };
        (await FileAsync(city.Officer, id, submission with { AnnualOutput = City.Cny(999.99m) })).IsProblem(409, "stage.belowThreshold");
        (await FileAsync(city.Officer, id, submission with { AnnualTax = City.Cny(119) })).IsProblem(409, "stage.belowThreshold");
        (await FileAsync(city.Officer, id, submission with { AnnualTax = new Money(120, "USD") })).IsProblem(409, "stage.currencyDiffers");
        (await FileAsync(city.Officer, id, submission)).Is(201);
        Assert.NotEmpty(patched.ETag);
    }

    [Theory]
    [InlineData("https://files.example/\"><script>alert(1)</script>", "uri", "document.uri")]
    [InlineData("https://files.example/a b", "uri", "document.uri")]
    [InlineData("https://u:p@files.example/a", "uri", "document.uri")]
    [InlineData("https:///a", "uri", "document.uri")]
    [InlineData("合同\t正本", "title", "text.oneLine")]
    [InlineData("合同\r\n正本", "title", "text.oneLine")]
    public async Task S15_Addresses_and_names_hold_nothing_that_another_page_would_run_or_break(string text, string field, string code)
    {
        var id = await city.AtAsync("negotiating");
        var document = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["type"] = "contract",
            ["title"] = "合同",
            ["uri"] = "https://文件.example/合同%20正本.pdf?版本=1#2",
            [field] = text,
        };
        var refused = (await FileAsync(city.Officer, id, Evidence.Full(city, "signed") with { Documents = [document] }))
            .IsProblem(400, "request.invalid");
        var error = Assert.Single(refused.Json.GetProperty("errors").EnumerateArray());
        Assert.Equal(
            ("/documents/0/" + field, code), (error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString()));
        document["title"] = "合同";
        document["uri"] = "https://文件.example/合同%20正本.pdf?版本=1#2";
        (await FileAsync(city.Officer, id, Evidence.Full(city, "signed") with { Documents = [document] })).Is(201);
    }

    [Fact]
    public async Task A_document_can_be_found_and_was_issued_by_today()
    {
        var id = await city.AtAsync("negotiating");
        async Task Refused(object document, string pointer, string code)
        {
            var refused = (await FileAsync(city.Officer, id, Evidence.Full(city, "signed") with { Documents = [document] }))
                .IsProblem(400, "request.invalid");
            var error = refused.Json.GetProperty("errors")[0];
            Assert.Equal((pointer, code), (error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString()));
        }

        await Refused(new { type = "contract", title = "合同" }, "/documents/0", "document.locator");
        await Refused(new { type = "contract", title = "合同", uri = "javascript:alert(1)" }, "/documents/0/uri", "document.uri");
        await Refused(new { type = "contract", title = "合同", hash = "ABC" }, "/documents/0/hash", "document.hash");
        await Refused(new { title = "合同", uri = "https://files.example/1" }, "/documents/0/type", "value.required");
        await Refused(new { type = "contract", title = " ", uri = "https://files.example/1" }, "/documents/0/title", "value.required");
        await Refused(new { type = "contract", title = "合同", uri = "https://files.example/1", issuedOn = city.Today.AddDays(1) },
            "/documents/0/issuedOn", "date.future");
        foreach (var documents in new[] { "[null]", "null", "[]", "{}", "[[]]", "\"contract\"" })
        {
            var answer = await city.As(city.Officer)
                .PostAsync($"/api/v1/projects/{id}/submissions", $$"""{"to":"signed","documents":{{documents}}}""");
            Assert.True(answer.Status is 400 or 409, answer.Body);
        }

        (await FileAsync(city.Officer, id, Evidence.Full(city, "signed") with
        {
            Documents = [new
            {
                type = "contract",
                title = "合同",
                number = "鹤投合〔2026〕1号",
                hash = new string('0', 64),
                issuedOn = city.Today,
            }],
        })).Is(201);
    }

    [Fact]
    public async Task A_refusal_speaks_the_callers_language()
    {
        var id = await city.AtAsync("negotiating");
        var answer = await city.As(city.Officer).SendAsync(
            HttpMethod.Post, $"/api/v1/projects/{id}/submissions", (string)new Filing { To = "signed" }, headers: r =>
            r.Headers.Add("Accept-Language", "en"));
        Assert.Equal("Evidence for stage signed is missing; add each item that missing lists",
            answer.IsProblem(409, "stage.evidenceMissing").Json.GetProperty("title").GetString());
        var chinese = await FileAsync(city.Officer, id, new Filing { To = "registered" });
        Assert.Equal("当前阶段为在谈，只能申报下一阶段签约", chinese.IsProblem(409, "stage.notNext").Json.GetProperty("title").GetString());
    }

    [Fact]
    public async Task A_submission_is_read_with_its_documents_and_its_projects_version()
    {
        var id = await city.AtAsync("negotiating");
        var submission = (await FileAsync(city.Officer, id, Evidence.Full(city, "signed"))).Is(201);
        var read = (await city.As(city.Leader).GetAsync(submission.Headers.Location!.ToString())).Is(200);
        Assert.Equal(submission.ETag.Trim('"'), read.Json.GetProperty("version").GetInt64()
            .ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal("contract", read.Json.GetProperty("documents")[0].GetProperty("type").GetString());
        Assert.Equal(JsonValueKind.Null, read.Json.GetProperty("decidedBy").ValueKind);
        (await city.As(city.Leader).GetAsync($"/api/v1/projects/{await city.AtAsync("negotiating")}/submissions/{submission.Id}"))
            .IsProblem(404, "resource.notFound");
    }

    private Task<Answer> FileAsync(TestCaller caller, Guid id, Filing submission) => city.As(caller)
        .PostAsync($"/api/v1/projects/{id}/submissions", (string)submission);

    private static string Approval(Guid id, Answer submission) => $"/api/v1/projects/{id}/submissions/{submission.Id}/approval";

    private static string Withdrawal(Guid id, Answer submission) => $"/api/v1/projects/{id}/submissions/{submission.Id}/withdrawal";
}
