using System.Globalization;
using System.Text.Json;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.EndToEnd.Tests.LeadRows;

/// <summary>Rows A1, A2, A9, A11, A12 and A13 through the gateway, as the people whose day it is.</summary>
public class OfficersDayTests(RunningSystem system)
{
    private const string Unit1 = "promotion-satellite";
    private const string Unit2 = "promotion-xinchuang";
    private static readonly DateOnly Today = TimeProvider.System.Today();
    private static int s_number;

    [Fact]
    public async Task A1_One_post_logs_a_first_contact_and_its_author_corrects_it_keeping_the_old()
    {
        var officer = await system.AsAsync("officer", Unit1);
        var lead = await LeadAsync(officer, Name());
        var contacts = $"/api/v1/leads/{lead.Id}/contacts";
        var first = (await officer.GetAsync($"{contacts}/{lead.Json.GetProperty("contactId").GetGuid()}")).Is(200);
        Assert.Equal("来电咨询", first.Json.GetProperty("summary").GetString());

        var corrected = (await officer.PatchAsync($"{contacts}/{first.Json.GetProperty("id").GetGuid()}", new { summary = "来电咨询厂房" },
            first.ETag)).Is(200);

        var path = $"{contacts}/{corrected.Id}";
        Assert.Equal("来电咨询厂房", (await officer.GetAsync(path)).Is(200).Json.GetProperty("summary").GetString());
        var old = Assert.Single((await officer.GetAsync(path + "/revisions")).Is(200).Json.EnumerateArray().ToList());
        Assert.Equal("来电咨询", old.GetProperty("summary").GetString());
        (await (await system.AsAsync("officer", Unit2)).GetAsync(path)).IsProblem(404, "resource.notFound");
        // The head did not write it, so the head says why.
        var head = await system.AsAsync("unitHead", Unit1);
        (await head.PatchAsync(path, new { summary = "改" }, corrected.ETag)).IsProblem(409, "contact.reasonNeeded");
        (await head.PatchAsync(path, new { summary = "来电咨询标准厂房", reason = "核实后更正" }, corrected.ETag)).Is(200);
        Assert.Equal(2, (await officer.GetAsync(path + "/revisions")).Json.GetArrayLength());
    }

