using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Qibin.Crm.Benchmarks.Measure;
using Qibin.Crm.Local;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Benchmarks.Faults;

/// <summary>
/// Asks for what is known at this instant again and again while others write, and for the same instants once more when all has arrived:
/// no answer may have changed.
/// </summary>
internal static class FinalAnswers
{
    /// <param name="Asked">Questions asked while others wrote.</param>
    /// <param name="PutBack">How many of them were answered for an earlier instant, and said so.</param>
    /// <param name="Instants">Different questions about different instants among them: each was asked once more.</param>
    /// <param name="Answers">Different answers among them: what was written did change the figures.</param>
    /// <param name="Changed">Questions whose answer was another one later: none is expected.</param>
    public sealed record Verdict(int Asked, int PutBack, int Instants, int Answers, IReadOnlyList<string> Changed);

    private const int Askers = 4;

    // The forecast goes through all history, so it is asked for less often.
    private static readonly (string Path, int Every)[] Questions =
    [
        ("/api/v1/pipeline/totals?groupBy=stage,unit", 1), ("/api/v1/pipeline/totals?groupBy=chain&status=active,suspended,terminated", 1),
        ("/api/v1/pipeline/journeys?limit=200&sort=-stageOn&total=true", 1), ("/api/v1/pipeline/trend?stage=following", 5),
        ("/api/v1/pipeline/assessment/projects?limit=200", 5), ("/api/v1/pipeline/forecast?chain=satellite", 25),
    ];

    /// <param name="system">A running system.</param>
    /// <param name="signIn">A client of somebody who sees everything.</param>
    /// <param name="questions">How many to ask.</param>
    /// <param name="say">Told of the figures.</param>
    public static async Task<Verdict> RunAsync(LocalSystem system, Func<Task<ApiClient>> signIn, int questions, Action<string> say)
    {
        var run = "final" + Convert.ToHexString(RandomNumberGenerator.GetBytes(3)).ToLowerInvariant();
        var path = Path.Combine(Path.GetTempPath(), run + ".journal");
        var first = new ConcurrentDictionary<(string Question, string KnownAt), string>();
        var changed = new ConcurrentBag<string>();
        var (asked, putBack) = (0, 0);
        using (var stop = new CancellationTokenSource())
        using (var journal = new Journal(path))
        using (var load = new JourneyLoad(system, journal, run))
        {
            var writing = load.RunAsync(8, TimeSpan.FromMilliseconds(100), stop.Token);
            await Task.WhenAll(Enumerable.Range(0, Askers).Select(async asker =>
            {
                for (var n = asker; n < questions; n += Askers)
                {
                    var (question, every) = Questions[n % Questions.Length];
                    await AskAsync(await signIn(), n / Questions.Length % every == 0 ? question : Questions[0].Path);
                }
            }));
            await stop.CancelAsync();
            await writing;
        }

        File.Delete(path);
        await Eventually.GetAsync(() => Delivery.WaitingAsync(system), waiting => waiting == 0, TimeSpan.FromMinutes(2));
        foreach (var ((question, knownAt), body) in first)
        {
            var (again, instant, _) = await ReadAsync(await signIn(), question, knownAt);
            if (again != body || instant != knownAt)
            {
                changed.Add($"{question}, known at {knownAt}");
            }
        }

        var verdict = new Verdict(asked, putBack, first.Count, first.Values.Distinct().Count(), [.. changed.Distinct()]);
        say(string.Create(CultureInfo.InvariantCulture,
            $"{verdict.Asked} questions, {verdict.PutBack} put back; {verdict.Instants} different ones, {verdict.Answers} different "
                + $"answers; {verdict.Changed.Count} answered otherwise later"));
        foreach (var question in verdict.Changed.Take(20))
        {
            say("changed: " + question);
        }

        return verdict;

        async Task AskAsync(ApiClient client, string question)
        {
            var now = TimeProvider.System.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
            var (body, instant, wasPutBack) = await ReadAsync(client, question, now);
            Interlocked.Increment(ref asked);
            Interlocked.Add(ref putBack, wasPutBack ? 1 : 0);
            if (first.GetOrAdd((question, instant), body) != body)
            {
                changed.Add($"{question}, known at {instant}");
            }
        }
    }

    private static async Task<(string Hash, string KnownAt, bool PutBack)> ReadAsync(ApiClient client, string question, string knownAt)
    {
        // A client asks a busy service again.
        var answer = (await Eventually.GetAsync(
            () => client.GetAsync($"{question}&knownAt={Uri.EscapeDataString(knownAt)}"), a => a.Status != 503)).Is(200);
        var body = JsonNode.Parse(answer.Body)!.AsObject();
        var wasPutBack = body.Remove("putBack");
        // A cursor goes with the question as it was asked.
        body.Remove("next");
        return (Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(body.ToJsonString()))), (string)body["knownAt"]!, wasPutBack);
    }
}
