using System.Globalization;
using System.Text.Json;
using Qibin.Crm.Benchmarks.Faults;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.EndToEnd.Tests.TotalsRows;

/// <summary>
/// Row N4: answers of an instant stay. The full run, of 10,000 questions, is the benchmarks' command <c>final</c>.
/// </summary>
public class FinalAnswersTests(RunningSystem system)
{
    [Fact]
    public async Task N4_What_is_known_now_is_answered_while_others_write_and_the_same_later()
    {
        using var leader = await system.AsAsync("leader");

        var verdict = await FinalAnswers.RunAsync(
            system.System, () => Task.FromResult(leader), questions: 300, TestContext.Current.TestOutputHelper!.WriteLine);

        Assert.Empty(verdict.Changed);
        Assert.Equal(300, verdict.Asked);
        Assert.True(verdict is { Instants: > 5, Answers: > 5 }, verdict.ToString());
    }

    [Fact]
    public async Task N4_A_service_that_is_away_holds_the_instant_back_until_it_is_there_again()
    {
        await system.SettledAsync();
        using var leader = await system.AsAsync("leader");
        await system.System.Process("projects").KillForGoodAsync();
        JsonElement held;
        try
        {
            var since = TimeProvider.System.GetUtcNow();
            // Five seconds on, nothing that projects may have recorded in them is known.
            held = await Eventually.GetAsync(
                AskAsync, a => a.TryGetProperty("putBack", out var p) && p.GetProperty("asked").GetDateTimeOffset() > since.AddSeconds(5));
            var waits = held.GetProperty("putBack").GetProperty("waitsFor")[0];
            Assert.Equal("projects", waits.GetProperty("service").GetString());
            Assert.Equal(held.GetProperty("knownAt").GetDateTimeOffset(), waits.GetProperty("since").GetDateTimeOffset());
            Assert.True(held.GetProperty("knownAt").GetDateTimeOffset() < since.AddSeconds(1));
        }
        finally
        {
            await system.System.Process("projects").StartAgainAsync();
            await system.System.Process("projects").WaitReadyAsync();
        }

        var until = held.GetProperty("knownAt").GetDateTimeOffset();
        await Eventually.GetAsync(AskAsync, a => a.GetProperty("knownAt").GetDateTimeOffset() > until);

        async Task<JsonElement> AskAsync() => (await leader.GetAsync("/api/v1/pipeline/totals?knownAt="
            + Uri.EscapeDataString(TimeProvider.System.GetUtcNow().ToString("O", CultureInfo.InvariantCulture)))).Is(200).Json;
    }
}
