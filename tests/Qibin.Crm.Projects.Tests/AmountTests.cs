using System.Text.Json;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Projects.Tests;

/// <summary>Contract amount, paid-in funds and completed investment.</summary>
public sealed class AmountTests(City city) : IClassFixture<City>
{
    [Theory]
    [InlineData("paidIn", "FundsPaidIn", "completedInvestment")]
    [InlineData("completedInvestment", "InvestmentCompleted", "paidIn")]
    public async Task Entries_add_up_per_currency_are_told_and_leave_the_other_kind_alone(string kind, string happened, string other)
    {
        var id = await city.SignedLongAgoAsync();
        await RecordedAsync(id, kind, City.Cny(100.25m), city.Today.AddYears(-1));
        await RecordedAsync(id, kind, new Money(7, "USD"), city.Today, foreign: true);
        var last = await RecordedAsync(id, kind, City.Cny(50), city.Today);

        string[] sums = ["150.25 CNY", "7.00 USD"];
        var project = (await city.GetAsync(id)).Json;
        Assert.Equal(sums, Sums(project.GetProperty(kind)));
        Assert.Equal([], Sums(project.GetProperty(other)));
        var told = (await city.Service.EventsAsync(id))[^1];
        Assert.Equal((happened, "50.00 CNY"), (told.Type, Sum(told.Payload.GetProperty("amount"))));
        Assert.Equal(sums, Sums(told.Payload.GetProperty("project").GetProperty(kind)));
        Assert.Equal(sums, Sums((await city.As(city.Officer).GetAsync($"/api/v1/projects?leadId={project.GetProperty("leadId").GetGuid()}"))
            .Is(200).Json.GetProperty("items")[0].GetProperty(kind)));
        Assert.Equal(["100.25 CNY", "7.00 USD", "50.00 CNY"], await ListedAsync(id, kind));
        Assert.Equal([], await ListedAsync(id, other));
        var read = (await city.As(city.Officer).GetAsync(last.Headers.Location!.ToString())).Is(200).Json;
        Assert.Equal(kind, JourneyTests.Text(read, "kind"));
    }

    [Fact]
    public async Task Totals_tell_the_kinds_years_currencies_and_origins_apart()
    {
        var id = await city.SignedLongAgoAsync();
        await RecordedAsync(id, "paidIn", City.Cny(100.25m), city.Today.AddYears(-1));
        await RecordedAsync(id, "paidIn", new Money(7, "USD"), city.Today, foreign: true);
        await RecordedAsync(id, "completedInvestment", City.Cny(80), city.Today);
        await RecordedAsync(id, "paidIn", City.Cny(50), city.Today);

        var totals = (await city.As(city.Leader).GetAsync($"/api/v1/projects/{id}/amounts/totals")).Is(200).Json;
        Assert.Equal(["150.25 CNY", "7.00 USD"], Sums(totals.GetProperty("paidIn")));
        Assert.Equal(["80.00 CNY"], Sums(totals.GetProperty("completedInvestment")));
        Assert.Equal(
            [
                $"paidIn {city.Today.Year - 1} domestic 100.25 CNY", $"paidIn {city.Today.Year} domestic 50.00 CNY",
                $"paidIn {city.Today.Year} foreign 7.00 USD",
                $"completedInvestment {city.Today.Year}  80.00 CNY",
            ],
            totals.GetProperty("totals").EnumerateArray().Select(t =>
                $"{JourneyTests.Text(t, "kind")} {t.GetProperty("year")} {t.GetProperty("origin")} {Sum(t.GetProperty("amount"))}"));
    }

