using Npgsql;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Enterprises.Tests;

/// <summary>One space is never let twice at once.</summary>
public class OccupationTests(EnterprisesFixture enterprises) : IClassFixture<EnterprisesFixture>
{
    [Fact]
    public async Task Of_fifty_who_race_for_one_space_exactly_one_wins()
    {
        var space = await enterprises.SpaceAsync();
        var enterprise = await enterprises.EnterpriseAsync();
        var reviewed = (await enterprises.Service.As(TestCaller.Integration()).PostAsync("/api/v1/entry-applications/batch", new
        {
            mode = "atomic",
            items = Enumerable.Range(0, 50).Select(i => new
            {
                draft = new { enterpriseId = enterprise, spaceIds = new[] { space }, wantedFrom = enterprises.Today.AddDays(i) },
                acceptance = new { },
                review = EnterprisesFixture.Review(),
            }),
        })).Is(200).Json.GetProperty("results");
        var racers = reviewed.EnumerateArray().Select(r => r.GetProperty("receipt").GetProperty("id").GetGuid());

        var answers = await Task.WhenAll(racers.Select(id => enterprises.StepAsync(id, "approval", caller: enterprises.Approver)));

        Assert.Single(answers, a => a.Status == 200);
        Assert.All(answers.Where(a => a.Status != 200), a => a.IsProblem(409, "premises.spaceTaken"));
        Assert.Equal(1, await enterprises.Service.CountAsync($"select count(*) from occupation where space_id = '{space}'"));
        Assert.Equal(1, await enterprises.Service.CountAsync(
            $"select count(*) from entry_application where state = 3 and '{space}' = any(space_ids)"));
    }

    [Fact]
    public async Task The_database_itself_refuses_a_second_occupation_that_overlaps()
    {
        var space = await enterprises.SpaceAsync();
        var enterprise = await enterprises.EnterpriseAsync();
        await enterprises.MovedInAsync(enterprise, [space]);
        var other = (await enterprises.DraftAsync(enterprise, [space])).Id;
        await using var source = NpgsqlDataSource.Create(enterprises.Service.Database);

        async Task InsertAsync(int fromDays, string until)
        {
            await using var command = source.CreateCommand(
                "insert into occupation (application_id, space_id, occupied_from, occupied_until) values "
                + $"('{other}', '{space}', '{EnterprisesFixture.Iso(enterprises.Today.AddDays(fromDays))}', {until})");
            await command.ExecuteNonQueryAsync();
        }

        var refused = await Assert.ThrowsAsync<PostgresException>(() => InsertAsync(5, "null"));
        Assert.Equal(("23P01", "ex_occupation_space"), (refused.SqlState, refused.ConstraintName));
        await InsertAsync(-5, $"'{EnterprisesFixture.Iso(enterprises.Today)}'");
    }

    [Fact]
    public async Task Terms_that_touch_do_not_overlap()
    {
        var (space, enterprise, day) = (await enterprises.SpaceAsync(), await enterprises.EnterpriseAsync(), enterprises.Today.AddDays(10));
        var first = await enterprises.ReviewedAsync(enterprise, [space], day, day.AddDays(30));
        var second = await enterprises.ReviewedAsync(enterprise, [space], day.AddDays(30));
        var between = await enterprises.ReviewedAsync(enterprise, [space], day.AddDays(29), day.AddDays(31));

        (await enterprises.StepAsync(first, "approval", caller: enterprises.Approver)).Is(200);
        (await enterprises.StepAsync(second, "approval", caller: enterprises.Approver)).Is(200);
        (await enterprises.StepAsync(between, "approval", caller: enterprises.Approver)).IsProblem(409, "premises.spaceTaken");
    }

    [Theory]
    [InlineData("return")]
    [InlineData("withdrawal")]
    public async Task What_is_returned_or_withdrawn_gives_its_spaces_back(string step)
    {
        var (space, enterprise) = (await enterprises.SpaceAsync(), await enterprises.EnterpriseAsync());
        var first = await enterprises.ReviewedAsync(enterprise, [space]);
        var second = await enterprises.ReviewedAsync(enterprise, [space]);
        (await enterprises.StepAsync(first, "approval", caller: enterprises.Approver)).Is(200);
        (await enterprises.StepAsync(second, "approval", caller: enterprises.Approver)).IsProblem(409, "premises.spaceTaken");

        (await enterprises.StepAsync(first, step, new { opinion = "改选场地" })).Is(200);

        (await enterprises.StepAsync(second, "approval", caller: enterprises.Approver)).Is(200);
    }

    [Fact]
    public async Task Ending_a_tenancy_frees_the_space_from_that_day()
    {
        var (space, enterprise, today) = (await enterprises.SpaceAsync(), await enterprises.EnterpriseAsync(), enterprises.Today);
        var (_, tenancy) = await enterprises.MovedInAsync(enterprise, [space], today.AddDays(-20));
        var next = await enterprises.ReviewedAsync(enterprise, [space], today.AddDays(-5));
        (await enterprises.StepAsync(next, "approval", caller: enterprises.Approver)).IsProblem(409, "premises.spaceTaken");

        (await enterprises.EndAsync(tenancy, today.AddDays(-5))).Is(200);

        (await enterprises.StepAsync(next, "approval", caller: enterprises.Approver)).Is(200);
        (await enterprises.EndAsync(tenancy, today)).IsProblem(409, "tenancy.ended");
    }

