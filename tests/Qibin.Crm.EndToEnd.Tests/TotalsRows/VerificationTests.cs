using System.Text.Json;
using Npgsql;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.EndToEnd.Tests.TotalsRows;

/// <summary>What the totals are counted from, beside what the services hold.</summary>
public class VerificationTests(RunningSystem system)
{
    [Fact]
    public async Task E1_A_verification_compares_every_lead_project_and_enterprise_while_writes_go_on_and_finds_nothing()
    {
        using var officer = await system.AsAsync("officer", "promotion-satellite");
        using var done = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            var written = 0;
            while (!done.IsCancellationRequested)
            {
                (await officer.PostAsync("/api/v1/first-contacts", new
                {
                    investorName = $"核验示例公司{written}（演示）",
                    personName = "示例人",
                    phone = "17012340005",
                    channel = "phone",
                    summary = "核验时的来电。",
                    nextStep = "回访",
                    nextStepDueOn = "2030-01-01",
                    duplicateOverride = new { reason = "端到端测试" },
                })).Is(201);
                written++;
            }

            return written;
        });
        var found = await FoundAsync();
        await done.CancelAsync();
        var written = await writing;

        Assert.True(written > 0);
        Assert.True(found.GetProperty("differing").GetInt64() == 0, found.GetRawText());
        var held = await OneAsync<long>("leads", "select count(*) from lead");
        Assert.InRange(found.GetProperty("leads").GetInt64(), held - written, held);
        Assert.InRange(found.GetProperty("journeys").GetInt64(), held - written, held);
        Assert.Equal(await OneAsync<long>("projects", "select count(*) from project"), found.GetProperty("projects").GetInt64());
        Assert.Equal(await OneAsync<long>("enterprises", "select count(*) from enterprise"), found.GetProperty("enterprises").GetInt64());
    }

    [Fact]
    public async Task E1_A_lost_event_a_wrong_state_a_wrong_row_and_a_wrong_sum_are_named_and_nothing_else()
    {
        var lost = await OneAsync<Guid>(
            "pipeline", "select stream_id from received_event where type = 'LeadAssigned' or type = 'ContactRecorded' group by 1 order "
                + "by count(*) desc, 1 limit 1");
        var wrong = await OneAsync<Guid>(
            "pipeline",
            $"""
            select lead_id from journey where lead_id <> '{lost}' and not removed and source_region is not null order by 1 limit 1
            """);
        var region = await OneAsync<string>("leads", $"select source_region from lead where id = '{wrong}'");
        var otherRegion = region == "659000" ? "650100" : "659000";
        var miscounted = await OneAsync<Guid>(
            "pipeline", $"select lead_id from journey where lead_id not in ('{lost}', '{wrong}') order by 1 limit 1");
        // An enterprise of no journey, so that its lost event is missed nowhere else.
        using var service = await system.AsAsync("serviceOfficer");
        var unheard = (await service.PostAsync("/api/v1/enterprises", RowsOfTheTests.Enterprise())).Is(201).Id;
        await Eventually.GetAsync(
            () => OneAsync<long>("pipeline", $"select count(*) from received_event where stream_id = '{unheard}'"), count => count > 0);
        var sum = await OneAsync<Guid>(
            "pipeline", "select key from rollup where currency = '' and at = 0 and count > 0 order by key limit 1");
        await ExecuteAsync(
            "pipeline",
            $"""
            create table kept_event as select * from received_event
            where (stream_id = '{lost}' and version = (select max(version) from received_event where stream_id = '{lost}'))
                or stream_id = '{unheard}';
            """);
        try
        {
            await ExecuteAsync(
                "pipeline",
                $"""
                delete from received_event e using kept_event k where e.stream_id = k.stream_id and e.version = k.version
                    and e.ordinal = k.ordinal;
                update journey set code = 'X-' || code where lead_id = '{miscounted}';
                update rollup set count = count + 7 where key = '{sum}';
                """);
            await ExecuteAsync("leads", $"update lead set source_region = '{otherRegion}' where id = '{wrong}'");
            var found = await FoundAsync();

            var named = found.GetProperty("differences").EnumerateArray()
                .Select(
                    d => (Of: d.GetProperty("of").GetString()!, Id: d.TryGetProperty("id", out var id)
                    && id.ValueKind == JsonValueKind.String ? id.GetGuid() : (Guid?)null,
                    What: d.GetProperty("what").GetString()!, Found: d.GetProperty("found").GetString())).ToList();
            Assert.Equal(named.Count, found.GetProperty("differing").GetInt32());
            Assert.Contains(named, d => (d.Of, d.Id, d.What) == ("lead", lost, "version"));
            Assert.Contains(named, d => (d.Of, d.Id, d.What) == ("lead", wrong, "sourceRegion"));
            Assert.Contains(("enterprise", unheard, "known", null), named);
            Assert.Contains(
                named, d => (d.Of, d.Id, d.What) == ("journey", miscounted, "code") && d.Found!.StartsWith("X-", StringComparison.Ordinal));
            Assert.Single(named, d => d.Of == "rollup");
            Guid[] meant = [lost, wrong, miscounted, unheard];
            Assert.Empty(named.Where(d => d.Of != "rollup").Select(d => d.Id!.Value).Except(meant));
        }
        finally
        {
            await ExecuteAsync("leads", $"update lead set source_region = '{region}' where id = '{wrong}'");
            await ExecuteAsync(
                "pipeline",
                $"""
                insert into received_event select * from kept_event on conflict do nothing;
                update journey set code = substr(code, 3) where lead_id = '{miscounted}' and code like 'X-%';
                update rollup set count = count - 7 where key = '{sum}';
                drop table kept_event;
                """);
        }

        Assert.Equal(0, (await FoundAsync()).GetProperty("differing").GetInt32());
    }

    [Fact]
    public async Task N3_An_open_submission_and_the_leads_of_a_reverted_import_are_no_difference()
    {
        await using var rows = new RowsOfTheTests(system);
        using var officer = await rows.AsAsync("officer");
        var project = await rows.ProjectAsync();
        var filed = (await officer.PostAsync(project.Path + "/submissions", RowsOfTheTests.SigningSubmission())).Is(201);
        Assert.Equal(
            "open", (await officer.GetAsync($"{project.Path}/submissions/{filed.Id}")).Is(200).Json.GetProperty("state").GetString());
        var import = await rows.ImportedAsync();
        (await officer.PostAsync(import.Path + "/reversal", new { }, import.ETag)).Is(202);
        await Eventually.TrueAsync(async () => (await officer.GetAsync(import.Path)).Is(200).Json.GetProperty("job").GetProperty("state")
            .GetString() == "succeeded");
        await system.SettledAsync();
        Assert.NotEqual(0, await OneAsync<long>("pipeline", "select count(*) from journey where removed"));

        var found = await FoundAsync();

        Assert.Equal("[]", found.GetProperty("differences").GetRawText());
        // What was removed is not waited for either: leads and journeys are as many.
        Assert.Equal(found.GetProperty("leads").GetInt64(), found.GetProperty("journeys").GetInt64());
    }

    [Fact]
    public async Task T16_What_went_into_the_bin_and_what_came_back_is_no_difference_and_a_rebuild_finds_nothing()
    {
        await using var rows = new RowsOfTheTests(system);
        using var officer = await rows.AsAsync("officer");
        using var leader = await system.AsAsync("leader");
        var (gone, back, both) = (await rows.LeadAsync(), await rows.LeadAsync(), await rows.LeadAsync());
        await system.SettledAsync();
        var before = await TotalsAsync(null);
        var removed = TimeProvider.System.GetUtcNow();
        await RemoveAsync(gone.Path);
        var item = await RemoveAsync(back.Path);
        // Its first contact is another one now, then the first again, and then it is gone as a whole and back.
        (await officer.PostAsync(both.Path + "/contacts", new { channel = "phone", summary = "回访", occurredOn = RowsOfTheTests.Day(-20) }))
            .Is(201);
        var contact = await RemoveAsync($"{both.Path}/contacts/{both.Of("contactId")}");
        Assert.Equal(
            RowsOfTheTests.Day(-20), (await officer.GetAsync(both.Path)).Is(200).Json.GetProperty("firstContactOn").GetString());
        var whole = await RemoveAsync(both.Path);
        await system.SettledAsync();
        var meanwhile = TimeProvider.System.GetUtcNow();
        Assert.Equal(before - 3, await TotalsAsync(null));
        Assert.Equal(before, await TotalsAsync(removed));
        foreach (var id in (Guid[])[item, whole, contact])
        {
            (await officer.PostAsync($"/api/v1/bin/{id}/restoration")).Is(201);
        }

        await system.SettledAsync();
        Assert.Equal((before - 1, before - 3, before), (await TotalsAsync(null), await TotalsAsync(meanwhile), await TotalsAsync(removed)));
        (await leader.GetAsync("/api/v1/pipeline/journeys/" + gone.Id)).IsProblem(404, "resource.notFound");
        (await leader.GetAsync("/api/v1/pipeline/journeys/" + back.Id)).Is(200);
        Assert.Equal(
            RowsOfTheTests.Day(-200),
            (await leader.GetAsync("/api/v1/pipeline/journeys/" + both.Id)).Is(200).Json.GetProperty("firstContactOn").GetString());

        var found = await FoundAsync();
        Assert.Equal("[]", found.GetProperty("differences").GetRawText());
        Assert.Equal(found.GetProperty("leads").GetInt64(), found.GetProperty("journeys").GetInt64());
        using var administrator = await system.AsAsync("administrator");
        var rebuild = (await administrator.PostAsync("/api/v1/pipeline/rebuilds", new { dryRun = true })).Is(202).Id;
        var rebuilt = await Eventually.GetAsync(
            async () => (await administrator.GetAsync($"/api/v1/pipeline/rebuilds/{rebuild}")).Is(200).Json,
            a => a.GetProperty("job").GetProperty("state").GetString() is "succeeded" or "failed");
        Assert.Equal(0, rebuilt.GetProperty("findings").GetProperty("differing").GetInt64());

        async Task<Guid> RemoveAsync(string path) =>
            (await officer.PostAsync(path + "/removal", new { reason = "误登" }, (await officer.GetAsync(path)).Is(200).ETag)).Is(200).Id;

        async Task<int> TotalsAsync(DateTimeOffset? known)
        {
            var query = known is { } at ? $"&knownAt={Uri.EscapeDataString($"{at:O}")}" : "";
            return (await leader.GetAsync("/api/v1/pipeline/totals?groupBy=stage&stage=new" + query)).Is(200).Json.GetProperty("total")
                .GetProperty("count").GetInt32();
        }
    }

    [Fact]
    public async Task E1_One_verification_at_a_time_by_an_administrator_and_going_on_when_a_service_was_away()
    {
        using var administrator = await system.AsAsync("administrator");
        using var leader = await system.AsAsync("leader");
        (await leader.PostAsync("/api/v1/pipeline/verifications", null)).IsProblem(403, "auth.forbidden");
        await system.System.KillAsync("projects");
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 6)
            .Select(
            n => administrator.PostAsync("/api/v1/pipeline/verifications", null, key: $"verification-{n}-{RowsOfTheTests.NewId()}")));

        Assert.Single(answers.Select(a => a.Is(202).Id).Distinct());
        Assert.Equal(0, (await FoundAsync(answers[0].Id)).GetProperty("differing").GetInt32());
        (await leader.GetAsync($"/api/v1/pipeline/verifications/{answers[0].Id}")).IsProblem(403, "auth.forbidden");
        (await administrator.GetAsync($"/api/v1/pipeline/verifications/{RowsOfTheTests.NewId()}")).Is(404);
    }

    [Fact]
    public async Task R5_An_event_that_the_service_does_not_have_is_named_and_a_rebuild_from_the_verification_repairs_it()
    {
        using var administrator = await system.AsAsync("administrator");
        var lead = await OneAsync<Guid>("leads", "select id from lead where not confidential order by id limit 1");
        await system.SettledAsync();
        var code = await OneAsync<string>("pipeline", $"select code from journey where lead_id = '{lead}'");
        // As a forged message leaves it, or the restored backup of a service: far above every version that is yet to come.
        await ExecuteAsync(
            "pipeline",
            $"""
            insert into received_event select stream_id, version + 1000, ordinal, type, lead_id, project_id, enterprise_id, occurred_on,
                now(), actor_id, jsonb_set(event, ARRAY['lead', 'code'], '"X-1"')
            from received_event where stream_id = '{lead}' and event -> 'lead' ? 'code' order by version desc, ordinal desc limit 1
            """);
        await RebuiltAsync(new { });
        Assert.Equal("X-1", await OneAsync<string>("pipeline", $"select code from journey where lead_id = '{lead}'"));

        var verification = (await administrator.PostAsync("/api/v1/pipeline/verifications", null)).Is(202).Id;
        var found = await FoundAsync(verification);
        var named = Assert.Single(found.GetProperty("differences").EnumerateArray());
        Assert.Equal(("lead", lead, "version"),
            (named.GetProperty("of").GetString(), named.GetProperty("id").GetGuid(), named.GetProperty("what").GetString()));
        // The negative controls: a dry run, and a rebuild from what is stored, leave it.
        await RebuiltAsync(new { dryRun = true, verificationId = verification });
        await RebuiltAsync(new { });
        Assert.Equal("X-1", await OneAsync<string>("pipeline", $"select code from journey where lead_id = '{lead}'"));

        await RebuiltAsync(new { verificationId = verification });
        Assert.Equal(code, await OneAsync<string>("pipeline", $"select code from journey where lead_id = '{lead}'"));
        Assert.Equal(0, (await FoundAsync()).GetProperty("differing").GetInt32());

        var unknown = await administrator.PostAsync("/api/v1/pipeline/rebuilds", new { verificationId = RowsOfTheTests.NewId() });
        Assert.Contains("verification.unknown", unknown.Is(400).Body, StringComparison.Ordinal);

        async Task RebuiltAsync(object body)
        {
            var id = (await administrator.PostAsync("/api/v1/pipeline/rebuilds", body)).Is(202).Id;
            await Eventually.GetAsync(
                async () => (await administrator.GetAsync($"/api/v1/pipeline/rebuilds/{id}")).Is(200).Json,
                a => a.GetProperty("job").GetProperty("state").GetString() == "succeeded", TimeSpan.FromMinutes(2));
        }
    }

    private async Task<JsonElement> FoundAsync(Guid? asked = null)
    {
        using var administrator = await system.AsAsync("administrator");
        var id = asked ?? (await administrator.PostAsync("/api/v1/pipeline/verifications", null)).Is(202).Id;
        var answer = await Eventually.GetAsync(
            async () => (await administrator.GetAsync($"/api/v1/pipeline/verifications/{id}")).Is(200).Json,
            a => a.GetProperty("job").GetProperty("state").GetString() is "succeeded" or "failed", TimeSpan.FromMinutes(2));
        Assert.Equal("succeeded", answer.GetProperty("job").GetProperty("state").GetString());
        return answer.GetProperty("findings");
    }

    private async Task ExecuteAsync(string service, string sql)
    {
        await using var database = NpgsqlDataSource.Create(system.System.Database(service));
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<T> OneAsync<T>(string service, string sql)
    {
        await using var database = NpgsqlDataSource.Create(system.System.Database(service));
        await using var ask = database.CreateCommand(sql);
        return (T)(await ask.ExecuteScalarAsync())!;
    }
}
