using Npgsql;
using Qibin.Crm.TestKit;
using Qibin.Crm.Web.Tests.Shelf;

namespace Qibin.Crm.Web.Tests;

public class WriteTests(ShelfFixture shelf) : IClassFixture<ShelfFixture>
{
    private static readonly object Box = new { name = "箱子", material = "wood" };

    [Fact]
    public async Task A_repeat_gets_the_first_answer_to_the_byte_from_another_process_too()
    {
        using var officer = shelf.AsOfficer();
        var first = (await officer.PostAsync("/api/v1/things", Box, key: "k-1")).Is(201);
        await using var second = await TestService.StartAsync("shelf", ShelfService.Build,
            builder => builder.Configuration["ConnectionStrings:Database"] = shelf.Service.Database);
        using var again = second.As(shelf.Officer);
        foreach (var client in new[] { officer, again })
        {
            var repeat = (await client.PostAsync("/api/v1/things", Box, key: "\"k-1\"")).Is(201);
            Assert.Equal((first.Body, first.ETag, first.Headers.Location), (repeat.Body, repeat.ETag, repeat.Headers.Location));
        }

        (await officer.PostAsync("/api/v1/things", new { name = "柜子", material = "wood" }, key: "k-1")).IsProblem(422,
            "idempotency.reused");
        (await officer.PostAsync("/api/v1/things/batches", new { mode = "each", items = new[] { Box } }, key: "k-1")).IsProblem(422,
            "idempotency.reused");
        using var other = shelf.Service.As(TestCaller.Officer());
        Assert.NotEqual(first.Id, (await other.PostAsync("/api/v1/things", Box, key: "k-1")).Is(201).Id);
    }

