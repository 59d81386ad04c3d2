using Qibin.Crm.TestKit;

namespace Qibin.Crm.Projects.Tests;

/// <summary>Several at once.</summary>
public sealed class RaceTests(City city) : IClassFixture<City>
{
    [Fact]
    public async Task Of_two_approvals_at_once_one_wins()
    {
        for (var round = 0; round < 5; round++)
        {
            var id = await city.AtAsync("negotiating");
            var submission = (await city.As(city.Officer)
                .PostAsync($"/api/v1/projects/{id}/submissions", (string)Evidence.Full(city, "signed"))).Is(201);
            var answers = await Task.WhenAll(new[] { city.Leader, city.Coordinator }.Select(approver =>
                city.As(approver).PostAsync(
                    $"/api/v1/projects/{id}/submissions/{submission.Id}/approval", new { decision = "approved" }, submission.ETag)));
            Assert.Equal([200, 412], answers.Select(a => a.Status).Order());
            Assert.Equal("signed", await city.StageAsync(id));
            Assert.Single(await city.Service.EventsAsync(id), e => e.Type == "ProjectStageReached");
        }
    }

    [Fact]
    public async Task Of_ten_submissions_at_once_one_waits()
    {
        var id = await city.AtAsync("negotiating");
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(n => SentAsync(() => city.As(city.Officer).PostAsync(
                $"/api/v1/projects/{id}/submissions", (string)Evidence.Full(city, "signed"), key: $"{id}-{n}"))));
        Assert.Single(answers, a => a.Status == 201);
        Assert.All(answers.Where(a => a.Status != 201), a => a.IsProblem(409, "submission.open"));
    }

    [Fact]
    public async Task Twenty_copies_of_one_submission_are_one_submission_with_one_answer()
    {
        var id = await city.AtAsync("negotiating");
        string body = Evidence.Full(city, "signed");
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(
            _ => SentAsync(() => city.As(city.Officer).PostAsync($"/api/v1/projects/{id}/submissions", body, key: "copies"))));
        Assert.Single(answers.Select(a => a.Is(201).Body).Distinct());
        Assert.Single((await city.As(city.Officer).GetAsync($"/api/v1/projects/{id}/stages")).Json.GetProperty("submissions")
            .EnumerateArray());
        (await city.As(city.Officer)
            .PostAsync($"/api/v1/projects/{id}/submissions", (string)(Evidence.Full(city, "signed") with { ContractAmount = City.Cny(1) }),
            key: "copies"))
            .IsProblem(422, "idempotency.reused");
    }

    [Fact]
    public async Task Of_ten_reversals_at_once_one_takes_the_entry_back()
    {
        var id = await city.AtAsync("signed");
        var paid = (await city.As(city.Officer)
            .PostAsync($"/api/v1/projects/{id}/amounts",
            new { kind = "paidIn", amount = City.Cny(9), occurredOn = city.Today, origin = "domestic" })).Is(201);
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(n => SentAsync(() => city.As(city.Officer).PostAsync(
            $"/api/v1/projects/{id}/amounts/{paid.Id}/reversal", new { reason = "重复" }, paid.ETag, $"{id}-{n}"))));
        Assert.Single(answers, a => a.Status == 201);
        Assert.All(answers.Where(a => a.Status != 201), a => a.IsProblem(412, "ifMatch.stale"));
        Assert.Equal("0.00", (await city.GetAsync(id)).Json.GetProperty("paidIn")[0].GetProperty("amount").GetString());
    }

    [Fact]
    public async Task Fifty_changes_by_ten_writers_lose_nothing()
    {
        var id = await city.OpenedAsync();
        var applied = 0;
        await Task.WhenAll(Enumerable.Range(0, 10).Select(async writer =>
        {
            for (var change = 0; change < 5;)
            {
                var answer = await city.As(city.Integration)
                    .PatchAsync($"/api/v1/projects/{id}", new { expectedJobs = (writer * 5) + change }, await city.ETagAsync(id));
                Assert.True(answer.Status is 200 or 412, answer.Body);
                if (answer.Status == 200)
                {
                    Interlocked.Increment(ref applied);
                    change++;
                }
            }
        }));
        Assert.Equal(50, applied);
        Assert.Equal("\"51\"", await city.ETagAsync(id));
        Assert.Equal(51, (await city.Service.EventsAsync(id)).Count);
    }

    [Fact]
    public async Task The_database_itself_keeps_a_second_submission_from_waiting()
    {
        var id = await city.AtAsync("negotiating");
        (await city.As(city.Officer).PostAsync($"/api/v1/projects/{id}/submissions", (string)Evidence.Full(city, "signed"))).Is(201);
        await using var source = Npgsql.NpgsqlDataSource.Create(city.Service.Database);
        await using var copy = source.CreateCommand(
            """
            insert into submission select (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid()))).* from submission c
                where project_id = $1
            """);
        copy.Parameters.Add(new Npgsql.NpgsqlParameter { Value = id });
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => copy.ExecuteNonQueryAsync());
        Assert.Equal("one_open_submission_a_project", refused.ConstraintName);
    }

    /// <summary>Sends again under its key what is still under way, or waited too long for the others on a busy machine.</summary>
    private static async Task<Answer> SentAsync(Func<Task<Answer>> send) =>
        await Eventually.GetAsync(send, answer => answer.Status != 503 && answer.Code != "idempotency.running");
}