    [Fact]
    public async Task A2_Each_open_lead_shows_its_light_and_the_digest_says_what_is_due()
    {
        var officer = await system.AsAsync("officer", Unit1);
        var late = await LeadAsync(officer, Name(), ("nextStepDueOn", Day(-1)), ("occurredOn", Day(-30)));
        var now = await LeadAsync(officer, Name(), ("nextStepDueOn", Day(0)));
        var later = await LeadAsync(officer, Name(), ("nextStepDueOn", Day(5)));
        var none = await LeadAsync(officer, Name());
        (await officer.PostAsync($"/api/v1/leads/{none.Id}/next-step/completion", new { note = "已办" }, none.ETag)).Is(200);

        foreach (var (lead, light) in new[] { (late, "overdue"), (now, "planned"), (later, "planned"), (none, "none") })
        {
            Assert.Equal(light, (await officer.GetAsync($"/api/v1/leads/{lead.Id}")).Is(200).Json.GetProperty("nextStep")
                .GetProperty("light").GetString());
        }

        var overdue = await CursorWalk.WalkAsync(officer, "/api/v1/leads?nextStep=overdue", 200, _ => Task.CompletedTask);
        Assert.Contains(late.Id, overdue);
        Assert.DoesNotContain(now.Id, overdue);
        var digest = (await officer.GetAsync("/api/v1/digest")).Is(200).Json;
        Assert.Equal(overdue.Count, digest.GetProperty("overdue").GetProperty("count").GetInt32());
        Assert.Contains(now.Id, Ids(digest, "dueToday"));
        Assert.True(digest.GetProperty("upcoming").GetProperty("count").GetInt32() > 0);
        Assert.True(digest.GetProperty("withoutNextStep").GetProperty("count").GetInt32() > 0);
        // Another unit's officer asks for this officer's day and sees nothing of it.
        var me = (await officer.GetAsync($"/api/v1/leads/{late.Id}")).Json.GetProperty("ownerId").GetGuid();
        var strange = (await (await system.AsAsync("officer", Unit2)).GetAsync($"/api/v1/digest?ownerId={me}")).Is(200).Json;
        Assert.Equal(0, strange.GetProperty("overdue").GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task A9_A_lead_goes_to_who_fits_best_with_the_reason_and_not_to_who_is_on_leave()
    {
        var (officer, head) = (await system.AsAsync("officer", Unit1), await system.AsAsync("unitHead", Unit1));
        var lead = await LeadAsync(officer, Name(), ("nodeCode", "satellite.data"), ("sourceRegion", "110000"));
        var candidates = (await head.GetAsync($"/api/v1/leads/{lead.Id}/assignment/candidates")).Is(200).Json.EnumerateArray().ToList();
        Assert.NotEmpty(candidates);
        Assert.All(candidates, c => Assert.Equal(
            c.GetProperty("score").GetInt32(),
            c.GetProperty("chainPoints").GetInt32() + c.GetProperty("regionPoints").GetInt32() + c.GetProperty("loadPoints").GetInt32()));
        var owner = (await officer.GetAsync($"/api/v1/leads/{lead.Id}")).Json.GetProperty("ownerId").GetGuid();
        var best = candidates.Select(c => c.GetProperty("officerId").GetGuid()).First(id => id != owner);
        var leave = (await head.PostAsync($"/api/v1/officers/{best}/leaves", new { from = Day(0), to = Day(3), note = "年休" })).Is(201);

        (await officer.GetAsync($"/api/v1/leads/{lead.Id}/assignment/candidates")).IsProblem(403, "auth.forbidden");
        var without = (await head.GetAsync($"/api/v1/leads/{lead.Id}/assignment/candidates")).Is(200).Json.EnumerateArray()
            .Select(c => c.GetProperty("officerId").GetGuid());
        Assert.DoesNotContain(best, without);

        (await head.DeleteAsync($"/api/v1/officers/{best}/leaves/{leave.Id}", leave.ETag)).Is(204);
        var assigned = (await head.PostAsync($"/api/v1/leads/{lead.Id}/assignment/automatic", new { }, lead.ETag)).Is(200);
        Assert.Equal(best, assigned.Json.GetProperty("ownerId").GetGuid());
        var told = (await head.GetAsync($"/api/v1/leads/{lead.Id}/assignments")).Is(200).Json.EnumerateArray().Last();
        Assert.Contains("产业链", told.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A11_A_lost_lead_says_where_to_a_kept_one_comes_back_as_a_task()
    {
        var officer = await system.AsAsync("officer", Unit1);
        var lost = await LeadAsync(officer, Name());
        (await officer.PostAsync($"/api/v1/leads/{lost.Id}/closure", new { outcome = "invalid", reason = "noAnswer", wentTo = "郑州" },
            lost.ETag)).IsProblem(400, "request.invalid");
        (await officer.PostAsync($"/api/v1/leads/{lost.Id}/closure", new { outcome = "invalid", reason = "wentElsewhere", wentTo = "郑州" },
            lost.ETag)).Is(200);
        Assert.Equal("郑州", (await officer.GetAsync($"/api/v1/leads/{lost.Id}")).Json.GetProperty("closure").GetProperty("wentTo")
            .GetString());

        var kept = await LeadAsync(officer, Name(), ("occurredOn", Day(-20)));
        (await officer.PostAsync($"/api/v1/leads/{kept.Id}/closure",
            new { outcome = "kept", reason = "notYet", revisitOn = Day(0), occurredOn = Day(-10) }, kept.ETag)).Is(200);
        Assert.Contains(kept.Id, Ids((await officer.GetAsync("/api/v1/digest")).Is(200).Json, "revisits"));
        Assert.Contains(kept.Id, await CursorWalk.WalkAsync(officer, $"/api/v1/leads?revisitTo={Day(0)}", 200, _ => Task.CompletedTask));

        // The service plans the visit in its next round, which is a change of the lead.
        var planned = await Eventually.GetAsync(() => officer.GetAsync($"/api/v1/leads/{kept.Id}"),
            a => a.Json.GetProperty("nextStep").GetProperty("dueOn").ToString() == Day(0));
        (await officer.PostAsync($"/api/v1/leads/{kept.Id}/reopening", new { note = "对方来电" }, planned.ETag)).Is(200);
        Assert.DoesNotContain(kept.Id, Ids((await officer.GetAsync("/api/v1/digest")).Is(200).Json, "revisits"));
        Assert.Equal("new", (await officer.GetAsync($"/api/v1/leads/{kept.Id}")).Json.GetProperty("stage").GetString());
    }

    [Fact]
    public async Task A12_The_referrer_is_frozen_once_approved_and_counted_in_the_reward_report()
    {
        var (officer, head) = (await system.AsAsync("officer", Unit1), await system.AsAsync("unitHead", Unit1));
        var lead = await LeadAsync(officer, Name());
        var (path, referrer) = ($"/api/v1/leads/{lead.Id}/referrer", "示例商会" + Name());
        (await officer.GetAsync(path)).IsProblem(404, "resource.notFound");
        var proposed = (await officer.PostAsync(path, new { kind = "organisation", name = referrer })).Is(201);
        (await officer.PostAsync(path, new { kind = "person", name = "他人" })).IsProblem(409, "referrer.exists");
        Assert.DoesNotContain(await ReportAsync(), r => r.GetProperty("name").GetString() == referrer);

        var approved = (await head.PostAsync(path + "/approval", new { }, proposed.ETag)).Is(200);
        (await officer.PatchAsync(path, new { name = "另一商会" }, approved.ETag)).IsProblem(409, "referrer.frozen");
        var coordinator = await system.AsAsync("coordinator");
        (await coordinator.PatchAsync(path, new { note = "补充说明" }, approved.ETag)).IsProblem(409, "referrer.reasonNeeded");
        (await coordinator.PatchAsync(path, new { note = "补充说明", reason = "材料更正" }, approved.ETag)).Is(200);
        Assert.NotNull((await officer.GetAsync(path)).Is(200).Json.GetProperty("approvedBy").GetString());
        Assert.Equal(1, Assert.Single(await ReportAsync(), r => r.GetProperty("name").GetString() == referrer).GetProperty("leads")
            .GetInt32());

        async Task<List<JsonElement>> ReportAsync() =>
            [.. (await officer.GetAsync("/api/v1/referrers/report")).Is(200).Json.EnumerateArray()];
    }

    [Fact]
    public async Task A13_Two_units_visiting_one_investor_within_fourteen_days_are_both_told()
    {
        var (first, second) = (await system.AsAsync("officer", Unit1), await system.AsAsync("officer", Unit2));
        var investor = Name();
        var (mine, theirs) = (await LeadAsync(first, investor),
            await LeadAsync(second, investor, ("duplicateOverride", new { reason = "另一部门独立接触" })));
        await VisitAsync(first, mine.Id, "visitThere", Day(-20));
        await VisitAsync(second, theirs.Id, "visitHere", Day(-5));
        Assert.DoesNotContain(await ClashesAsync(first), c => c.GetProperty("investorName").GetString() == investor);

        await VisitAsync(second, theirs.Id, "visitHere", Day(-10));

        foreach (var (officer, seen, hidden) in new[] { (first, mine.Id, theirs.Id), (second, theirs.Id, mine.Id) })
        {
            var clash = Assert.Single(await ClashesAsync(officer), c => c.GetProperty("investorName").GetString() == investor);
            Assert.Equal([Day(-20), Day(-10)],
                clash.GetProperty("sides").EnumerateArray().Select(s => s.GetProperty("occurredOn").GetString()));
            Assert.Contains(seen.ToString(), clash.GetRawText(), StringComparison.Ordinal);
            Assert.DoesNotContain(hidden.ToString(), clash.GetRawText(), StringComparison.Ordinal);
        }

        var cities = (await first.GetAsync("/api/v1/visits/report?groupBy=city")).Is(200).Json.EnumerateArray().ToList();
        Assert.True(Assert.Single(cities, c => c.GetProperty("key").GetString() == "4401").GetProperty("outgoing").GetInt32() > 0);
        Assert.Contains((await first.GetAsync("/api/v1/visits?limit=200")).Is(200).Json.GetProperty("items").EnumerateArray(),
            v => v.GetProperty("leadId").GetGuid() == mine.Id);

        static async Task<List<JsonElement>> ClashesAsync(ApiClient officer) =>
            [.. (await officer.GetAsync("/api/v1/visits/clashes?limit=200")).Is(200).Json.GetProperty("items").EnumerateArray()];

        static async Task VisitAsync(ApiClient officer, Guid lead, string channel, string on) =>
            (await officer.PostAsync($"/api/v1/leads/{lead}/contacts",
                new
                {
                    channel,
                    summary = "实地走访",
                    occurredOn = on,
                    place = new { name = "示例产业园", division = "440100", longitude = 113.26m, latitude = 23.13m },
                })).Is(201);
    }

    private static string Name() =>
        string.Create(CultureInfo.InvariantCulture,
            $"专员一日示例{Interlocked.Increment(ref s_number)}{TimeProvider.System.GetTimestamp() % 1_000_000}");

    private static string Day(int fromToday) => Today.AddDays(fromToday).ToString("O", CultureInfo.InvariantCulture);

    private static List<Guid> Ids(JsonElement digest, string section) =>
        [.. digest.GetProperty(section).GetProperty("items").EnumerateArray().Select(i => i.GetProperty("leadId").GetGuid())];

    private static async Task<Answer> LeadAsync(ApiClient officer, string investor, params (string Name, object Value)[] with)
    {
        var body = new Dictionary<string, object>
        {
            ["investorName"] = investor,
            ["personName"] = "示例人",
            ["phone"] = string.Create(CultureInfo.InvariantCulture, $"170{Interlocked.Increment(ref s_number) + 20_000_000:00000000}"),
            ["channel"] = "phone",
            ["summary"] = "来电咨询",
            ["occurredOn"] = Day(-30),
            ["nextStep"] = "发送资料",
            ["nextStepDueOn"] = Day(30),
        };
        foreach (var (name, value) in with)
        {
            body[name] = value;
        }

        return (await officer.PostAsync("/api/v1/first-contacts", body)).Is(201);
    }
}