    [Fact]
    public async Task Copies_sent_at_once_make_one_thing()
    {
        var caller = TestCaller.Officer();
        using var officer = shelf.Service.As(caller);
        // On a busy machine a copy waits longer for the first than a request may; its client sends it again.
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Eventually.GetAsync(
            () => officer.PostAsync("/api/v1/things", Box, key: "copies"), answer => answer.Code != "idempotency.running")));
        Assert.Single(answers.Select(a => a.Is(201).Body).Distinct());
        Assert.Single((await officer.GetAsync("/api/v1/things")).Is(200).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task A_key_whose_request_is_still_running_is_told_so()
    {
        var caller = TestCaller.Officer();
        using var officer = shelf.Service.As(caller);
        await using var database = NpgsqlDataSource.Create(shelf.Service.Database);
        await using var connection = await database.OpenConnectionAsync();
        await using (var running = await connection.BeginTransactionAsync())
        {
            await using var claim = new NpgsqlCommand(
                "insert into api.idempotency (principal, key, method, route, request_hash) values ($1, 'running', 'POST', '/', '')",
                connection, running);
            claim.Parameters.Add(new NpgsqlParameter { Value = caller.Id });
            await claim.ExecuteNonQueryAsync();
            var refused = (await officer.PostAsync("/api/v1/things", Box, key: "running")).IsProblem(409, "idempotency.running");
            Assert.NotNull(refused.Headers.RetryAfter);
            await running.RollbackAsync();
        }

        (await officer.PostAsync("/api/v1/things", Box, key: "running")).Is(201);
    }

    [Fact]
    public async Task What_was_refused_may_be_sent_again_under_its_key()
    {
        using var head = shelf.Service.As(TestCaller.Person(Roles.UnitHead));
        var thing = (await head.PostAsync("/api/v1/things", Box)).Is(201);
        var path = $"/api/v1/things/{thing.Id}";
        var refused = (await head.PostAsync(path + "/closure", ifMatch: thing.ETag, key: "close")).IsProblem(409, "thing.notReady");
        Assert.Equal(["note"], refused.Json.GetProperty("missing").EnumerateArray().Select(m => m.GetString()));

        var noted = (await head.PatchAsync(path, new { note = "满" }, thing.ETag)).Is(200);
        var closed = (await head.PostAsync(path + "/closure", ifMatch: noted.ETag, key: "close")).Is(200);
        Assert.Equal("\"3\"", closed.ETag);
        var rule = (await head.PatchAsync(path, new { note = "空" }, closed.ETag)).IsProblem(409, "thing.closed");
        Assert.Equal("物品 箱子 已封存", rule.Json.GetProperty("title").GetString());
    }

    [Fact]
    public async Task Of_many_who_read_the_same_version_one_changes_it()
    {
        using var officer = shelf.AsOfficer();
        var thing = (await officer.PostAsync("/api/v1/things", Box)).Is(201);
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i =>
            officer.PatchAsync($"/api/v1/things/{thing.Id}", new { name = "箱子 " + i }, thing.ETag)));
        Assert.Equal([200, .. Enumerable.Repeat(412, 9)], answers.Select(a => a.Status).Order());
    }

    [Fact]
    public async Task A_read_tells_whether_anything_changed()
    {
        using var officer = shelf.AsOfficer();
        var thing = (await officer.PostAsync("/api/v1/things", Box)).Is(201);
        var path = $"/api/v1/things/{thing.Id}";
        Assert.Equal("\"1\"", (await officer.GetAsync(path)).Is(200).ETag);
        foreach (var known in new[] { "\"1\"", "W/\"1\"", "*", "\"7\", \"1\"" })
        {
            Assert.Equal("", (await officer.GetAsync(path, ifNoneMatch: known)).Is(304).Body);
        }

        (await officer.GetAsync(path, ifNoneMatch: "\"2\"")).Is(200);
        (await officer.DeleteAsync(path)).IsProblem(428, "ifMatch.required");
        (await officer.DeleteAsync(path, "\"2\"")).IsProblem(412, "ifMatch.stale");
        (await officer.DeleteAsync(path, "\"1\"")).Is(204);
        (await officer.GetAsync(path)).IsProblem(404, "resource.notFound");
    }

    [Fact]
    public async Task Of_a_batch_each_good_item_takes_effect_or_none_does()
    {
        using var officer = shelf.Service.As(TestCaller.Officer());
        object[] items = [Box, new { name = "", material = "wood" }, new { name = "a", material = "wood", uscc = "91410600MA0000000L" },
            new { name = "b", material = "wood", uscc = "91410600MA0000000L" }, Box];
        (await officer.PostAsync("/api/v1/things/batches", new { mode = "atomic", items })).IsProblem(400, "batch.refused");
        (await officer.PostAsync("/api/v1/things/batches", new { mode = "atomic", items = items[2..] })).IsProblem(409, "batch.refused");
        Assert.Empty((await officer.GetAsync("/api/v1/things")).Is(200).Json.GetProperty("items").EnumerateArray());

        var answer = (await officer.PostAsync("/api/v1/things/batches", new { mode = "each", items }, key: "each")).Is(200);
        var results = answer.Json.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal([201, 400, 201, 409, 201], results.Select(r => r.GetProperty("status").GetInt32()));
        Assert.Equal("thing.usccTaken", results[3].GetProperty("problem").GetProperty("code").GetString());
        Assert.Equal(3, (await officer.GetAsync("/api/v1/things")).Is(200).Json.GetProperty("items").GetArrayLength());
        Assert.Equal(answer.Body,
            (await officer.PostAsync("/api/v1/things/batches", new { mode = "each", items }, key: "each")).Is(200).Body);
    }

    [Fact]
    public async Task T15_An_item_that_cannot_be_read_is_refused_by_itself()
    {
        using var officer = shelf.Service.As(TestCaller.Officer());
        const string Items =
            """
            [{"name":"a","material":"wood"},{"name":"a","material":"stone of the wise"},{"name":7,"material":"wood"},
             {"name":"a","material":"wood","price":{"amount":"1.001","currency":"CNY"}},{"name":"a","material":"wood","colour":"red"},
             {"name":"a","name":"b","material":"wood"},[],7,null,{"name":"b","material":"wood"}]
            """;
        string[] codes =
        [
            "word.unknown", "json.wrongType", "money.decimals", "json.unknownProperty", "json.wrongType", "json.wrongType",
            "json.wrongType", "value.required",
        ];
        string[] pointers = ["/material", "/name", "/price", "/colour", "/name", "", "", ""];
        var answer = (await officer.SendAsync(HttpMethod.Post, "/api/v1/things/batches", $$"""{"mode":"each","items":{{Items}}}"""))
            .Is(200);
        var results = answer.Json.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal([201, .. Enumerable.Repeat(400, 8), 201], results.Select(r => r.GetProperty("status").GetInt32()));
        var faults = results[1..^1].ConvertAll(r => r.GetProperty("problem").GetProperty("errors")[0]);
        Assert.Equal(pointers, faults.Select(f => f.GetProperty("pointer").GetString()));
        Assert.Equal(codes, faults.Select(f => f.GetProperty("code").GetString()));
        Assert.Equal(2, (await officer.GetAsync("/api/v1/things")).Is(200).Json.GetProperty("items").GetArrayLength());

        // What is no JSON has no items, and an atomic batch takes all or none.
        (await officer.SendAsync(HttpMethod.Post, "/api/v1/things/batches", """{"mode":"each","items":[{"name":"a",}]}""")).Is(400);
        (await officer.SendAsync(HttpMethod.Post, "/api/v1/things/batches", """{"mode":"each","items":{}}""")).Is(400);
        var refused = (await officer.SendAsync(
            HttpMethod.Post, "/api/v1/things/batches", $$"""{"mode":"atomic","items":{{Items}}}""")).IsProblem(400, "batch.refused");
        Assert.Equal("/items/1", refused.Json.GetProperty("errors")[0].GetProperty("pointer").GetString());
        Assert.Equal(2, (await officer.GetAsync("/api/v1/things")).Is(200).Json.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task R7_A_batch_that_finds_no_place_in_time_is_refused_before_work_begins()
    {
        using var officer = shelf.AsOfficer();
        var places = shelf.Service.Services.GetRequiredService<BatchPlaces>();
        var items = Enumerable.Repeat(Box, 500);
        var running = await places.TakeAsync(500, CancellationToken.None);

        // The first waits, the second finds the queue full.
        var waiting = officer.PostAsync("/api/v1/things/batches", new { mode = "each", items }, key: "R7-1");
        var answers = await Task.WhenAll(waiting, officer.PostAsync("/api/v1/things/batches", new { mode = "each", items }, key: "R7-2"));
        Assert.All(answers, answer =>
        {
            answer.IsProblem(503, "service.busy");
            Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        });
        // The negative control: what is no batch is not held up.
        (await officer.PostAsync("/api/v1/things", Box)).Is(201);

        waiting = officer.PostAsync("/api/v1/things/batches", new { mode = "each", items }, key: "R7-1");
        running.Dispose();
        Assert.Equal(500, (await waiting).Is(200).Json.GetProperty("results").GetArrayLength());
    }
}