    [Fact]
    public async Task MovingIn_before_the_wanted_day_takes_the_space_from_then_on()
    {
        var (space, enterprise, today) = (await enterprises.SpaceAsync(), await enterprises.EnterpriseAsync(), enterprises.Today);
        var until = await enterprises.ReviewedAsync(enterprise, [space], today.AddDays(-3), today.AddDays(20));
        var early = await enterprises.ReviewedAsync(enterprise, [space], today.AddDays(20));
        (await enterprises.StepAsync(until, "approval", caller: enterprises.Approver)).Is(200);
        (await enterprises.StepAsync(early, "approval", caller: enterprises.Approver)).Is(200);
        (await enterprises.StepAsync(early, "agreement")).Is(200);
        (await enterprises.StepAsync(early, "handover")).Is(200);

        (await enterprises.StepAsync(early, "move-in")).IsProblem(409, "premises.spaceTaken");
        (await enterprises.StepAsync(until, "withdrawal", new { opinion = "放弃" })).Is(200);
        (await enterprises.StepAsync(early, "move-in")).Is(200);

        Assert.Equal(1, await enterprises.Service.CountAsync(
            $"select count(*) from occupation where space_id = '{space}' and occupied_from = '{EnterprisesFixture.Iso(today)}'"));
    }

    [Fact]
    public async Task A_tenant_who_stays_past_the_term_keeps_the_space_out_of_the_free_ones()
    {
        var (building, today) = (await enterprises.BuildingAsync(), enterprises.Today);
        var space = await enterprises.SpaceAsync(building);
        var (_, tenancy) = await enterprises.MovedInAsync(
            await enterprises.EnterpriseAsync(), [space], today.AddDays(-30), to: today.AddDays(-1));

        async Task<int> FreeAsync() =>
            (await enterprises.Officer.GetAsync($"/api/v1/premises/spaces?buildingId={building}&free=true"))
                .Is(200).Json.GetProperty("items").GetArrayLength();

        Assert.Equal(0, await FreeAsync());
        (await enterprises.EndAsync(tenancy)).Is(200);
        Assert.Equal(1, await FreeAsync());
    }

    [Fact]
    public async Task A_space_that_cannot_be_let_is_not_reserved()
    {
        var space = await enterprises.SpaceAsync();
        var id = await enterprises.ReviewedAsync(await enterprises.EnterpriseAsync(), [space]);
        (await enterprises.Officer.PatchAsync($"/api/v1/premises/spaces/{space}", new { state = "underRepair" }, "\"1\"")).Is(200);

        (await enterprises.StepAsync(id, "approval", caller: enterprises.Approver)).IsProblem(409, "premises.spaceNotAvailable");
    }

    [Fact]
    public async Task The_roster_says_who_was_in_the_city_on_a_day()
    {
        var (enterprise, today) = (await enterprises.EnterpriseAsync(), enterprises.Today);
        var (_, first) = await enterprises.MovedInAsync(enterprise, [await enterprises.SpaceAsync()], today.AddDays(-50));
        var (_, second) = await enterprises.MovedInAsync(enterprise, [await enterprises.SpaceAsync()], today.AddDays(-10));
        (await enterprises.EndAsync(first, today.AddDays(-5))).Is(200);

        async Task<Guid[]> RosterAsync(int days) =>
            [.. (await enterprises.Service.As(TestCaller.Officer()).GetAsync(
                $"/api/v1/tenancies?enterpriseId={enterprise}&sort=startedOn&on={EnterprisesFixture.Iso(today.AddDays(days))}")).Is(200)
                .Json.GetProperty("items").EnumerateArray().Select(t => t.GetProperty("id").GetGuid())];

        Assert.Empty(await RosterAsync(-51));
        Assert.Equal([first], await RosterAsync(-50));
        Assert.Equal([first, second], await RosterAsync(-6));
        Assert.Equal([second], await RosterAsync(-5));
        Assert.True((await enterprises.Officer.GetAsync($"/api/v1/enterprises/{enterprise}")).Json.GetProperty("inCity").GetBoolean());
        (await enterprises.EndAsync(second)).Is(200);
        Assert.False((await enterprises.Officer.GetAsync($"/api/v1/enterprises/{enterprise}")).Json.GetProperty("inCity").GetBoolean());
        var detail = (await enterprises.Officer.GetAsync($"/api/v1/tenancies/{first}")).Is(200).Json;
        Assert.Equal(EnterprisesFixture.Iso(today.AddDays(-5)), detail.GetProperty("endedOn").GetString());
        Assert.StartsWith("示例企业", detail.GetProperty("enterpriseName").GetString(), StringComparison.Ordinal);
    }
}
