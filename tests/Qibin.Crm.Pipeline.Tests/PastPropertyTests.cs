using System.Text.Json;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Pipeline.Tests;

/// <summary>After any sequence of events the totals of the past are what was recorded, and had happened, by then.</summary>
public sealed class PastPropertyTests
{
    /// <remarks>
    /// Each day and each instant under a third of the scopes in turn, with all groupings in turn. Groupings by one dimension, which are
    /// counted from the rollup, are asked for on every fifth day, the first and the last of each month. With QIBIN_EVERY=1 it is each
    /// grouping on each day under each scope, as the README's heavier runs have it.
    /// </remarks>
    [Theory]
    [InlineData(1130, 64)]
    [InlineData(7, 1)]
    public async Task As_of_every_day_and_known_at_every_instant_totals_equal_what_was_recorded_and_had_happened_by_then(
        int seed, int together)
    {
        await using var service = await TestService.StartAsync("pipeline", Program.Build);
        var random = new RandomTrade(seed).Run(160);
        var (trade, dice) = (random.Trade, new Random(seed));
        var told = trade.Log.SelectMany(t => new[] { t, t with { Delivery = t.Delivery with { MessageId = Trade.NewId() } } }).ToArray();
        dice.Shuffle(told);
        await service.TellAsync(told, together);

        var history = new History(trade);
        var callers = random.Callers();
        var instants = trade.Log.Select(t => t.Delivery.RecordedAt).Distinct().ToArray();
        var (first, last) = (trade.Today.AddDays(-130), trade.Today);
        List<(DateOnly? Day, DateTimeOffset? Known)> questions =
        [
            .. Enumerable.Range(0, last.DayNumber - first.DayNumber + 1).Select(n => ((DateOnly?)first.AddDays(n), (DateTimeOffset?)null)),
            .. instants.Select(at => ((DateOnly?)null, (DateTimeOffset?)at)),
            .. Enumerable.Range(0, 100)
                .Select(
                _ => ((DateOnly?)first.AddDays(dice.Next(last.DayNumber - first.DayNumber + 1)),
                (DateTimeOffset?)instants[dice.Next(instants.Length)])),
        ];
        var every = Environment.GetEnvironmentVariable("QIBIN_EVERY") == "1";
        var (asked, clients) = (0, callers.Select(service.As).ToArray());
        foreach (var (turn, question) in questions.Index())
        {
            var stood = history.At(question.Day, question.Known);
            var past = string.Join(
                '&', question.Day is { } day ? $"asOf={day:O}" : "", question.Known is { } known
                ? $"knownAt={Uri.EscapeDataString($"{known:O}")}" : "").Trim('&');
            foreach (var (caller, client) in callers.Zip(clients).Where((_, n) => every || n % 3 == turn % 3))
            {
                var within = stood.Where(j => j.Now.IsWithin(caller)).ToList();
                var visible = within.Where(j => j.Now.IsDisclosedTo(caller)).Select(j => j.Then).ToList();
                foreach (var by in every ? Figure.Groupings
                    : question is { Day: { } on, Known: null } && (on.Day == 1 || on.AddDays(1).Day == 1 || on.Day % 5 == 0)
                        ? [.. Figure.Groupings.Where(g => g.Length == 1), Figure.Groupings[asked++ % Figure.Groupings.Length]]
                    : (string[][])[Figure.Groupings[asked++ % Figure.Groupings.Length]])
                {
                    var totals = (await client.GetAsync($"/api/v1/pipeline/totals?groupBy={string.Join(',', by)}&{past}")).Is(200).Json;

                    Assert.Equal(
                        (past, string.Join('\n', Figure.Expected(visible, by, ["active"]))),
                        (past, string.Join('\n', Figure.Answered(totals, by))));
                    Assert.Equal(within.Count - visible.Count, totals.GetProperty("hidden").GetInt32());
                    // Of each question three or four: a list of the past takes longer than its total.
                    if (asked % 2 == 0 && totals.GetProperty("groups").EnumerateArray()
                        .LastOrDefault() is { ValueKind: JsonValueKind.Object } group)
                    {
                        var list = (await client.GetAsync(group.GetProperty("journeys").GetString() + "&total=true&limit=1")).Is(200).Json;
                        Assert.Equal(group.GetProperty("count").GetInt32(), list.GetProperty("total").GetInt32());
                    }
                }
            }
        }
    }
}
