using System.Text.Json;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Projects.Tests;

/// <summary>Contract amount and paid-in funds.</summary>
public sealed class FundsTests(City city) : IClassFixture<City>
{
    [Fact]
    public async Task Sums_are_kept_per_currency_and_the_others_are_told()
    {
        var id = await city.AtAsync("signed");
        await PaidAsync(id, City.Cny(100.25m), city.Today.AddYears(-1));
        await PaidAsync(id, new Money(7, "USD"), city.Today, "foreign");
        var last = await PaidAsync(id, City.Cny(50), city.Today);

        string[] sums = ["150.25 CNY", "7.00 USD"];
        Assert.Equal(sums, Sums((await city.GetAsync(id)).Json.GetProperty("paidIn")));
        var told = (await city.Service.EventsAsync(id))[^1];
        Assert.Equal("FundsPaidIn", told.Type);
        Assert.Equal("50.00", told.Payload.GetProperty("amount").GetProperty("amount").GetString());
        Assert.Equal(sums, Sums(told.Payload.GetProperty("project").GetProperty("paidIn")));
        Assert.Equal(sums, Sums((await city.As(city.Officer).GetAsync($"/api/v1/projects?leadId={(await city.GetAsync(id)).Json.GetProperty("leadId").GetGuid()}"))
            .Is(200).Json.GetProperty("items")[0].GetProperty("paidIn")));

        var totals = (await city.As(city.Leader).GetAsync($"/api/v1/projects/{id}/funds/totals")).Is(200).Json;
        Assert.Equal(sums, Sums(totals.GetProperty("paidIn")));
        Assert.Equal(
            [$"{city.Today.Year - 1} domestic 100.25 CNY", $"{city.Today.Year} domestic 50.00 CNY", $"{city.Today.Year} foreign 7.00 USD"],
            totals.GetProperty("totals").EnumerateArray().Select(t =>
                $"{t.GetProperty("year").GetInt32()} {t.GetProperty("origin").GetString()} {Sum(t.GetProperty("amount"))}"));
        var listed = (await city.As(city.Officer).GetAsync($"/api/v1/projects/{id}/funds?sort=recordedAt")).Is(200).Json.GetProperty("items").EnumerateArray();
        Assert.Equal(["100.25 CNY", "7.00 USD", "50.00 CNY"], listed.Select(f => Sum(f.GetProperty("amount"))));
        (await city.As(city.Officer).GetAsync(last.Headers.Location!.ToString())).Is(200);
    }

    [Fact]
    public async Task A_wrong_entry_is_taken_back_once_and_stays_in_the_list()
    {
        var id = await city.AtAsync("signed");
        await PaidAsync(id, City.Cny(30), city.Today);
        var wrong = await PaidAsync(id, City.Cny(500), city.Today.AddYears(-1));
        var path = $"/api/v1/projects/{id}/funds/{wrong.Id}/reversal";
        (await city.As(city.Officer).PostAsync(path, new { reason = "重复登记" })).IsProblem(428, "ifMatch.required");
        (await city.As(city.Officer).PostAsync(path, new { reason = "重复登记" }, "\"1\"")).IsProblem(412, "ifMatch.stale");
        var back = (await city.As(city.Officer).PostAsync(path, new { reason = "重复登记" }, wrong.ETag)).Is(201);
        (await city.As(city.Officer).PostAsync(path, new { reason = "再次" }, back.ETag)).IsProblem(409, "funds.reversed");
        (await city.As(city.Officer).PostAsync($"/api/v1/projects/{id}/funds/{back.Id}/reversal", new { reason = "x" }, back.ETag)).IsProblem(409, "funds.isReversal");

        Assert.Equal(["30.00 CNY"], Sums((await city.GetAsync(id)).Json.GetProperty("paidIn")));
        var entry = (await city.As(city.Officer).GetAsync(back.Headers.Location!.ToString())).Is(200).Json;
        Assert.Equal(
            (wrong.Id, "-500.00 CNY", "重复登记", JourneyTests.Day(city.Today.AddYears(-1))),
            (entry.GetProperty("reversalOf").GetGuid(), Sum(entry.GetProperty("amount")), JourneyTests.Text(entry, "reason"), JourneyTests.Text(entry, "paidOn")));
        var told = (await city.Service.EventsAsync(id))[^1];
        Assert.Equal(("FundsPaidIn", "-500.00 CNY"), (told.Type, Sum(told.Payload.GetProperty("amount"))));
        var totals = (await city.As(city.Leader).GetAsync($"/api/v1/projects/{id}/funds/totals")).Is(200).Json.GetProperty("totals");
        Assert.Equal("0.00 CNY", Sum(totals[0].GetProperty("amount")));
    }

