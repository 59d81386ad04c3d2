using System.Text.Json;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

public class InvestorTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    [Theory]
    [InlineData(Roles.UnitHead)]
    [InlineData(Roles.Coordinator)]
    public async Task S7_Who_takes_a_lead_or_opens_a_further_one_goes_on_seeing_the_masks(string role)
    {
        var unit = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        var owner = await leads.PlacedAsync(TestCaller.Officer(unit));
        var colleague = await leads.PlacedAsync(TestCaller.Officer(unit));
        var head = await leads.PlacedAsync(TestCaller.Person(role, role == Roles.UnitHead ? Reach.Subtree : Reach.All, unit));
        var lead = await leads.LeadAsync(leads.As(owner), ("investorName", $"掩码{role}公司"), ("phone", "13812340077"));
        var investor = lead.Json.GetProperty("investorId").GetGuid();
        var (client, path) = (leads.As(head), LeadsFixture.Path(lead));
        Assert.True(await MaskedAsync(head));

        // Neither a further lead nor the lead itself lifts the mask.
        var further = leads.FirstContact(
            ("investorName", null), ("investorId", investor), ("duplicateOverride", null), ("phone", "13812340078"), ("personName", "李示例"));
        (await client.PostAsync("/api/v1/first-contacts", further)).Is(201);
        Assert.True(await MaskedAsync(head));
        var taken = (await client.PostAsync(path + "/assignment", new { ownerId = head.Id, reason = "亲自跟进" }, lead.ETag)).Is(200);
        Assert.True(await MaskedAsync(head));
        Assert.True((await ListedAsync(head)).All(p => p.GetProperty("masked").GetBoolean()));

        // Given by somebody else, it is lifted: for the colleague at once, for the owner again.
        var given = (await client.PostAsync(path + "/assignment", new { ownerId = colleague.Id, reason = "专人负责" }, taken.ETag)).Is(200);
        Assert.False(await MaskedAsync(colleague));
        Assert.True(await MaskedAsync(head));
        (await client.PostAsync(path + "/assignment", new { ownerId = owner.Id, reason = "仍由其负责" }, given.ETag)).Is(200);
        Assert.False(await MaskedAsync(owner));

        async Task<bool> MaskedAsync(TestCaller who) => (await leads.As(who)
            .GetAsync($"/api/v1/investors/{investor}/people/{lead.Json.GetProperty("personId").GetGuid()}"))
            .Is(200).Json.GetProperty("masked").GetBoolean();

        async Task<IEnumerable<JsonElement>> ListedAsync(TestCaller who) =>
            [.. (await leads.As(who).GetAsync($"/api/v1/investors/{investor}/people")).Is(200).Json.GetProperty("items").EnumerateArray()];
    }

    [Fact]
    public async Task S7_A_caller_unmasks_twenty_people_a_day_and_the_same_one_again()
    {
        var owner = TestCaller.Officer();
        var leader = TestCaller.Person(Roles.Leader);
        var lead = await leads.LeadAsync(leads.As(owner), ("investorName", "多人公司"));
        var people = $"/api/v1/investors/{lead.Json.GetProperty("investorId").GetGuid()}/people";
        var added = new List<Guid>();
        for (var i = 0; i < 21; i++)
        {
            added.Add((await leads.As(owner).PostAsync(people, new { name = "示例同事" + i, phone = "13812340000" })).Is(201).Id);
        }

        // Several at once, so that a race would let one more through.
        var answers = await Task.WhenAll(added.Select(id =>
            leads.As(leader).PostAsync($"{people}/{id}/unmasking", new { reason = "逐一致电" })));
        Assert.Equal(20, answers.Count(a => a.Status == 201));
        var refused = answers.Select((a, i) => (Answer: a, Id: added[i])).Single(a => a.Answer.Status != 201);
        refused.Answer.IsProblem(409, "unmasking.dailyLimit");
        (await leads.As(leader).PostAsync($"{people}/{added.First(id => id != refused.Id)}/unmasking", new { reason = "再次致电" })).Is(201);
        (await leads.As(TestCaller.Person(Roles.Leader)).PostAsync($"{people}/{refused.Id}/unmasking", new { reason = "致电客商" })).Is(201);
        Assert.Equal(21, await leads.Service.CountAsync(
            $"select count(*) from api.audit_entry where actor_id = '{leader.Id}' and operation = 'unmaskPerson' and not refused"));
        // The head is told once, when the twentieth was unmasked.
        var told = Assert.Single(await leads.Service.EventsAsync(leader.Id));
        Assert.Equal(("UnmaskingLimitReached", 20), (told.Type, told.Payload.GetProperty("people").GetInt32()));
    }

    [Fact]
    public async Task Phone_and_mail_are_masked_for_all_but_who_works_the_lead()
    {
        var owner = TestCaller.Officer();
        var person = await PersonAsync(owner);

        var plain = (await leads.As(owner).GetAsync(person)).Is(200).Json;
        var masked = (await leads.As(TestCaller.Person(Roles.Leader)).GetAsync(person)).Is(200);

        Assert.Equal(("13812341234", "zhang@example.com", false),
            (plain.GetProperty("phone").GetString(), plain.GetProperty("email").GetString(), plain.GetProperty("masked").GetBoolean()));
        Assert.Equal(("138****1234", "z****@example.com", true),
            (masked.Json.GetProperty("phone").GetString(), masked.Json.GetProperty("email").GetString(), masked.Json.GetProperty("masked")
            .GetBoolean()));
        Assert.DoesNotContain("13812341234", (await leads.As(TestCaller.Integration()).GetAsync(person[..person.LastIndexOf('/')]))
            .Is(200).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unmasking_has_a_reason_is_audited_and_lasts_fifteen_minutes()
    {
        await using var service = await TestService.StartAsync("leads", Program.Build);
        var receipt = (await service.As(TestCaller.Officer())
            .PostAsync("/api/v1/first-contacts", leads.FirstContact(("email", "zhang@example.com")))).Is(201);
        var person =
            $"/api/v1/investors/{receipt.Json.GetProperty("investorId").GetGuid()}/people/{receipt.Json.GetProperty("personId").GetGuid()}";
        var (me, colleague) = (TestCaller.Person(Roles.Leader), TestCaller.Person(Roles.Leader));
        var client = service.As(me);
        var before = (await client.GetAsync(person)).Is(200);

        (await client.PostAsync(person + "/unmasking", new { })).IsProblem(400, "request.invalid");
        var unmasked = (await client.PostAsync(person + "/unmasking", new { reason = "领导亲自致电客商" })).Is(201);

        Assert.DoesNotContain("13812341234", unmasked.Body, StringComparison.Ordinal);
        Assert.Equal("13812341234", (await client.GetAsync(person, before.ETag)).Is(200).Json.GetProperty("phone").GetString());
        Assert.Equal("13812341234", (await client.GetAsync(person[..person.LastIndexOf('/')])).Json.GetProperty("items")[0]
            .GetProperty("phone").GetString());
        Assert.Equal("138****1234", (await service.As(colleague).GetAsync(person)).Json.GetProperty("phone").GetString());
        Assert.Equal(1, await service.CountAsync(
            $"select count(*) from api.audit_entry where actor_id = '{me.Id}' and operation = 'unmaskPerson' and reason = '领导亲自致电客商'"));
        Assert.Equal(0, await service.CountAsync("select count(*) from api.idempotency where answer like '%1381234%'"));

        service.Clock.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal("138****1234", (await service.As(me).GetAsync(person)).Json.GetProperty("phone").GetString());
    }

    [Fact]
    public async Task A_person_is_added_and_corrected()
    {
        var owner = leads.As(TestCaller.Officer());
        var lead = await leads.LeadAsync(owner);
        var people = $"/api/v1/investors/{lead.Json.GetProperty("investorId").GetGuid()}/people";

        var added = (await owner.PostAsync(people, new { name = "李示例", phone = "0392-3300000" })).Is(201);
        (await owner.PatchAsync($"{people}/{added.Id}", new { title = "总经理" })).IsProblem(428, "ifMatch.required");
        (await owner.PatchAsync($"{people}/{added.Id}", new { phone = "138****1234" }, added.ETag)).IsProblem(400, "request.invalid");
        var patch = new { title = "总经理", phone = (string?)null, email = "li@example.com" };
        (await owner.PatchAsync($"{people}/{added.Id}", patch, added.ETag)).Is(200);

        var read = (await owner.GetAsync($"{people}/{added.Id}")).Is(200).Json;
        Assert.Equal(("李示例", "总经理"), (read.GetProperty("name").GetString(), read.GetProperty("title").GetString()));
        Assert.Equal(2, (await owner.GetAsync(people)).Json.GetProperty("items").GetArrayLength());
        var stranger = leads.As(TestCaller.Officer());
        (await stranger.PostAsync(people, new { name = "x" })).IsProblem(404, "resource.notFound");
        (await stranger.PatchAsync($"{people}/{added.Id}", new { title = "x" }, "\"2\"")).IsProblem(404, "resource.notFound");
        (await stranger.PostAsync($"{people}/{added.Id}/unmasking", new { reason = "好奇好奇" })).IsProblem(404, "resource.notFound");
    }

    [Fact]
    public async Task A_new_name_goes_onto_every_lead_of_the_investor_and_is_told()
    {
        var owner = leads.As(TestCaller.Officer());
        var first = await leads.LeadAsync(owner);
        var id = first.Json.GetProperty("investorId").GetGuid();
        var second = await leads.LeadAsync(owner, ("investorName", null), ("investorId", id));
        var investor = (await owner.GetAsync($"/api/v1/investors/{id}")).Is(200);

        (await owner.PatchAsync($"/api/v1/investors/{id}",
            new { name = "更名示例集团", uscc = Uscc.WithCheckCharacter("91410611MA0000003").Value }, investor.ETag)).Is(200);

        foreach (var lead in (Answer[])[first, second])
        {
            Assert.Equal("更名示例集团", (await owner.GetAsync(LeadsFixture.Path(lead))).Json.GetProperty("investorName").GetString());
            var told = (await leads.Service.EventsAsync(lead.Id))[^1];
            Assert.Equal(("LeadAmended", "更名示例集团"), (told.Type, told.Payload.GetProperty("lead").GetProperty("investorName").GetString()));
        }

        Assert.Equal(2, (await owner.GetAsync("/api/v1/leads?q=名示例集")).Json.GetProperty("items").GetArrayLength());
        (await owner.PatchAsync($"/api/v1/investors/{id}", new { name = "x" }, investor.ETag)).IsProblem(412, "ifMatch.stale");
        (await owner.PatchAsync($"/api/v1/investors/{id}", new { name = (string?)null }, "\"2\"")).IsProblem(400, "request.invalid");
    }

    [Fact]
    public async Task A_USCC_that_another_investor_has_is_refused_in_a_patch_too()
    {
        var (owner, uscc) = (leads.As(TestCaller.Officer()), Uscc.WithCheckCharacter("91410611MA0000004").Value);
        await leads.LeadAsync(owner, ("uscc", uscc));
        var other = (await leads.LeadAsync(owner)).Json.GetProperty("investorId").GetGuid();

        var refused = (await owner.PatchAsync($"/api/v1/investors/{other}", new { uscc }, "\"1\"")).IsProblem(409, "investor.usccTaken");

        Assert.Single(refused.Json.GetProperty("candidates").EnumerateArray());
        Assert.Single((await owner.GetAsync($"/api/v1/investors?uscc={uscc.ToLowerInvariant()}")).Json.GetProperty("items")
            .EnumerateArray());
        (await owner.GetAsync("/api/v1/investors?uscc=1")).IsProblem(400, "request.invalid");
    }

    private async Task<string> PersonAsync(TestCaller owner)
    {
        var lead = await leads.LeadAsync(leads.As(owner), ("email", "zhang@example.com"));
        return $"/api/v1/investors/{lead.Json.GetProperty("investorId").GetGuid()}/people/{lead.Json.GetProperty("personId").GetGuid()}";
    }
}
