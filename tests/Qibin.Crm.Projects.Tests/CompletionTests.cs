using System.Text.Json;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Projects.Tests;

/// <summary>Investment completed, as it is reported from month to month.</summary>
public sealed class CompletionTests(City city) : IClassFixture<City>
{
    [Fact]
    public async Task Entries_add_up_per_currency_are_told_and_leave_paid_in_funds_alone()
    {
        var id = await city.AtAsync("signed");
        await NotedAsync(id, City.Cny(100.25m), city.Today.AddYears(-1));
        await NotedAsync(id, new Money(7, "USD"), city.Today);
        var last = await NotedAsync(id, City.Cny(50), city.Today);

        string[] sums = ["150.25 CNY", "7.00 USD"];
        var project = (await city.GetAsync(id)).Json;
        Assert.Equal(sums, Sums(project.GetProperty("completedInvestment")));
        Assert.Equal([], Sums(project.GetProperty("paidIn")));
        var told = (await city.Service.EventsAsync(id))[^1];
        Assert.Equal(("InvestmentCompleted", "50.00 CNY"), (told.Type, Sum(told.Payload.GetProperty("amount"))));
        Assert.Equal(sums, Sums(told.Payload.GetProperty("project").GetProperty("completedInvestment")));
        Assert.Equal(sums, Sums((await city.As(city.Officer).GetAsync($"/api/v1/projects?leadId={project.GetProperty("leadId").GetGuid()}"))
            .Is(200).Json.GetProperty("items")[0].GetProperty("completedInvestment")));
        var listed = (await city.As(city.Leader).GetAsync($"/api/v1/projects/{id}/completed-investment?sort=recordedAt")).Is(200).Json.GetProperty("items").EnumerateArray();
        Assert.Equal(["100.25 CNY", "7.00 USD", "50.00 CNY"], listed.Select(f => Sum(f.GetProperty("amount"))));
        (await city.As(city.Officer).GetAsync(last.Headers.Location!.ToString())).Is(200);
    }

    [Fact]
    public async Task A_wrong_entry_is_taken_back_once_and_stays_in_the_list()
    {
        var id = await city.AtAsync("signed");
        await NotedAsync(id, City.Cny(30), city.Today);
        var wrong = await NotedAsync(id, City.Cny(500), city.Today.AddYears(-1));
        var path = $"/api/v1/projects/{id}/completed-investment/{wrong.Id}/reversal";
        (await city.As(city.Officer).PostAsync(path, new { reason = "重复登记" })).IsProblem(428, "ifMatch.required");
        var back = (await city.As(city.Officer).PostAsync(path, new { reason = "重复登记" }, wrong.ETag)).Is(201);
        (await city.As(city.Officer).PostAsync(path, new { reason = "再次" }, back.ETag)).IsProblem(409, "funds.reversed");
        (await city.As(city.Officer).PostAsync($"/api/v1/projects/{id}/completed-investment/{back.Id}/reversal", new { reason = "x" }, back.ETag)).IsProblem(409, "funds.isReversal");

        Assert.Equal(["30.00 CNY"], Sums((await city.GetAsync(id)).Json.GetProperty("completedInvestment")));
        var entry = (await city.As(city.Officer).GetAsync(back.Headers.Location!.ToString())).Is(200).Json;
        Assert.Equal(
            (wrong.Id, "-500.00 CNY", "重复登记", JourneyTests.Day(city.Today.AddYears(-1))),
            (entry.GetProperty("reversalOf").GetGuid(), Sum(entry.GetProperty("amount")), JourneyTests.Text(entry, "reason"), JourneyTests.Text(entry, "completedOn")));
    }

    [Fact]
    public async Task It_needs_a_signed_contract_a_date_that_has_been_an_amount_above_zero_and_somebody_who_may()
    {
        var open = await city.AtAsync("negotiating");
        (await NoteAsync(city.Officer, open, new { amount = City.Cny(1), completedOn = city.Today })).IsProblem(409, "contract.notSigned");
        var id = await city.AtAsync("signed");
        (await NoteAsync(city.Officer, id, new { amount = City.Cny(1), completedOn = city.Today.AddDays(1) })).IsProblem(400, "request.invalid");
        (await NoteAsync(city.Officer, id, new { amount = City.Cny(0), completedOn = city.Today })).IsProblem(400, "request.invalid");
        (await NoteAsync(city.Officer, id, new { completedOn = city.Today })).IsProblem(400, "request.invalid");
        (await NoteAsync(city.Leader, id, new { amount = City.Cny(1), completedOn = city.Today })).IsProblem(403, "auth.forbidden");
        (await NoteAsync(city.Officer, id, new { amount = City.Cny(999_999_999_999_999m), completedOn = city.Today })).Is(201);
        (await NoteAsync(city.Officer, id, new { amount = City.Cny(1), completedOn = city.Today })).IsProblem(409, "funds.tooLarge");
    }

    [Fact]
    public async Task Twenty_entries_at_once_all_count_and_a_batch_notes_those_of_several_projects()
    {
        var id = await city.AtAsync("signed");
        var answers = await Task.WhenAll(Enumerable.Range(1, 20).Select(n => NoteAsync(city.Officer, id, new { amount = City.Cny(n), completedOn = city.Today })));
        Assert.All(answers, a => a.Is(201));
        Assert.Equal(["210.00 CNY"], Sums((await city.GetAsync(id)).Json.GetProperty("completedInvestment")));

        object Item(Guid project, decimal amount) => new { projectId = project, amount = City.Cny(amount), completedOn = city.Today };
        var answer = (await city.As(city.Integration).PostAsync(
            "/api/v1/projects/completed-investment/batch", new { mode = "each", items = new[] { Item(id, 1), Item(City.NewId(), 4), Item(id, -1) } })).Is(200);
        Assert.Equal([201, 404, 400], answer.Json.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("status").GetInt32()));
        Assert.Equal(["211.00 CNY"], Sums((await city.GetAsync(id)).Json.GetProperty("completedInvestment")));
    }

    private async Task<Answer> NotedAsync(Guid id, Money amount, DateOnly on) =>
        (await NoteAsync(city.Officer, id, new { amount, completedOn = on })).Is(201);

    private Task<Answer> NoteAsync(TestCaller caller, Guid id, object body) => city.As(caller).PostAsync($"/api/v1/projects/{id}/completed-investment", body);

    private static string Sum(JsonElement money) => $"{money.GetProperty("amount").GetString()} {money.GetProperty("currency").GetString()}";

    private static string[] Sums(JsonElement monies) => [.. monies.EnumerateArray().Select(Sum)];
}
