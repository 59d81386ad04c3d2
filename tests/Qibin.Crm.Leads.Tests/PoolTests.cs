using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

public class PoolTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    [Fact]
    public async Task A_silent_lead_is_warned_of_once_three_days_before_and_then_goes_into_the_pool_for_everybody_to_see()
    {
        var owner = TestCaller.Officer();
        var lead = await leads.LeadAsync(leads.As(owner), ("investorName", "久未联系示例公司"));
        await DaysAsync(27);
        Assert.Empty(await ToldAsync(lead));
        await DaysAsync(1);
        await DaysAsync(1);
        Assert.Equal(["PoolWarned"], await ToldAsync(lead));
        Assert.False(await IsPooledAsync(lead));
        await DaysAsync(2);
        Assert.Equal(["PoolWarned", "LeadPooled"], await ToldAsync(lead));
        Assert.True(await IsPooledAsync(lead));

        var stranger = leads.As(TestCaller.Officer());
        (await stranger.GetAsync(LeadsFixture.Path(lead))).IsProblem(404, "resource.notFound");
        var row = (await stranger.GetAsync("/api/v1/pool?q=久未联系")).Is(200).Json.GetProperty("items").EnumerateArray()
            .Single(r => r.GetProperty("leadId").GetGuid() == lead.Id);
        Assert.Equal((owner.UnitId, 1), (row.GetProperty("formerUnitId").GetGuid(), row.GetProperty("contactCount").GetInt32()));
        Assert.DoesNotContain("张示例", row.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_contact_keeps_a_lead_out_of_the_pool_and_a_new_silence_is_warned_of_again()
    {
        var client = leads.As(TestCaller.Officer());
        var lead = await leads.LeadAsync(client);
        await DaysAsync(28);
        (await client.PostAsync(LeadsFixture.Path(lead) + "/contacts", new { channel = "phone", summary = "回访" })).Is(201);
        await DaysAsync(10);
        Assert.Equal(["PoolWarned"], await ToldAsync(lead));
        await DaysAsync(19);
        Assert.Equal(["PoolWarned", "PoolWarned"], await ToldAsync(lead));
        Assert.False(await IsPooledAsync(lead));
    }

    [Fact]
    public async Task Downtime_is_caught_up_once_over_several_timers()
    {
        var lead = await leads.LeadAsync(leads.As(TestCaller.Officer()));
        leads.Service.Clock.Advance(TimeSpan.FromDays(50));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => leads.Service.RunDueAsync()));
        Assert.Equal(["LeadPooled"], await ToldAsync(lead));
        Assert.Equal(0, await leads.Service.RunDueAsync());
    }

    [Fact]
    public async Task What_is_closed_confidential_or_entered_late_does_not_go_into_the_pool()
    {
        var owner = TestCaller.Officer();
        var client = leads.As(owner);
        var closed = await leads.LeadAsync(client);
        (await client.PostAsync(LeadsFixture.Path(closed) + "/closure", new { outcome = "invalid", reason = "noAnswer" }, closed.ETag))
            .Is(200);
        var secret = await leads.LeadAsync(client, ("confidential", true));
        (await client.PostAsync("/api/v1/pool", new { leadId = secret.Id, reason = "x" })).IsProblem(409, "pool.confidential");
        leads.Service.Clock.Advance(TimeSpan.FromDays(40));
        var late = await leads.LeadAsync(client, ("occurredOn", leads.Today.AddDays(-300)));
        await DaysAsync(2);
        foreach (var lead in (Answer[])[closed, secret, late])
        {
            Assert.Empty(await ToldAsync(lead));
            Assert.False(await IsPooledAsync(lead));
        }
    }

    [Fact]
    public async Task A_pooled_lead_goes_to_the_first_of_fifty_who_pick_it()
    {
        var lead = await ReleasedAsync(TestCaller.Officer());
        var racers = Enumerable.Range(0, 50).Select(_ => TestCaller.Officer()).ToList();
        var answers = await Task.WhenAll(racers.Select(r => leads.As(r).PostAsync($"/api/v1/pool/{lead.Id}/pick")));
        var winner = racers[Array.FindIndex(answers, a => a.Status == 200)];
        Assert.Equal(49, answers.Count(a => a.Status == 409 && a.Code == "pool.notPooled"));
        Assert.Equal(winner.Id, (await leads.As(winner).GetAsync(LeadsFixture.Path(lead))).Is(200).Json.GetProperty("ownerId").GetGuid());
        Assert.False(await IsPooledAsync(lead));
        Assert.Equal("LeadAssigned", (await leads.Service.EventsAsync(lead.Id))[^1].Type);
        Assert.Equal(["LeadPooled", "LeadLeftPool"], await ToldAsync(lead));
    }

    [Fact]
    public async Task The_former_owner_waits_thirty_days_and_nobody_picks_more_than_three_a_day()
    {
        var former = TestCaller.Officer();
        var lead = await ReleasedAsync(former);
        (await leads.As(former).PostAsync($"/api/v1/pool/{lead.Id}/pick")).IsProblem(409, "pool.formerOwner");
        leads.Service.Clock.Advance(TimeSpan.FromDays(30));
        (await leads.As(former).PostAsync($"/api/v1/pool/{lead.Id}/pick")).Is(200);
        Assert.False(await IsPooledAsync(lead));

        var eager = TestCaller.Officer();
        var four = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ReleasedAsync(TestCaller.Officer())));
        var picks = await Task.WhenAll(four.Select(l => leads.As(eager).PostAsync($"/api/v1/pool/{l.Id}/pick")));
        Assert.Equal(3, picks.Count(p => p.Status == 200));
        Assert.Equal("pool.dailyLimit", Assert.Single(picks, p => p.Status != 200).Code);
        leads.Service.Clock.Advance(TimeSpan.FromDays(1));
        (await leads.As(eager).PostAsync($"/api/v1/pool/{four[Array.FindIndex(picks, p => p.Status != 200)].Id}/pick")).Is(200);
    }

    [Fact]
    public async Task A_lead_that_a_head_gives_to_somebody_is_in_the_pool_no_more()
    {
        var owner = TestCaller.Officer();
        var lead = await ReleasedAsync(owner);
        var next = await leads.PlacedAsync(TestCaller.Officer(owner.UnitId));
        (await leads.As(TestCaller.Person(Roles.UnitHead, Reach.Subtree, owner.UnitId)).PostAsync(
            LeadsFixture.Path(lead) + "/assignment", new { ownerId = next.Id, reason = "专人跟进" }, lead.ETag)).Is(200);
        Assert.False(await IsPooledAsync(lead));
        (await leads.As(TestCaller.Officer()).PostAsync($"/api/v1/pool/{lead.Id}/pick")).IsProblem(404, "resource.notFound");
        await DaysAsync(2);
        Assert.Equal(["LeadPooled", "LeadLeftPool"], await ToldAsync(lead));
    }

    [Fact]
    public async Task Rules_are_edited_and_silence_before_they_began_pools_nothing()
    {
        await using var service = await TestService.StartAsync("leads", Program.Build);
        var admin = service.As(TestCaller.Person(Roles.Administrator));
        var rules = (await admin.GetAsync("/api/v1/pool/rules")).Is(200);
        Assert.Equal(service.Clock.Today().ToString("O", System.Globalization.CultureInfo.InvariantCulture), rules.Json.GetProperty("rules")
            .GetProperty("startOn").GetString());
        var off = (await admin.PutAsync(
            "/api/v1/pool/rules", new { enabled = false, idleDays = 30, warningDays = 3, dailyPicks = 3, returnDays = 30 }, rules.ETag))
            .Is(200);
        var client = service.As(TestCaller.Officer());
        var lead = (await client.PostAsync("/api/v1/first-contacts", leads.FirstContact())).Is(201);
        service.Clock.Advance(TimeSpan.FromDays(60));
        await service.RunDueAsync();
        (await admin.PutAsync("/api/v1/pool/rules", new { enabled = true, idleDays = 5, warningDays = 0, dailyPicks = 3, returnDays = 30 },
            off.ETag)).Is(200);
        await EachDayAsync(5);
        Assert.Equal(0, (await client.GetAsync("/api/v1/pool?total=true")).Is(200).Json.GetProperty("total").GetInt64());
        await EachDayAsync(7);
        Assert.Equal(lead.Id, (await client.GetAsync("/api/v1/pool")).Is(200).Json.GetProperty("items")[0].GetProperty("leadId").GetGuid());

        async Task EachDayAsync(int days)
        {
            for (var day = 0; day < days; day++)
            {
                service.Clock.Advance(TimeSpan.FromDays(1));
                await service.RunDueAsync();
            }
        }
    }

    private async Task<Answer> ReleasedAsync(TestCaller owner)
    {
        var lead = await leads.LeadAsync(leads.As(owner));
        (await leads.As(owner).PostAsync("/api/v1/pool", new { leadId = lead.Id, reason = "精力不足" })).Is(200);
        (await leads.As(owner).PostAsync("/api/v1/pool", new { leadId = lead.Id, reason = "x" })).IsProblem(409, "pool.already");
        return lead;
    }

    private async Task DaysAsync(int days)
    {
        leads.Service.Clock.Advance(TimeSpan.FromDays(days));
        await leads.Service.RunDueAsync();
    }

    private async Task<bool> IsPooledAsync(Answer lead) =>
        (await leads.As(TestCaller.Officer()).GetAsync("/api/v1/pool?limit=200")).Is(200).Json.GetProperty("items").EnumerateArray()
            .Any(r => r.GetProperty("leadId").GetGuid() == lead.Id);

    /// <summary>What was told of a lead's place in the pool.</summary>
    private async Task<IReadOnlyList<string>> ToldAsync(Answer lead)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(leads.Service.Database);
        await using var command = source.CreateCommand("select p.id from pool_place p where lead_id = $1");
        command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = lead.Id });
        return [.. (await leads.Service.EventsAsync((Guid)(await command.ExecuteScalarAsync())!)).Select(e => e.Type)];
    }
}