    [Fact]
    public async Task Funds_need_a_signed_contract_a_date_that_has_been_and_an_amount_above_zero()
    {
        var open = await city.AtAsync("negotiating");
        (await PayAsync(city.Officer, open, new { amount = City.Cny(1), paidOn = city.Today, origin = "domestic" })).IsProblem(409, "contract.notSigned");
        var id = await city.AtAsync("signed");
        (await PayAsync(city.Officer, id, new { amount = City.Cny(1), paidOn = city.Today.AddDays(1), origin = "domestic" })).IsProblem(400, "request.invalid");
        (await PayAsync(city.Officer, id, new { amount = City.Cny(0), paidOn = city.Today, origin = "domestic" })).IsProblem(400, "request.invalid");
        (await PayAsync(city.Officer, id, new { amount = City.Cny(-5), paidOn = city.Today, origin = "domestic" })).IsProblem(400, "request.invalid");
        (await PayAsync(city.Officer, id, new { amount = new { amount = "1", currency = "XXX" }, paidOn = city.Today, origin = "domestic" })).IsProblem(400, "request.invalid");
        (await PayAsync(city.Officer, id, new { amount = City.Cny(1), paidOn = city.Today, origin = "offshore" })).IsProblem(400, "request.invalid");
        (await PayAsync(city.Officer, id, new { amount = City.Cny(999_999_999_999_999m), paidOn = city.Today, origin = "domestic" })).Is(201);
        (await PayAsync(city.Officer, id, new { amount = City.Cny(1), paidOn = city.Today, origin = "domestic" })).IsProblem(409, "funds.tooLarge");
        (await PayAsync(city.Leader, id, new { amount = City.Cny(1), paidOn = city.Today, origin = "domestic" })).IsProblem(403, "auth.forbidden");
    }

    [Fact]
    public async Task Twenty_payments_at_once_all_count()
    {
        var id = await city.AtAsync("signed");
        var answers = await Task.WhenAll(Enumerable.Range(1, 20).Select(n => PayAsync(city.Officer, id, new { amount = City.Cny(n), paidOn = city.Today, origin = "domestic" })));
        Assert.All(answers, a => a.Is(201));
        Assert.Equal(20, answers.Select(a => a.ETag).Distinct().Count());
        Assert.Equal(["210.00 CNY"], Sums((await city.GetAsync(id)).Json.GetProperty("paidIn")));
    }

    [Fact]
    public async Task A_batch_notes_payments_of_several_projects()
    {
        var (one, other) = (await city.AtAsync("signed"), await city.AtAsync("signed"));
        object Item(Guid id, decimal amount) => new { projectId = id, amount = City.Cny(amount), paidOn = city.Today, origin = "domestic" };
        var answer = (await city.As(city.Integration).PostAsync(
            "/api/v1/projects/funds/batch", new { mode = "each", items = new[] { Item(one, 1), Item(other, 2), Item(one, 3), Item(City.NewId(), 4), Item(one, -1) } })).Is(200);
        Assert.Equal([201, 201, 201, 404, 400], answer.Json.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("status").GetInt32()));
        Assert.Equal(["4.00 CNY"], Sums((await city.GetAsync(one)).Json.GetProperty("paidIn")));
        Assert.Equal(["2.00 CNY"], Sums((await city.GetAsync(other)).Json.GetProperty("paidIn")));
    }

    [Fact]
    public async Task The_contract_amount_is_corrected_with_a_reason_and_its_history_kept()
    {
        var open = await city.AtAsync("negotiating");
        var correction = new { amount = City.Cny(150_000_000), reason = "补充协议" };
        (await city.As(city.Coordinator).PostAsync($"/api/v1/projects/{open}/contract-amount", correction, await city.ETagAsync(open)))
            .IsProblem(409, "contract.notSigned");
        var id = await city.AtAsync("signed");
        (await city.As(city.Officer).PostAsync($"/api/v1/projects/{id}/contract-amount", correction, await city.ETagAsync(id))).IsProblem(403, "auth.forbidden");
        (await city.As(city.UnitHead).PostAsync($"/api/v1/projects/{id}/contract-amount", new { amount = City.Cny(1) }, await city.ETagAsync(id)))
            .IsProblem(400, "request.invalid");
        (await city.As(city.UnitHead).PostAsync($"/api/v1/projects/{id}/contract-amount", correction, await city.ETagAsync(id))).Is(200);
        Assert.Equal("150000000.00 CNY", Sum((await city.GetAsync(id)).Json.GetProperty("contractAmount")));
        Assert.Equal("ProjectAmended", (await city.Service.EventsAsync(id))[^1].Type);
        var move = (await city.As(city.Officer).GetAsync($"/api/v1/projects/{id}/stages")).Is(200).Json.GetProperty("moves").EnumerateArray().Last();
        Assert.Equal(
            ("contractCorrected", "120000000.00 CNY", "150000000.00 CNY", "补充协议", city.UnitHead.Id),
            (JourneyTests.Text(move, "kind"), Sum(move.GetProperty("previousAmount")), Sum(move.GetProperty("amount")), JourneyTests.Text(move, "reason"),
             move.GetProperty("actorId").GetGuid()));
    }

    private async Task<Answer> PaidAsync(Guid id, Money amount, DateOnly on, string origin = "domestic") =>
        (await PayAsync(city.Officer, id, new { amount, paidOn = on, origin, document = Evidence.Document("paymentProof") })).Is(201);

    private Task<Answer> PayAsync(TestCaller caller, Guid id, object body) => city.As(caller).PostAsync($"/api/v1/projects/{id}/funds", body);

    private static string Sum(JsonElement money) => $"{money.GetProperty("amount").GetString()} {money.GetProperty("currency").GetString()}";

    private static string[] Sums(JsonElement monies) => [.. monies.EnumerateArray().Select(Sum)];
}