    [Theory]
    [InlineData("paidIn", "FundsPaidIn")]
    [InlineData("completedInvestment", "InvestmentCompleted")]
    public async Task A_wrong_entry_is_reversed_once_and_stays_in_the_list(string kind, string happened)
    {
        var id = await city.SignedLongAgoAsync();
        await RecordedAsync(id, kind, City.Cny(30), city.Today);
        var wrong = await RecordedAsync(id, kind, City.Cny(500), city.Today.AddYears(-1));
        var path = $"/api/v1/projects/{id}/amounts/{wrong.Id}/reversal";
        (await city.As(city.Officer).PostAsync(path, new { reason = "重复登记" })).IsProblem(428, "ifMatch.required");
        (await city.As(city.Officer).PostAsync(path, new { reason = "重复登记" }, "\"1\"")).IsProblem(412, "ifMatch.stale");
        var back = (await city.As(city.Officer).PostAsync(path, new { reason = "重复登记" }, wrong.ETag)).Is(201);
        (await city.As(city.Officer).PostAsync(path, new { reason = "再次" }, back.ETag)).IsProblem(409, "amount.reversed");
        (await city.As(city.Officer).PostAsync($"/api/v1/projects/{id}/amounts/{back.Id}/reversal", new { reason = "x" }, back.ETag))
            .IsProblem(409, "amount.isReversal");

        Assert.Equal(["30.00 CNY"], Sums((await city.GetAsync(id)).Json.GetProperty(kind)));
        Assert.Equal(["30.00 CNY", "500.00 CNY", "-500.00 CNY"], await ListedAsync(id, kind));
        var entry = (await city.As(city.Officer).GetAsync(back.Headers.Location!.ToString())).Is(200).Json;
        Assert.Equal(
            (wrong.Id, "-500.00 CNY", "重复登记", JourneyTests.Day(city.Today.AddYears(-1))),
            (entry.GetProperty("reversalOf")
                .GetGuid(), Sum(entry.GetProperty("amount")), JourneyTests.Text(entry, "reason"), JourneyTests.Text(entry, "occurredOn")));
        var told = (await city.Service.EventsAsync(id))[^1];
        Assert.Equal((happened, "-500.00 CNY"), (told.Type, Sum(told.Payload.GetProperty("amount"))));
        var totals = (await city.As(city.Leader).GetAsync($"/api/v1/projects/{id}/amounts/totals")).Is(200).Json.GetProperty("totals");
        Assert.Equal("0.00 CNY", Sum(totals[0].GetProperty("amount")));
    }

    [Theory]
    [InlineData("paidIn")]
    [InlineData("completedInvestment")]
    public async Task An_entry_needs_a_signed_contract_a_date_that_has_been_an_amount_above_zero_and_somebody_who_may(string kind)
    {
        var origin = kind == "paidIn" ? "domestic" : null;
        var open = await city.AtAsync("negotiating");
        (await RecordAsync(city.Officer, open, new { kind, amount = City.Cny(1), occurredOn = city.Today, origin }))
            .IsProblem(409, "contract.notSigned");
        var id = await city.SignedLongAgoAsync();
        object[] refused =
        [
            new { kind, amount = City.Cny(1), occurredOn = city.Today.AddDays(1), origin },
            new { kind, amount = City.Cny(0), occurredOn = city.Today, origin },
            new { kind, amount = City.Cny(-5), occurredOn = city.Today, origin },
            new { kind, amount = new { amount = "1", currency = "XXX" }, occurredOn = city.Today, origin },
            new { kind, amount = City.Cny(1), occurredOn = city.Today, origin = "offshore" },
            new { kind, occurredOn = city.Today, origin },
            new { amount = City.Cny(1), occurredOn = city.Today, origin },
        ];
        foreach (var body in refused)
        {
            (await RecordAsync(city.Officer, id, body)).IsProblem(400, "request.invalid");
        }

        (await RecordAsync(city.Leader, id, new { kind, amount = City.Cny(1), occurredOn = city.Today, origin }))
            .IsProblem(403, "auth.forbidden");
        (await RecordAsync(city.Officer, id, new { kind, amount = City.Cny(999_999_999_999_999m), occurredOn = city.Today, origin }))
            .Is(201);
        (await RecordAsync(city.Officer, id, new { kind, amount = City.Cny(1), occurredOn = city.Today, origin }))
            .IsProblem(409, "amount.tooLarge");
    }

    [Fact]
    public async Task Paid_in_funds_have_an_origin_and_completed_investment_has_none()
    {
        var id = await city.SignedLongAgoAsync();
        (await RecordAsync(city.Officer, id, new { kind = "paidIn", amount = City.Cny(1), occurredOn = city.Today }))
            .IsProblem(400, "request.invalid");
        (await RecordAsync(city.Officer, id,
            new { kind = "completedInvestment", amount = City.Cny(1), occurredOn = city.Today, origin = "foreign" }))
            .IsProblem(400, "request.invalid");
        Assert.Equal([], await ListedAsync(id, null));
    }

    [Fact]
    public async Task Twenty_entries_at_once_all_count()
    {
        var id = await city.SignedLongAgoAsync();
        var answers = await Task.WhenAll(Enumerable.Range(1, 20).Select(n =>
            RecordAsync(city.Officer, id, new { kind = "paidIn", amount = City.Cny(n), occurredOn = city.Today, origin = "domestic" })));
        Assert.All(answers, a => a.Is(201));
        Assert.Equal(20, answers.Select(a => a.ETag).Distinct().Count());
        Assert.Equal(["210.00 CNY"], Sums((await city.GetAsync(id)).Json.GetProperty("paidIn")));
    }

