using Npgsql;
using Qibin.Crm.Contracts.Directory;
using Qibin.Crm.Contracts.Pipeline;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

public class ClaimTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    [Fact]
    public async Task A_claim_is_confirmed_by_another_than_who_filed_it_and_extended_on_progress_only()
    {
        var owner = TestCaller.Officer();
        var head = leads.As(TestCaller.Person(Roles.UnitHead, Reach.Subtree, owner.UnitId));
        var lead = await LeadAsync(leads.As(owner));
        var claim = (await FileAsync(leads.As(owner), lead)).Is(201);
        var path = $"/api/v1/claims/{claim.Id}";
        Assert.Equal("pending", (await leads.As(owner).GetAsync(path)).Json.GetProperty("state").GetString());
        (await leads.As(owner).PostAsync(path + "/extension", new { progress = "x" }, claim.ETag)).IsProblem(409, "claim.wrongState");
        (await leads.As(owner).PostAsync(path + "/confirmation", new { decision = "confirmed" }, claim.ETag))
            .IsProblem(403, "auth.forbidden");

        var confirmed = (await head.PostAsync(path + "/confirmation", new { decision = "confirmed" }, claim.ETag)).Is(200);
        (await leads.As(owner).PostAsync(path + "/extension", new { progress = "x" }, claim.ETag)).IsProblem(412, "ifMatch.stale");
        (await leads.As(owner).PostAsync(path + "/extension", new { progress = "x" }, confirmed.ETag)).IsProblem(409, "claim.noProgress");
        (await leads.As(owner).PostAsync(LeadsFixture.Path(lead) + "/contacts", new { channel = "visitHere", summary = "来访考察" })).Is(201);
        (await leads.As(owner).PostAsync(path + "/extension", new { progress = "来访考察" }, confirmed.ETag)).Is(200);

        var read = (await leads.As(owner).GetAsync(path)).Is(200).Json;
        Assert.Equal("extended", read.GetProperty("state").GetString());
        Assert.Equal(TimeSpan.FromDays(180), read.GetProperty("heldUntil").GetDateTimeOffset() - read.GetProperty("claimedAt")
            .GetDateTimeOffset());
        Assert.Equal(["pending", "protected", "extended"], (await leads.Service.EventsAsync(claim.Id))
            .Select(e => e.Payload.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task N6_A_claim_without_a_rate_says_so_and_gets_its_tasks_once_there_is_one()
    {
        var client = leads.As(TestCaller.Officer());
        var lead = await LeadAsync(client);
        (await client.PatchAsync(
            LeadsFixture.Path(lead), new { estimatedInvestment = new Money(900_000_000, "SGD") }, lead.ETag)).Is(200);
        var path = $"/api/v1/claims/{(await FileAsync(client, lead)).Is(201).Id}";
        var without = (await client.GetAsync(path)).Is(200).Json;
        Assert.Equal("SGD", without.GetProperty("currencyWithoutRate").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, without.GetProperty("filing").ValueKind);

        await leads.Service.DeliverAsync(
            new RatesEntered
            {
                EnteredAt = TimeProvider.System.GetUtcNow(),
                Rates = [new() { Currency = "SGD", On = new DateOnly(2020, 1, 1), Rate = 5.6m }],
            },
            Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), 1);
        var with = (await client.GetAsync(path)).Is(200).Json;
        Assert.Equal(System.Text.Json.JsonValueKind.Null, with.GetProperty("currencyWithoutRate").ValueKind);
        Assert.NotEqual(System.Text.Json.JsonValueKind.Null, with.GetProperty("filing").ValueKind);
        Assert.NotEqual(System.Text.Json.JsonValueKind.Null, with.GetProperty("taskForce").ValueKind);
    }

    [Fact]
    public async Task A_head_who_filed_a_claim_leaves_its_confirmation_to_another()
    {
        var head = TestCaller.Person(Roles.UnitHead, Reach.Subtree);
        var client = leads.As(head);
        var claim = (await FileAsync(client, await LeadAsync(client))).Is(201);
        (await client.PostAsync($"/api/v1/claims/{claim.Id}/confirmation", new { decision = "confirmed" }, claim.ETag))
            .IsProblem(409, "claim.ownConfirmation");
        (await leads.As(TestCaller.Person(Roles.Coordinator))
            .PostAsync($"/api/v1/claims/{claim.Id}/confirmation", new { decision = "refused", note = "无凭据" }, claim.ETag)).Is(200);
        Assert.Equal(("released", "refused"),
            (Word(await client.GetAsync($"/api/v1/claims/{claim.Id}"), "state"),
            Word(await client.GetAsync($"/api/v1/claims/{claim.Id}"), "end")));
    }

    [Fact]
    public async Task A_second_unit_is_told_who_and_when_and_sees_nothing_more()
    {
        var (first, second) = (await UnitAsync("卫星招商局"), await UnitAsync("信创招商局"));
        var (one, two) = await SharedInvestorAsync(first, second);
        var claim = (await FileAsync(leads.As(first), one)).Is(201);

        var refused = (await FileAsync(leads.As(second), two)).IsProblem(409, "claim.taken");
        Assert.Contains("卫星招商局", refused.Json.GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.Contains($"{leads.Today:yyyy-MM-dd}", refused.Json.GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.False(refused.Json.TryGetProperty("candidates", out _));
        (await leads.As(second).GetAsync($"/api/v1/claims/{claim.Id}")).IsProblem(404, "resource.notFound");
        (await leads.As(second).PostAsync($"/api/v1/claims/{claim.Id}/release", new { reason = "x" }, claim.ETag))
            .IsProblem(404, "resource.notFound");
        Assert.DoesNotContain(claim.Id.ToString(), (await leads.As(second).GetAsync("/api/v1/claims"))
            .Is(200).Body, StringComparison.Ordinal);

        var told = (await leads.As(second).GetAsync($"/api/v1/claims/protection?investorId={one.Json.GetProperty("investorId").GetGuid()}"))
            .Is(200).Json;
        Assert.Equal((true, "卫星招商局", false),
            (told.GetProperty("protected").GetBoolean(), told.GetProperty("unitName")
            .GetString(), told.TryGetProperty("claimId", out var id) && id.ValueKind != System.Text.Json.JsonValueKind.Null));
    }

    [Fact]
    public async Task Of_confidential_talks_it_is_only_told_that_there_are_some()
    {
        var (first, second) = (await UnitAsync("甲局"), await UnitAsync("乙局"));
        var (one, two) = await SharedInvestorAsync(first, second);
        (await FileAsync(leads.As(first), one)).Is(201);
        (await leads.As(first).PatchAsync(LeadsFixture.Path(one), new { confidential = true }, one.ETag)).Is(200);
        var refused = (await FileAsync(leads.As(second), two)).IsProblem(409, "claim.takenBySomebody");
        Assert.DoesNotContain("甲局", refused.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_fifty_units_that_claim_one_investor_one_wins_and_the_others_are_told_so()
    {
        var units = await Task.WhenAll(Enumerable.Range(1, 50).Select(i => UnitAsync($"{i} 号局")));
        var integration = leads.As(TestCaller.Integration());
        var opened = (await integration.PostAsync("/api/v1/first-contacts",
            leads.FirstContact(("investorName", Name()), ("ownerId", units[0].Id)))).Is(201);
        var racers = new List<(TestCaller Unit, Answer Lead)> { (units[0], opened) };
        foreach (var unit in units.Skip(1))
        {
            racers.Add((unit, await FurtherAsync(integration, opened, unit)));
        }

        var answers = await Task.WhenAll(racers.Select(async r => (await FileAsync(leads.As(r.Unit), r.Lead))));
        Assert.Single(answers, a => a.Status == 201);
        Assert.Equal(49, answers.Count(a => a.Status == 409 && a.Code == "claim.taken"));
        var investor = opened.Json.GetProperty("investorId").GetGuid();
        Assert.Equal(1, await leads.Service.CountAsync($"select count(*) from claim where investor_id = '{investor}'"));
    }

    [Fact]
    public async Task A_coordinator_resolves_a_dispute_for_either_side_and_meanwhile_the_clock_stands()
    {
        var (first, second) = (await UnitAsync("甲局"), await UnitAsync("乙局"));
        var (one, two) = await SharedInvestorAsync(first, second);
        var claim = (await FileAsync(leads.As(first), one)).Is(201);
        var coordinator = leads.As(TestCaller.Person(Roles.Coordinator));

        (await DisputeAsync(first, one)).IsProblem(409, "claim.ownUnit");
        var dispute = (await DisputeAsync(second, two)).Is(201);
        (await DisputeAsync(second, two)).IsProblem(409, "claim.disputed");
        leads.Service.Clock.Advance(TimeSpan.FromDays(100));
        await leads.Service.RunDueAsync();
        Assert.Equal("disputed", Word(await coordinator.GetAsync($"/api/v1/claims/{claim.Id}"), "state"));
        (await leads.As(second).PostAsync(
            $"/api/v1/claims/disputes/{dispute.Id}/resolution", new { decision = "upheld", note = "x" }, dispute.ETag))
            .IsProblem(403, "auth.forbidden");
        (await coordinator.PostAsync(
            $"/api/v1/claims/disputes/{dispute.Id}/resolution", new { decision = "upheld", note = "先报者确有洽谈" }, dispute.ETag)).Is(200);
        var upheld = (await coordinator.GetAsync($"/api/v1/claims/{claim.Id}")).Json;
        Assert.Equal("pending", upheld.GetProperty("state").GetString());
        Assert.True(upheld.GetProperty("heldUntil").GetDateTimeOffset() > leads.Service.Clock.GetUtcNow().AddDays(89));

        var again = (await DisputeAsync(second, two)).Is(201);
        (await coordinator.PostAsync(
            $"/api/v1/claims/disputes/{again.Id}/resolution", new { decision = "overturned", note = "乙局洽谈在先" }, again.ETag)).Is(200);
        (await coordinator.PostAsync($"/api/v1/claims/disputes/{again.Id}/resolution", new { decision = "upheld", note = "x" }, again.ETag))
            .IsProblem(412, "ifMatch.stale");
        var resolved = (await leads.As(second).GetAsync($"/api/v1/claims/disputes/{again.Id}")).Is(200).Json;
        var won = (await leads.As(second).GetAsync($"/api/v1/claims/{resolved.GetProperty("wonClaimId").GetGuid()}")).Is(200);
        Assert.Equal(("protected", "released"),
            (Word(won, "state"), Word(await coordinator.GetAsync($"/api/v1/claims/{claim.Id}"), "state")));
        (await FileAsync(leads.As(first), one)).IsProblem(409, "claim.taken");
    }

    [Fact]
    public async Task A_claim_without_contacts_is_released_after_thirty_days_once_over_several_timers_and_another_ends_with_its_period()
    {
        var owner = TestCaller.Officer();
        var (idle, alive) = (await LeadAsync(leads.As(owner)), await LeadAsync(leads.As(owner)));
        var (forgotten, kept) = ((await FileAsync(leads.As(owner), idle)).Is(201), (await FileAsync(leads.As(owner), alive)).Is(201));
        leads.Service.Clock.Advance(TimeSpan.FromDays(30));
        await leads.Service.RunDueAsync();
        (await leads.As(owner).PostAsync(LeadsFixture.Path(alive) + "/contacts", new { channel = "phone", summary = "回访" })).Is(201);
        Assert.Equal("pending", Word(await leads.As(owner).GetAsync($"/api/v1/claims/{forgotten.Id}"), "state"));

        leads.Service.Clock.Advance(TimeSpan.FromDays(1));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => leads.Service.RunDueAsync()));
        Assert.Equal(("released", "idle"),
            (Word(await leads.As(owner).GetAsync($"/api/v1/claims/{forgotten.Id}"), "state"),
            Word(await leads.As(owner).GetAsync($"/api/v1/claims/{forgotten.Id}"), "end")));
        Assert.Single(await leads.Service.EventsAsync(forgotten.Id), e => e.Payload.GetProperty("state").GetString() == "released");
        Assert.Equal("pending", Word(await leads.As(owner).GetAsync($"/api/v1/claims/{kept.Id}"), "state"));

        // Contacts go on, and downtime past the end of the period.
        foreach (var days in (int[])[25, 25])
        {
            leads.Service.Clock.Advance(TimeSpan.FromDays(days));
            (await leads.As(owner).PostAsync(LeadsFixture.Path(alive) + "/contacts", new { channel = "phone", summary = "回访" })).Is(201);
        }

        leads.Service.Clock.Advance(TimeSpan.FromDays(12));
        await leads.Service.RunDueAsync();
        Assert.Equal(("expired", "ended"),
            (Word(await leads.As(owner).GetAsync($"/api/v1/claims/{kept.Id}"), "state"),
            Word(await leads.As(owner).GetAsync($"/api/v1/claims/{kept.Id}"), "end")));
        (await FileAsync(leads.As(owner), alive)).Is(201);
    }

    [Fact]
    public async Task One_billion_asks_for_a_filing_and_five_for_a_task_force()
    {
        var client = leads.As(TestCaller.Officer());
        var lead = await LeadAsync(client, ("estimatedInvestment", new { amount = "1000000000.00", currency = "CNY" }));
        var claim = (await FileAsync(client, lead)).Is(201);
        var path = $"/api/v1/claims/{claim.Id}";
        (await client.PostAsync(path + "/task-force", new { note = "x" }, claim.ETag)).IsProblem(409, "claim.notAsked");
        Assert.Contains(claim.Id.ToString(), (await client.GetAsync("/api/v1/claims?openTask=filing"))
            .Is(200).Body, StringComparison.Ordinal);
        (await client.PatchAsync(
            LeadsFixture.Path(lead), new { estimatedInvestment = new { amount = "5000000000.00", currency = "CNY" } }, lead.ETag)).Is(200);
        var asked = (await client.GetAsync(path)).Is(200);
        var filed = (await client.PostAsync(path + "/filing", new { reference = "豫备〔2026〕示例 1 号" }, asked.ETag)).Is(200);
        (await client.PostAsync(path + "/task-force", new { note = "示例专班" }, filed.ETag)).Is(200);
        Assert.DoesNotContain(claim.Id.ToString(), (await client.GetAsync("/api/v1/claims?openTask=filing,taskForce"))
            .Is(200).Body, StringComparison.Ordinal);
        var told = await leads.Service.EventsAsync(claim.Id);
        Assert.True(told[0].Payload.GetProperty("filingRequired").GetBoolean());
        Assert.False(told[0].Payload.GetProperty("taskForceRequired").GetBoolean());
        Assert.True(told[1].Payload.GetProperty("taskForceRequired").GetBoolean());
    }

    [Fact]
    public async Task Whatever_happens_the_periods_of_an_investors_claims_never_overlap()
    {
        var random = new Random(20260931);
        var (first, second) = (await UnitAsync("甲局"), await UnitAsync("乙局"));
        var (one, two) = await SharedInvestorAsync(first, second);
        var investor = one.Json.GetProperty("investorId").GetGuid();
        var coordinator = leads.As(TestCaller.Person(Roles.Coordinator));
        var filed = 0;
        for (var step = 0; step < 80; step++)
        {
            var (unit, lead) = random.Next(2) == 0 ? (first, one) : (second, two);
            var holding = (await coordinator.GetAsync($"/api/v1/claims?investorId={investor}&state=pending,protected,extended,disputed"))
                .Is(200).Json.GetProperty("items").EnumerateArray().FirstOrDefault();
            switch (random.Next(6))
            {
                case 0 or 1:
                    filed += (await FileAsync(leads.As(unit), lead)).Status == 201 ? 1 : 0;
                    break;
                case 2 when holding.ValueKind == System.Text.Json.JsonValueKind.Object:
                    await coordinator.PostAsync(
                        $"/api/v1/claims/{holding.GetProperty("id").GetGuid()}/release", new { reason = "x" },
                        $"\"{holding.GetProperty("version").GetInt64()}\"");
                    break;
                case 3 when (await DisputeAsync(unit, lead)) is { Status: 201 } dispute:
                    leads.Service.Clock.Advance(TimeSpan.FromDays(random.Next(60)));
                    (await coordinator.PostAsync(
                        $"/api/v1/claims/disputes/{dispute.Id}/resolution",
                        new { decision = random.Next(2) == 0 ? "upheld" : "overturned", note = "x" }, dispute.ETag)).Is(200);
                    break;
                default:
                    leads.Service.Clock.Advance(TimeSpan.FromHours(random.Next(1, 1200)));
                    if (random.Next(2) == 0)
                    {
                        await leads.Service.RunDueAsync();
                    }

                    break;
            }
        }

        Assert.True(filed > 5, $"{filed} claims were filed");
        Assert.Equal(0, await leads.Service.CountAsync(
            $"""
            select count(*) from claim a join claim b on a.investor_id = b.investor_id and a.number < b.number
            where a.investor_id = '{investor}' and tstzrange(a.held_from, a.held_until) && tstzrange(b.held_from, b.held_until)
            """));
    }

    [Fact]
    public async Task The_database_itself_refuses_a_second_claim_whose_period_overlaps()
    {
        var client = leads.As(TestCaller.Officer());
        var claim = (await FileAsync(client, await LeadAsync(client))).Is(201);
        await using var source = NpgsqlDataSource.Create(leads.Service.Database);
        await using var copy = source.CreateCommand(
            $"""
            insert into claim (id, investor_id, investor_name, keys, lead_id, unit_id, claimed_by, contact_id, first_talk_on, state,
                claimed_at,
                held_from, held_until, extensions,
                contacts_counted, filing_required, task_force_required, updated_at, version)
            select gen_random_uuid(), investor_id, investor_name, keys, lead_id, unit_id, claimed_by, contact_id, first_talk_on, 5,
                claimed_at,
                held_until - interval '1 second',
                held_until + interval '1 day', 0, 1, false, false, updated_at, 1 from claim where id = '{claim.Id}'
            """);
        Assert.Equal("ex_claim_key", (await Assert.ThrowsAsync<PostgresException>(() => copy.ExecuteNonQueryAsync())).ConstraintName);
    }

    [Fact]
    public async Task An_administrator_edits_the_rules_and_the_next_claim_follows_them()
    {
        await using var service = await TestService.StartAsync("leads", Program.Build);
        var admin = service.As(TestCaller.Person(Roles.Administrator));
        var rules = (await admin.GetAsync("/api/v1/claims/rules")).Is(200);
        Assert.Equal((90, 30), (rules.Json.GetProperty("rules").GetProperty("protectionDays").GetInt32(), rules.Json.GetProperty("rules")
            .GetProperty("idleReleaseDays").GetInt32()));
        (await admin.PutAsync("/api/v1/claims/rules", Rules(0), rules.ETag)).IsProblem(400, "request.invalid");
        (await admin.PutAsync("/api/v1/claims/rules", Rules(10))).Is(428);
        (await admin.PutAsync("/api/v1/claims/rules", Rules(10), rules.ETag)).Is(200);
        (await admin.PutAsync("/api/v1/claims/rules", Rules(11), rules.ETag)).IsProblem(412, "ifMatch.stale");
        (await service.As(TestCaller.Person(Roles.UnitHead)).PutAsync("/api/v1/claims/rules", Rules(10), rules.ETag))
            .IsProblem(403, "auth.forbidden");

        var client = service.As(TestCaller.Officer());
        var lead = (await client.PostAsync("/api/v1/first-contacts", leads.FirstContact())).Is(201);
        var claim = (await client.GetAsync($"/api/v1/claims/{(await FileAsync(client, lead)).Is(201).Id}")).Json;
        Assert.Equal(TimeSpan.FromDays(10), claim.GetProperty("heldUntil").GetDateTimeOffset() - claim.GetProperty("claimedAt")
            .GetDateTimeOffset());
    }

    [Fact]
    public async Task A_claim_goes_with_its_lead_when_investors_are_merged_and_two_claims_stand_against_it()
    {
        var head = TestCaller.Person(Roles.Coordinator);
        var client = leads.As(head);
        var integration = leads.As(TestCaller.Integration());
        var (one, two) = (await UnitAsync("甲局"), await UnitAsync("乙局"));
        var stays = await OwnedAsync("合并首报甲示例公司", one);
        var goes = await OwnedAsync("合并首报乙示例公司", two);
        var (into, from) = (stays.Json.GetProperty("investorId").GetGuid(), goes.Json.GetProperty("investorId").GetGuid());
        var claim = (await FileAsync(leads.As(two), goes)).Is(201);
        var other = (await FileAsync(leads.As(one), stays)).Is(201);
        (await MergeAsync()).IsProblem(409, "merge.bothClaimed");
        (await leads.As(one).PostAsync($"/api/v1/claims/{other.Id}/release", new { reason = "不再跟进" }, other.ETag)).Is(200);
        var merged = (await MergeAsync()).Is(200);
        (await FileAsync(leads.As(one), stays)).IsProblem(409, "claim.taken");
        (await client.PostAsync($"/api/v1/investors/{into}/merges/{merged.Json.GetProperty("mergeId").GetGuid()}/undo", new { },
            merged.ETag)).Is(200);
        (await FileAsync(leads.As(one), stays)).Is(201);
        Assert.Equal(from, (await client.GetAsync($"/api/v1/claims/{claim.Id}")).Is(200).Json.GetProperty("investorId").GetGuid());

        async Task<Answer> OwnedAsync(string name, TestCaller owner) =>
            (await integration.PostAsync("/api/v1/first-contacts", leads.FirstContact(("investorName", name), ("ownerId", owner.Id))))
                .Is(201);

        async Task<Answer> MergeAsync() =>
            await client.PostAsync($"/api/v1/investors/{into}/merge", new { from },
                (await client.GetAsync($"/api/v1/investors/{into}")).ETag);
    }

    private static int _names;

    /// <summary>An investor of this scenario alone: a claim protects its name.</summary>
    private static string Name() => $"首报{Interlocked.Increment(ref _names)}号示例公司";

    private Task<Answer> LeadAsync(ApiClient client, params (string Name, object? Value)[] with) =>
        leads.LeadAsync(client, [("investorName", Name()), .. with]);

    private static object Rules(int protectionDays) =>
        new { protectionDays, extensionDays = 90, idleReleaseDays = 30, filingFrom = 1_000_000_000L, taskForceFrom = 5_000_000_000L };

    private static string? Word(Answer answer, string member) => answer.Is(200).Json.GetProperty(member).GetString();

    private static Task<Answer> FileAsync(ApiClient client, Answer lead) =>
        client.PostAsync("/api/v1/claims", new { leadId = lead.Id, contactId = lead.Json.GetProperty("contactId").GetGuid() });

    private Task<Answer> DisputeAsync(TestCaller unit, Answer lead) => leads.As(unit).PostAsync(
        "/api/v1/claims/disputes", new { leadId = lead.Id, contactId = lead.Json.GetProperty("contactId").GetGuid(), reason = "我局洽谈在先" });

    /// <summary>An officer of a unit with this name, both told to the service's directory.</summary>
    private async Task<TestCaller> UnitAsync(string name)
    {
        var officer = await leads.PlacedAsync(TestCaller.Officer());
        await leads.Service.DeliverAsync(
            new UnitDefined { UnitId = officer.UnitId, Code = officer.UnitId.ToString(), Name = name }, officer.UnitId, 1);
        return officer;
    }

    /// <summary>Two leads of one investor, one of each officer.</summary>
    private async Task<(Answer One, Answer Two)> SharedInvestorAsync(TestCaller first, TestCaller second)
    {
        var integration = leads.As(TestCaller.Integration());
        var one = (await integration.PostAsync("/api/v1/first-contacts",
            leads.FirstContact(("investorName", Name()), ("ownerId", first.Id)))).Is(201);
        return (one, await FurtherAsync(integration, one, second));
    }

    private async Task<Answer> FurtherAsync(ApiClient integration, Answer lead, TestCaller owner) => (await integration.PostAsync(
        "/api/v1/first-contacts",
        leads.FirstContact(("investorName", null), ("investorId", lead.Json.GetProperty("investorId").GetGuid()), ("ownerId", owner.Id))))
        .Is(201);
}
