using System.Globalization;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Pipeline.Tests;

/// <summary>What is answered for an instant is final: an instant that is not complete yet is put back.</summary>
public sealed class SettlementTests : IAsyncLifetime
{
    private readonly Trade _trade = new();
    private TestService _service = null!;

    public async ValueTask InitializeAsync() => _service = await TestService.StartAsync("pipeline", Program.Build);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task N4_An_instant_that_is_not_complete_is_put_back_and_the_answer_says_for_which_service_and_since_when()
    {
        _trade.Reach(_trade.Convert(_trade.Open()), ProjectStage.Signed, contract: new Money(5, "CNY"));
        var before = _trade.Now;
        _trade.Open();
        await _service.TellAsync(_trade.Log);
        // Projects has been away since the second lead was about to be opened.
        await _service.CompleteAsync(before, "projects");
        using var leader = _service.As(TestCaller.Person(Roles.Leader));
        var now = Text(_service.Clock.GetUtcNow());
        string[] questions =
            ["totals?", "journeys?", "trend?", "assessment?indicator=signedProjects&", "assessment/projects?", "forecast?"];
        foreach (var path in questions)
        {
            var answer = (await leader.GetAsync($"/api/v1/pipeline/{path}knownAt={now}")).Is(200).Json;
            Assert.Equal(before, answer.GetProperty("knownAt").GetDateTimeOffset());
            var waits = answer.GetProperty("putBack").GetProperty("waitsFor")[0];
            Assert.Equal("projects", waits.GetProperty("service").GetString());
            Assert.Equal(before, waits.GetProperty("since").GetDateTimeOffset());

            // What is complete is answered for as it was asked.
            answer = (await leader.GetAsync($"/api/v1/pipeline/{path}knownAt={Text(before)}")).Is(200).Json;
            Assert.Equal(before, answer.GetProperty("knownAt").GetDateTimeOffset());
            Assert.False(answer.TryGetProperty("putBack", out _), path);
        }

        Assert.Equal(1, await CountAsync($"?knownAt={now}"));
        Assert.Equal(2, await CountAsync(""));
        Assert.Equal(before, (await leader.GetAsync("/api/v1/pipeline/forecast")).Is(200).Json.GetProperty("knownAt").GetDateTimeOffset());
        var report = (await leader.PostAsync("/api/v1/pipeline/reports", new { month = $"{_trade.Today:yyyy-MM}" })).Is(202);
        Assert.Equal(before, report.Json.GetProperty("knownAt").GetDateTimeOffset());
        var made = (await leader.GetAsync($"/api/v1/pipeline/reports/{report.Id}")).Is(200).Json;
        Assert.Equal(before, made.GetProperty("knownAt").GetDateTimeOffset());

        await _service.CompleteAsync(_service.Clock.GetUtcNow());
        Assert.Equal(2, await CountAsync($"?knownAt={now}"));

        async Task<int> CountAsync(string query) => (await leader.GetAsync("/api/v1/pipeline/totals" + query)).Is(200).Json
            .GetProperty("total").GetProperty("count").GetInt32();
    }

    [Fact]
    public async Task N4_Before_a_service_has_said_what_it_has_recorded_no_instant_is_answered_for()
    {
        await _service.CompleteAsync(_service.Clock.GetUtcNow(), "leads,enterprises");
        using var leader = _service.As(TestCaller.Person(Roles.Leader));

        var refused = (await leader.GetAsync("/api/v1/pipeline/forecast")).IsProblem(503, "watermark.none");

        Assert.Contains("projects", refused.Body, StringComparison.Ordinal);
        (await leader.GetAsync("/api/v1/pipeline/totals")).Is(200);
        (await leader.GetAsync($"/api/v1/pipeline/totals?knownAt={Text(_service.Clock.GetUtcNow())}")).IsProblem(503, "watermark.none");
    }

    [Fact]
    public async Task N4_What_is_entered_here_counts_only_after_every_instant_that_was_answered_for()
    {
        _trade.Open(estimated: new Money(100, "USD"));
        await _service.TellAsync(_trade.Log);
        var today = _service.Clock.Today();
        await EnterAsync(7m);
        // The services' clocks are ahead of this one's.
        var instant = _service.Clock.GetUtcNow().AddSeconds(30);
        await _service.CompleteAsync(instant);
        await EnterAsync(8m);
        _service.Clock.Advance(TimeSpan.FromMinutes(1));
        await _service.CompleteAsync(_service.Clock.GetUtcNow());

        Assert.Equal("700.00", await ConvertedAsync(instant));
        Assert.Equal("800.00", await ConvertedAsync(_service.Clock.GetUtcNow()));

        async Task EnterAsync(decimal rate) => (await _service.As(TestCaller.Person(Roles.Administrator))
            .PostAsync("/api/v1/pipeline/rates", new { rates = new[] { new { currency = "USD", on = today, rate = $"{rate}" } } })).Is(200);

        async Task<string?> ConvertedAsync(DateTimeOffset known) => (await _service.As(TestCaller.Person(Roles.Leader))
            .GetAsync($"/api/v1/pipeline/totals?convertTo=CNY&knownAt={Text(known)}")).Is(200).Json
            .GetProperty("total").GetProperty("converted").GetProperty("estimatedInvestment").GetProperty("amount").GetString();
    }

    private static string Text(DateTimeOffset instant) =>
        Uri.EscapeDataString(instant.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture));
}