    [Fact]
    public async Task A_batch_records_entries_of_several_projects()
    {
        var (one, other) = (await city.SignedLongAgoAsync(), await city.SignedLongAgoAsync());
        object Item(Guid id, decimal amount, string kind = "paidIn", string? origin = "domestic") =>
            new { projectId = id, kind, amount = City.Cny(amount), occurredOn = city.Today, origin };
        var answer = (await city.As(city.Integration).PostAsync(
            "/api/v1/projects/amounts/batch",
            new
            {
                mode = "each",
                items =
                new[] { Item(one, 1), Item(other, 2), Item(one, 3, "completedInvestment", null), Item(City.NewId(), 4), Item(one, -1) }
            }))
            .Is(200);
        Assert.Equal([201, 201, 201, 404, 400], answer.Json.GetProperty("results").EnumerateArray()
            .Select(r => r.GetProperty("status").GetInt32()));
        Assert.Equal(["1.00 CNY"], Sums((await city.GetAsync(one)).Json.GetProperty("paidIn")));
        Assert.Equal(["3.00 CNY"], Sums((await city.GetAsync(one)).Json.GetProperty("completedInvestment")));
        Assert.Equal(["2.00 CNY"], Sums((await city.GetAsync(other)).Json.GetProperty("paidIn")));
    }

    [Fact]
    public async Task The_contract_amount_is_changed_with_a_reason_by_two_people_and_its_history_kept()
    {
        var open = await city.AtAsync("negotiating");
        var correction = new { amount = City.Cny(150_000_000), reason = "补充协议" };
        (await city.As(city.Coordinator).PostAsync($"/api/v1/projects/{open}/contract-amount", correction, await city.ETagAsync(open)))
            .IsProblem(409, "contract.notSigned");
        var id = await city.SignedLongAgoAsync();
        (await city.As(city.Leader).PostAsync($"/api/v1/projects/{id}/contract-amount", correction, await city.ETagAsync(id)))
            .IsProblem(403, "auth.forbidden");
        (await city.As(city.UnitHead)
            .PostAsync($"/api/v1/projects/{id}/contract-amount", new { amount = City.Cny(1) }, await city.ETagAsync(id)))
            .IsProblem(400, "request.invalid");
        (await city.As(city.UnitHead).PostAsync($"/api/v1/projects/{id}/contract-amount", correction, await city.ETagAsync(id))).Is(201);
        await city.ApproveAsync(id, city.Leader);
        Assert.Equal("150000000.00 CNY", Sum((await city.GetAsync(id)).Json.GetProperty("contractAmount")));
        Assert.Equal("ProjectContractCorrected", (await city.Service.EventsAsync(id))[^1].Type);
        var move = (await city.As(city.Officer).GetAsync($"/api/v1/projects/{id}/stages")).Is(200).Json.GetProperty("moves")
            .EnumerateArray().Last();
        Assert.Equal(
            ("contractCorrected", "120000000.00 CNY", "150000000.00 CNY", "补充协议", city.Leader.Id),
            (JourneyTests.Text(move, "kind"), Sum(move.GetProperty("previousAmount")), Sum(move.GetProperty("amount")),
                JourneyTests.Text(move, "reason"),
             move.GetProperty("actorId").GetGuid()));
    }

    private async Task<Answer> RecordedAsync(Guid id, string kind, Money amount, DateOnly on, bool foreign = false)
    {
        var origin = kind != "paidIn" ? null : foreign ? "foreign" : "domestic";
        return (await RecordAsync(
            city.Officer, id, new { kind, amount, occurredOn = on, origin, document = Evidence.Document("paymentProof") })).Is(201);
    }

    private Task<Answer> RecordAsync(TestCaller caller, Guid id, object body) => city.As(caller)
        .PostAsync($"/api/v1/projects/{id}/amounts", body);

    private async Task<IEnumerable<string>> ListedAsync(Guid id, string? kind) =>
        (await city.As(city.Leader).GetAsync($"/api/v1/projects/{id}/amounts?sort=recordedAt{(kind is null ? "" : "&kind=" + kind)}"))
            .Is(200).Json.GetProperty("items").EnumerateArray().Select(f => Sum(f.GetProperty("amount")));

    private static string Sum(JsonElement money) =>
        $"{money.GetProperty("amount").GetString()} {money.GetProperty("currency").GetString()}";

    private static string[] Sums(JsonElement monies) => [.. monies.EnumerateArray().Select(Sum)];
}
