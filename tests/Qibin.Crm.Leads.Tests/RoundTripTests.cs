using System.Diagnostics;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

/// <summary>The hot path costs what it should: what the driver sends for one logged contact, seen by its own tracing.</summary>
public class RoundTripTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    [Fact]
    public async Task Logging_a_contact_takes_four_round_trips_claim_lock_save_commit()
    {
        var client = leads.As(TestCaller.Officer());
        var lead = await leads.LeadAsync(client);
        var trace = ActivityTraceId.CreateRandom();
        var sent = new List<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Npgsql" or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == trace && activity.Source.Name == "Npgsql")
                {
                    sent.Add(activity.GetTagItem("db.query.text") as string ?? activity.GetTagItem("db.statement") as string
                        ?? activity.DisplayName);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);

        (await client.SendAsync(
            HttpMethod.Post, LeadsFixture.Path(lead) + "/contacts", new { channel = "phone", summary = "来电" },
            headers: request => request.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01"))).Is(201);

        // The driver sends "begin" ahead of the first statement in the same message.
        string[] expected = ["insert into api.idempotency", "FOR UPDATE", "INSERT INTO messaging.event", "commit"];
        Assert.True(
            sent.Count == expected.Length && sent.Zip(expected).All(x => x.First.Contains(x.Second, StringComparison.Ordinal)),
            string.Join("\n--\n", sent));
    }
}
