using Qibin.Crm.Benchmarks.Imports;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.EndToEnd.Tests.LeadRows;

/// <summary>Row A10, the small form; 50,000 rows with 1,000 bad ones are the benchmarks' command <c>imports</c>.</summary>
public class ImportAndExportTests(RunningSystem system)
{
    [Fact]
    public async Task A10_Import_killed_half_way_ends_the_same_bad_rows_come_back_and_revert_restores_the_state_before()
    {
        var output = TestContext.Current.TestOutputHelper!;
        using var run = new ImportRun(system.System, () => system.TokenAsync(system.Person("officer", "promotion-satellite")),
            output.WriteLine);
        var verdict = await run.RunAsync(rows: 5000, bad: 100);
        output.WriteLine(verdict.ToString());
        Assert.Equal((4704, 196, 100, 100), (verdict.Created, verdict.Updated, verdict.Failed, verdict.Reasons));
        Assert.Equal(0, verdict.Doubled);
        Assert.True(verdict.Restored, verdict.ToString());
        // What was taken back has left the totals as well.
        await system.SettledAsync();
        using var administrator = await system.AsAsync("administrator");
        var verification = (await administrator.PostAsync("/api/v1/pipeline/verifications", null)).Is(202).Id;
        var verified = await Eventually.GetAsync(
            async () => (await administrator.GetAsync($"/api/v1/pipeline/verifications/{verification}")).Is(200).Json,
            v => v.GetProperty("job").GetProperty("state").GetString() is "succeeded" or "failed", TimeSpan.FromMinutes(2));
        Assert.Equal(0, verified.GetProperty("findings").GetProperty("differing").GetInt32());
    }

    [Fact]
    public async Task F12_Export_runs_as_a_job_and_is_its_owners_alone()
    {
        using var officer = await system.AsAsync("officer", "promotion-satellite");
        using var stranger = await system.AsAsync("officer", "promotion-xinchuang");
        foreach (var format in (string[])["xlsx", "csv"])
        {
            var id = (await officer.PostAsync("/api/v1/exports", new { list = "leads", format, query = "sort=code" })).Is(202).Id;
            var done = await Eventually.GetAsync(async () => (await officer.GetAsync($"/api/v1/exports/{id}")).Is(200),
                a => a.Json.GetProperty("job").GetProperty("state").GetString() == "succeeded");
            var listed = (await officer.GetAsync("/api/v1/leads?total=true&limit=1")).Is(200).Json.GetProperty("total").GetInt32();
            Assert.Equal(listed, done.Json.GetProperty("job").GetProperty("done").GetInt32());
            (await officer.GetAsync(done.Json.GetProperty("file").GetString()!)).Is(200);
            (await stranger.GetAsync($"/api/v1/exports/{id}")).Is(404);
            (await stranger.GetAsync($"/api/v1/exports/{id}/file")).Is(404);
        }
    }
}
