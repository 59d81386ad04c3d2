using System.Text.Json;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

public class JourneyTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    [Fact]
    public async Task A_lead_is_assessed_followed_and_converted_and_its_history_says_when_and_by_whom()
    {
        var me = TestCaller.Officer();
        var client = leads.As(me);
        var lead = await leads.LeadAsync(client, ("occurredOn", leads.Today.AddDays(-30)));
        var path = LeadsFixture.Path(lead);

        var assessing = (await client.PostAsync(path + "/assessment", new { occurredOn = leads.Today.AddDays(-28) }, lead.ETag)).Is(200);
        var following = (await client.PostAsync(
            path + "/assessment/conclusion", new { occurredOn = leads.Today.AddDays(-20), note = "有真实投资意向" }, assessing.ETag)).Is(200);
        var converted = (await client.PostAsync(
            path + "/conversion", new { projectName = "示例卫星总装项目", occurredOn = leads.Today.AddDays(-10) }, following.ETag)).Is(201);

        var projectId = converted.Json.GetProperty("projectId").GetGuid();
        Assert.Equal($"/api/v1/projects/{projectId}", converted.Headers.Location!.ToString());
        var history = (await client.GetAsync(path + "/history")).Is(200).Json.EnumerateArray().ToList();
        Assert.Equal(["new", "assessing", "following", "converted"], history.Select(h => h.GetProperty("stage").GetString()));
        Assert.Equal([-30, -28, -20, -10],
            history.Select(h => h.GetProperty("occurredOn").Deserialize<DateOnly>().DayNumber - leads.Today.DayNumber));
        Assert.All(history, h => Assert.Equal(me.Id, h.GetProperty("actorId").GetGuid()));
        var events = await leads.Service.EventsAsync(lead.Id);
        Assert.Equal(["LeadOpened", "ContactRecorded", "NextStepPlanned", "LeadAssessed", "LeadAssessed", "LeadConverted"],
            events.Select(e => e.Type));
        Assert.Equal(projectId, events[^1].Payload.GetProperty("projectId").GetGuid());
        Assert.Equal(projectId, events[^1].Payload.GetProperty("lead").GetProperty("projectId").GetGuid());
        Assert.Equal(4, events[^1].Version);
    }

    [Fact]
    public async Task T8_A_finished_step_and_a_closure_stay_readable_and_a_late_contact_moves_the_beginning_everywhere()
    {
        var client = leads.As(TestCaller.Officer());
        var lead = await leads.LeadAsync(client, ("occurredOn", leads.Today.AddDays(-30)));
        var path = LeadsFixture.Path(lead);
        (await client.PostAsync(
            path + "/next-step/completion", new { doneOn = leads.Today.AddDays(-1), note = "清单已寄出" }, lead.ETag)).Is(200);
        (await client.PostAsync(path + "/contacts", new { channel = "phone", summary = "更早的来电", occurredOn = leads.Today.AddDays(-40) }))
            .Is(201);
        var now = (await client.GetAsync(path)).Is(200);
        var closed = (await client.PostAsync(path + "/closure", new { outcome = "invalid", reason = "wentElsewhere", wentTo = "示例市" },
            now.ETag)).Is(200);
        (await client.PostAsync(path + "/reopening", new { note = "对方重新考虑" }, closed.ETag)).Is(200);

        var step = Assert.Single((await client.GetAsync(path + "/next-steps")).Is(200).Json.EnumerateArray());
        Assert.Equal(("发送载体清单", "done", "清单已寄出"), (step.GetProperty("what").GetString(), step.GetProperty("outcome").GetString(),
            step.GetProperty("note").GetString()));
        var history = (await client.GetAsync(path + "/history")).Is(200).Json.EnumerateArray().ToList();
        Assert.Equal(["new", "invalid", "new"], history.Select(h => h.GetProperty("stage").GetString()));
        var closure = history[1].GetProperty("closure");
        Assert.Equal(("wentElsewhere", "示例市"), (closure.GetProperty("reason").GetString(), closure.GetProperty("wentTo").GetString()));
        Assert.Equal(JsonValueKind.Null, history[0].GetProperty("closure").ValueKind);
        var read = (await client.GetAsync(path)).Is(200).Json;
        Assert.Equal(JsonValueKind.Null, read.GetProperty("closure").ValueKind);
        Assert.Equal(leads.Today.AddDays(-40), history[0].GetProperty("occurredOn").Deserialize<DateOnly>());
        Assert.Equal(leads.Today.AddDays(-40), read.GetProperty("firstContactOn").Deserialize<DateOnly>());
    }

    [Fact]
    public async Task A_conversion_lists_what_is_missing_and_comes_once()
    {
        var client = leads.As(TestCaller.Officer());
        var lead = await leads.LeadAsync(client);
        var refused = (await client.PostAsync(LeadsFixture.Path(lead) + "/conversion", new { projectName = "示例项目" }, lead.ETag))
            .IsProblem(409, "lead.notReady");
        Assert.Equal(["assessment"], refused.Json.GetProperty("missing").EnumerateArray().Select(m => m.GetString()));

        var followed = await leads.FollowedAsync(client);
        var path = LeadsFixture.Path(followed) + "/conversion";
        (await client.PostAsync(path, new { }, followed.ETag)).IsProblem(400, "request.invalid");
        (await client.PostAsync(path, new { projectName = "示例项目", occurredOn = leads.Today.AddDays(1) }, followed.ETag))
            .IsProblem(400, "request.invalid");
        (await client.PostAsync(path, new { projectName = "示例项目", occurredOn = leads.Today.AddDays(-1) }, followed.ETag))
            .IsProblem(409, "lead.stageDateOrder");
        var first = (await client.PostAsync(path, new { projectName = "示例项目" }, followed.ETag, "convert")).Is(201);
        var again = (await client.PostAsync(path, new { projectName = "示例项目" }, followed.ETag, "convert")).Is(201);
        Assert.Equal(first.Body, again.Body);
        // The project that Location names is opened by its own service, so its ETag is not known here.
        var read = (await client.GetAsync(LeadsFixture.Path(followed))).Is(200);
        (await client.PostAsync(path, new { projectName = "示例项目" }, read.ETag)).IsProblem(409, "lead.converted");
        (await client.PostAsync(LeadsFixture.Path(followed) + "/closure", new { outcome = "invalid", reason = "noAnswer" }, read.ETag))
            .IsProblem(409, "lead.converted");
    }

    [Fact]
    public async Task Contacts_go_on_after_conversion_and_a_next_step_can_be_planned()
    {
        var client = leads.As(TestCaller.Officer());
        var followed = await leads.FollowedAsync(client);
        var path = LeadsFixture.Path(followed);
        (await client.PostAsync(path + "/conversion", new { projectName = "示例项目" }, followed.ETag)).Is(201);

        (await client.PostAsync(path + "/contacts",
            new { channel = "visitThere", summary = "赴企业考察", nextStep = new { what = "回函", dueOn = leads.Today.AddDays(2) } })).Is(201);

        var lead = (await client.GetAsync(path)).Is(200).Json;
        Assert.Equal(("converted", 2), (lead.GetProperty("stage").GetString(), lead.GetProperty("contactCount").GetInt32()));
        Assert.Equal("回函", lead.GetProperty("nextStep").GetProperty("what").GetString());
    }

    [Fact]
    public async Task A_kept_lead_waits_for_its_revisit_and_is_reopened_where_it_was()
    {
        var client = leads.As(TestCaller.Officer());
        var followed = await leads.FollowedAsync(client);
        var path = LeadsFixture.Path(followed);

        (await client.PostAsync(path + "/closure", new { outcome = "kept", reason = "notYet" }, followed.ETag))
            .IsProblem(400, "request.invalid");
        (await client.PostAsync(path + "/closure", new { outcome = "kept", reason = "other", revisitOn = leads.Today.AddDays(90) },
            followed.ETag)).IsProblem(400, "request.invalid");
        var kept = (await client.PostAsync(
            path + "/closure", new { outcome = "kept", reason = "notYet", revisitOn = leads.Today.AddDays(90) }, followed.ETag)).Is(200);

        var closed = (await client.GetAsync(path)).Json;
        Assert.Equal("kept", closed.GetProperty("stage").GetString());
        Assert.Equal("none", closed.GetProperty("nextStep").GetProperty("light").GetString());
        Assert.Equal(leads.Today.AddDays(90), closed.GetProperty("closure").GetProperty("revisitOn").Deserialize<DateOnly>());
        (await client.PutAsync(path + "/next-step", new { what = "回电", dueOn = leads.Today.AddDays(1) }, kept.ETag))
            .IsProblem(409, "lead.closed");
        var reopened = (await client.PostAsync(path + "/reopening", new { note = "客商再次来电" }, kept.ETag)).Is(200);
        (await client.PostAsync(path + "/reopening", new { note = "再次" }, reopened.ETag)).IsProblem(409, "lead.notClosed");
        Assert.Equal("following", (await client.GetAsync(path)).Json.GetProperty("stage").GetString());
        var events = await leads.Service.EventsAsync(followed.Id);
        Assert.Equal(("LeadClosed", "notYet"), (events[^2].Type, events[^2].Payload.GetProperty("reason").GetString()));
        Assert.Equal("LeadReopened", events[^1].Type);
    }

    [Fact]
    public async Task An_invalid_lead_has_a_reason_and_no_revisit()
    {
        var client = leads.As(TestCaller.Officer());
        var lead = await leads.LeadAsync(client);
        var path = LeadsFixture.Path(lead) + "/closure";

        (await client.PostAsync(path, new { outcome = "invalid" }, lead.ETag)).IsProblem(400, "request.invalid");
        (await client.PostAsync(path, new { outcome = "invalid", reason = "noAnswer", revisitOn = leads.Today.AddDays(1) }, lead.ETag))
            .IsProblem(400, "request.invalid");
        (await client.PostAsync(path, new { outcome = "invalid", reason = "noAnswer", note = "三次未接" }, lead.ETag)).Is(200);

        var events = await leads.Service.EventsAsync(lead.Id);
        Assert.DoesNotContain("三次未接", events[^1].Payload.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_next_step_is_replanned_done_and_followed_by_another()
    {
        var client = leads.As(TestCaller.Officer());
        var lead = await leads.LeadAsync(client);
        var path = LeadsFixture.Path(lead);

        var planned = (await client.PutAsync(path + "/next-step", new { what = "约访", dueOn = leads.Today.AddDays(5) }, lead.ETag)).Is(200);
        var done = (await client.PostAsync(path + "/next-step/completion", new { note = "已约" }, planned.ETag)).Is(200);
        (await client.PostAsync(path + "/next-step/completion", new { }, done.ETag)).IsProblem(409, "nextStep.none");
        var again = (await client.PutAsync(path + "/next-step", new { what = "来访接待", dueOn = leads.Today.AddDays(9) }, done.ETag)).Is(200);
        (await client.PostAsync(path + "/next-step/completion", new { next = new { what = "送审", dueOn = leads.Today.AddDays(12) } },
            again.ETag)).Is(200);

        Assert.Equal("送审", (await client.GetAsync(path)).Json.GetProperty("nextStep").GetProperty("what").GetString());
        Assert.Equal(1, await leads.Service.CountAsync($"select count(*) from next_step where lead_id = '{lead.Id}' and outcome is null"));
        var dues = (await leads.Service.EventsAsync(lead.Id)).Where(e => e.Type == "NextStepPlanned")
            .Select(e => e.Payload.TryGetProperty("dueOn", out var due) && due.ValueKind == JsonValueKind.String
            ? due.Deserialize<DateOnly>().DayNumber - leads.Today.DayNumber : -1);
        Assert.Equal([3, 5, -1, 9, 12], dues);
    }

    [Fact]
    public async Task An_overdue_step_shows_and_a_cached_answer_does_not_hide_it()
    {
        await using var service = await TestService.StartAsync("leads", Program.Build);
        var client = service.As(TestCaller.Officer());
        var lead = (await client.PostAsync("/api/v1/first-contacts", leads.FirstContact(("nextStepDueOn", leads.Today)))).Is(201);
        var planned = (await client.GetAsync(LeadsFixture.Path(lead))).Is(200);
        (await client.GetAsync(LeadsFixture.Path(lead), planned.ETag)).Is(304);

        service.Clock.Advance(TimeSpan.FromDays(1));

        Assert.Equal("overdue", (await client.GetAsync(LeadsFixture.Path(lead), planned.ETag)).Is(200).Json.GetProperty("nextStep")
            .GetProperty("light").GetString());
        Assert.Single((await client.GetAsync("/api/v1/leads?nextStep=overdue")).Json.GetProperty("items").EnumerateArray());
        Assert.Empty((await client.GetAsync("/api/v1/leads?nextStep=planned,none")).Json.GetProperty("items").EnumerateArray());
        (await client.PostAsync(LeadsFixture.Path(lead) + "/next-step/completion", new { }, planned.ETag)).Is(200);
        Assert.Single((await client.GetAsync("/api/v1/leads?nextStep=none")).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task An_assignment_takes_the_lead_to_the_officers_unit_and_keeps_who_had_it()
    {
        var (first, second) = (await leads.PlacedAsync(TestCaller.Officer()), await leads.PlacedAsync(TestCaller.Officer()));
        var head = TestCaller.Person(Roles.UnitHead, Reach.Subtree) with { Subtree = [first.UnitId, second.UnitId] };
        var lead = await leads.LeadAsync(leads.As(first));
        var path = LeadsFixture.Path(lead);

        (await leads.As(first).PostAsync(path + "/assignment", new { ownerId = second.Id, reason = "轮岗" }, lead.ETag))
            .IsProblem(403, "auth.forbidden");
        (await leads.As(head).PostAsync(path + "/assignment", new { ownerId = TestCaller.Officer().Id, reason = "轮岗" }, lead.ETag))
            .IsProblem(409, "officer.unknown");
        (await leads.As(head).PostAsync(path + "/assignment", new { ownerId = first.Id, reason = "轮岗" }, lead.ETag))
            .IsProblem(409, "lead.sameOwner");
        (await leads.As(head).PostAsync(path + "/assignment", new { ownerId = second.Id, reason = "轮岗" }, lead.ETag)).Is(200);

        (await leads.As(first).GetAsync(path)).IsProblem(404, "resource.notFound");
        var seen = (await leads.As(second).GetAsync(path)).Is(200).Json;
        Assert.Equal((second.Id, second.UnitId), (seen.GetProperty("ownerId").GetGuid(), seen.GetProperty("unitId").GetGuid()));
        var kept = (await leads.As(head).GetAsync(path + "/assignments")).Is(200).Json[0];
        Assert.Equal((first.Id, second.Id, "轮岗"),
            (kept.GetProperty("fromOwnerId").GetGuid(), kept.GetProperty("toOwnerId").GetGuid(), kept.GetProperty("reason").GetString()));
        var told = (await leads.Service.EventsAsync(lead.Id))[^1];
        Assert.Equal(("LeadAssigned", first.Id), (told.Type, told.Payload.GetProperty("previousOwnerId").GetGuid()));
        Assert.Equal(second.UnitId, told.Payload.GetProperty("lead").GetProperty("unitId").GetGuid());
        Assert.DoesNotContain("轮岗", told.Payload.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task T7_The_open_leads_of_somebody_who_left_are_found_and_handed_over_at_once()
    {
        var (gone, next) = (await leads.PlacedAsync(TestCaller.Officer()), await leads.PlacedAsync(TestCaller.Officer()));
        var head = TestCaller.Person(Roles.UnitHead, Reach.Subtree) with { Subtree = [gone.UnitId, next.UnitId] };
        var (first, second, invalid) = (await leads.LeadAsync(leads.As(gone)), await leads.LeadAsync(leads.As(gone)),
            await leads.LeadAsync(leads.As(gone)));
        (await leads.As(gone).PostAsync(LeadsFixture.Path(invalid) + "/closure", new { outcome = "invalid", reason = "notGenuine" },
            invalid.ETag)).Is(200);
        var secret = await leads.LeadAsync(leads.As(gone), ("confidential", true));
        await leads.PlacedAsync(gone, active: false);

        Guid[] open = [first.Id, second.Id];
        var found = (await leads.As(head).GetAsync("/api/v1/leads?ownerActive=false")).Is(200).Json.GetProperty("items");
        Assert.Subset(found.EnumerateArray().Select(l => l.GetProperty("id").GetGuid()).ToHashSet(), open.ToHashSet());
        Assert.Empty((await leads.As(head).GetAsync($"/api/v1/leads?ownerActive=true&ownerId={gone.Id}")).Is(200).Json
            .GetProperty("items").EnumerateArray());
        var preview = (await leads.As(head).GetAsync($"/api/v1/handovers/preview?fromId={gone.Id}")).Is(200).Json;
        Assert.Equal((2, 0), (preview.GetProperty("leads").GetInt32(), preview.GetProperty("converted").GetInt32()));

        object Handover(Guid to) => new { fromId = gone.Id, toId = to, reason = "离岗移交" };
        (await leads.As(next).PostAsync("/api/v1/handovers", Handover(next.Id))).IsProblem(403, "auth.forbidden");
        (await leads.As(head).PostAsync("/api/v1/handovers", Handover(gone.Id))).IsProblem(409, "lead.sameOwner");
        (await leads.As(head).PostAsync("/api/v1/handovers", Handover(TestCaller.Officer().Id))).IsProblem(409, "officer.unknown");
        // A head of another unit has none of them to give away.
        var stranger = TestCaller.Person(Roles.UnitHead, Reach.Subtree) with { Subtree = [next.UnitId] };
        Assert.Empty((await leads.As(stranger).PostAsync("/api/v1/handovers", Handover(next.Id))).Is(200).Json
            .GetProperty("leadIds").EnumerateArray());

        var handed = (await leads.As(head).PostAsync("/api/v1/handovers", Handover(next.Id))).Is(200).Json;
        Assert.Equal(open.ToHashSet(), handed.GetProperty("leadIds").EnumerateArray().Select(l => l.GetGuid()).ToHashSet());
        Assert.Equal(0, handed.GetProperty("left").GetInt32());
        foreach (var lead in (TestKit.Answer[])[first, second])
        {
            var seen = (await leads.As(next).GetAsync(LeadsFixture.Path(lead))).Is(200).Json;
            Assert.Equal(next.UnitId, seen.GetProperty("unitId").GetGuid());
            Assert.Equal("LeadAssigned", (await leads.Service.EventsAsync(lead.Id))[^1].Type);
        }

        // What the head does not read stays, and so does what is closed.
        (await leads.As(next).GetAsync(LeadsFixture.Path(secret))).IsProblem(404, "resource.notFound");
        (await leads.As(next).GetAsync(LeadsFixture.Path(invalid))).IsProblem(404, "resource.notFound");
    }

    [Fact]
    public async Task A_patch_changes_what_it_names_and_null_removes()
    {
        var client = leads.As(TestCaller.Officer());
        var lead = await leads.LeadAsync(
            client, ("nodeCode", "satellite.data"), ("estimatedInvestment", new { amount = "120000000.00", currency = "CNY" }),
            ("sourceRegion", "110000"));
        var path = LeadsFixture.Path(lead);

        var patched = (await client.PatchAsync(path, new { title = "卫星数据中心", nodeCode = (string?)null }, lead.ETag)).Is(200);

        var read = (await client.GetAsync(path)).Json;
        Assert.Equal("卫星数据中心", read.GetProperty("title").GetString());
        Assert.Equal(JsonValueKind.Null, read.GetProperty("chainCode").ValueKind);
        Assert.Equal("120000000.00", read.GetProperty("estimatedInvestment").GetProperty("amount").GetString());
        Assert.Equal("110000", read.GetProperty("sourceRegion").GetString());
        Assert.Equal("LeadAmended", (await leads.Service.EventsAsync(lead.Id))[^1].Type);
        (await client.PatchAsync(path, new { stage = "converted" }, patched.ETag)).IsProblem(400, "request.invalid");
        (await client.PatchAsync(path, new { estimatedInvestment = new { amount = "0", currency = "CNY" } }, patched.ETag))
            .IsProblem(400, "request.invalid");
        (await client.PatchAsync(path, new { confidential = (bool?)null }, patched.ETag)).IsProblem(400, "request.invalid");
    }

    [Fact]
    public async Task Every_change_of_a_lead_needs_the_version_that_was_read()
    {
        var client = leads.As(TestCaller.Person(Roles.Coordinator));
        var lead = await leads.LeadAsync(client);
        var path = LeadsFixture.Path(lead);
        (HttpMethod Method, string Path, object Body)[] changes =
        [
            (HttpMethod.Patch, path, new { title = "标题" }),
            (HttpMethod.Put, path + "/next-step", new { what = "回电", dueOn = leads.Today }),
            (HttpMethod.Post, path + "/next-step/completion", new { }),
            (HttpMethod.Post, path + "/assignment", new { ownerId = lead.Id, reason = "x" }),
            (HttpMethod.Post, path + "/assessment", new { }),
            (HttpMethod.Post, path + "/assessment/conclusion", new { note = "x" }),
            (HttpMethod.Post, path + "/conversion", new { projectName = "x" }),
            (HttpMethod.Post, path + "/closure", new { outcome = "invalid", reason = "noAnswer" }),
            (HttpMethod.Post, path + "/reopening", new { note = "x" }),
        ];

        foreach (var (method, target, body) in changes)
        {
            (await client.SendAsync(method, target, body)).IsProblem(428, "ifMatch.required");
            (await client.SendAsync(method, target, body, "\"9\"")).IsProblem(412, "ifMatch.stale");
            (await client.SendAsync(method, target, body, "9")).IsProblem(400, "ifMatch.malformed");
            (await client.SendAsync(method,
                target.Replace(lead.Id.ToString(), lead.Json.GetProperty("investorId").GetString(), StringComparison.Ordinal), body,
                "\"1\""))
                .IsProblem(404, "resource.notFound");
        }
    }

    [Fact]
    public async Task Writers_that_race_with_one_version_lose_nothing()
    {
        var client = leads.As(TestCaller.Officer());
        var lead = await leads.LeadAsync(client);
        var path = LeadsFixture.Path(lead);

        var won = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            for (var done = 0; done < 5;)
            {
                var seen = await client.GetAsync(path);
                var title = seen.Json.GetProperty("title").GetString() + (char)('a' + writer);
                var answer = await client.PatchAsync(path, new { title }, seen.ETag);
                if (answer.Status == 200)
                {
                    done++;
                    Interlocked.Increment(ref won);
                }
                else
                {
                    answer.IsProblem(412, "ifMatch.stale");
                }
            }
        }));

        var title = (await client.GetAsync(path)).Json.GetProperty("title").GetString()!;
        Assert.Equal(won, title.Length);
        Assert.All(title.GroupBy(c => c), g => Assert.Equal(5, g.Count()));
        Assert.Equal(Enumerable.Range(1, 41).Select(v => (long)v), (await leads.Service.EventsAsync(lead.Id)).Select(e => e.Version)
            .Distinct());
    }
}
