using System.Text.Json;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

/// <summary>All companies are invented.</summary>
public class MergeTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    private static readonly TestCaller Coordinator = TestCaller.Person(Roles.Coordinator);

    [Fact]
    public async Task Field_by_field_people_and_leads_go_over_and_the_old_id_points_to_the_new_one()
    {
        var me = leads.As(TestCaller.Officer());
        var (a, b) = (await LeadAsync(me, "甲合并示例", Code(1), "110108"), await LeadAsync(me, "乙合并示例", Code(2), null));
        var (into, from) = (Investor(a), Investor(b));

        var merged = (await MergeAsync(into, from, new { name = "from", uscc = "from" })).Is(200);

        Assert.Equal((into, "\"2\""), (merged.Id, merged.ETag));
        var read = (await me.GetAsync(Path(into))).Is(200).Json;
        Assert.Equal(("乙合并示例", Code(2), "110108"),
            (read.GetProperty("name").GetString(), read.GetProperty("uscc").GetString(), read.GetProperty("sourceRegion").GetString()));
        foreach (var lead in (Answer[])[a, b])
        {
            var now = (await me.GetAsync(LeadsFixture.Path(lead))).Is(200).Json;
            Assert.Equal((into, "乙合并示例"), (now.GetProperty("investorId").GetGuid(), now.GetProperty("investorName").GetString()));
            var told = (await leads.Service.EventsAsync(lead.Id))[^1];
            Assert.Equal(("LeadAmended", into, "乙合并示例", now.GetProperty("version").GetInt64()),
                (told.Type, told.Payload.GetProperty("lead").GetProperty("investorId").GetGuid(), told.Payload.GetProperty("lead")
                .GetProperty("investorName").GetString(), told.Version));
        }

        Assert.Equal(2, (await me.GetAsync(Path(into) + "/people")).Json.GetProperty("items").GetArrayLength());
        Assert.Equal(2, (await me.GetAsync($"/api/v1/leads?investorId={into}")).Json.GetProperty("items").GetArrayLength());
        Assert.DoesNotContain((await me.GetAsync("/api/v1/investors")).Json.GetProperty("items").EnumerateArray(), i =>
            i.GetProperty("id").GetGuid() == from);
        var event_ = Assert.Single(await leads.Service.EventsAsync(into));
        Assert.Equal(("InvestorMerged", from), (event_.Type, event_.Payload.GetProperty("fromId").GetGuid()));

        var moved = await OldAsync(me, from);
        Assert.Equal((301, Path(into), into),
            (moved.Status, moved.Headers.Location!.OriginalString, moved.Json.GetProperty("mergedInto").GetGuid()));
        Assert.Equal(404, (await OldAsync(leads.As(TestCaller.Officer()), from)).Status);
        var further = await leads.LeadAsync(me, ("investorName", null), ("investorId", from));
        Assert.Equal(into, Investor(further));
        (await me.PatchAsync(Path(from), new { name = "x" }, "\"1\"")).IsProblem(404, "resource.notFound");
        (await me.PostAsync(Path(from) + "/people", new { name = "x", wechat = "example" })).IsProblem(404, "resource.notFound");
    }

    [Fact]
    public async Task Without_a_choice_the_one_that_stays_keeps_its_facts_and_takes_what_it_lacks()
    {
        var me = leads.As(TestCaller.Officer());
        var (into, from) = (Investor(await LeadAsync(me, "丙合并示例", null, "410600")),
            Investor(await LeadAsync(me, "丁合并示例", Code(3), "110108")));

        (await MergeAsync(into, from)).Is(200);

        var read = (await me.GetAsync(Path(into))).Is(200).Json;
        Assert.Equal(("丙合并示例", Code(3), "410600"),
            (read.GetProperty("name").GetString(), read.GetProperty("uscc").GetString(), read.GetProperty("sourceRegion").GetString()));
    }

    [Fact]
    public async Task Undoing_restores_what_was_before_exactly()
    {
        var me = leads.As(TestCaller.Officer());
        var (a, b) = (await LeadAsync(me, "戊合并示例", Code(4), null), await LeadAsync(me, "己合并示例", Code(5), "110108"));
        var (into, from) = (Investor(a), Investor(b));
        var before = await SnapshotAsync(me, into, from, a, b);

        var merged = (await MergeAsync(into, from, new { name = "from", uscc = "from", sourceRegion = "from" })).Is(200);
        var merge = Assert.Single((await me.GetAsync(Path(into) + "/merges")).Is(200).Json.EnumerateArray());
        Assert.Equal(("己合并示例", from, Coordinator.Id),
            (merge.GetProperty("fromName").GetString(), merge.GetProperty("fromId").GetGuid(), merge.GetProperty("mergedBy").GetGuid()));
        (await UndoAsync(into, merged, "\"1\"")).IsProblem(412, "ifMatch.stale");
        var undone = (await UndoAsync(into, merged)).Is(200);

        Assert.Equal(before, await SnapshotAsync(me, into, from, a, b));
        Assert.Equal(["InvestorMerged", "InvestorMergeUndone"], (await leads.Service.EventsAsync(into)).Select(e => e.Type));
        var told = (await leads.Service.EventsAsync(b.Id))[^1];
        Assert.Equal((from, "己合并示例"),
            (told.Payload.GetProperty("lead").GetProperty("investorId").GetGuid(), told.Payload.GetProperty("lead")
            .GetProperty("investorName").GetString()));
        (await UndoAsync(into, merged, undone.ETag)).IsProblem(409, "merge.undone");
        Assert.Equal(2, await leads.Service.CountAsync(
            $"select count(*) from api.audit_entry where subjects::text ~ '{from}' "
            + "and operation in ('mergeInvestors', 'undoInvestorMerge')"));
        // And it can be merged anew.
        (await MergeAsync(into, from)).Is(200);
    }

    [Fact]
    public async Task What_came_after_the_merge_stays_when_it_is_undone()
    {
        var me = leads.As(TestCaller.Officer());
        var (a, b) = (await LeadAsync(me, "庚合并示例", null, null), await LeadAsync(me, "辛合并示例", Code(6), "110108"));
        var (into, from) = (Investor(a), Investor(b));
        var merged = (await MergeAsync(into, from, new { name = "from" })).Is(200);
        var later = await leads.LeadAsync(
            me, ("investorName", null), ("investorId", into), ("personName", "后来人"), ("phone", "13911112222"));
        var renamed = (await me.PatchAsync(Path(into), new { name = "壬合并示例" }, merged.ETag)).Is(200);

        (await UndoAsync(into, merged, renamed.ETag)).Is(200);

        var read = (await me.GetAsync(Path(into))).Is(200).Json;
        // Renamed since, so the name stays; code and region came with the merge and go back.
        Assert.Equal("壬合并示例", read.GetProperty("name").GetString());
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null),
            (read.GetProperty("uscc").ValueKind, read.GetProperty("sourceRegion").ValueKind));
        Assert.Equal("辛合并示例", (await me.GetAsync(Path(from))).Is(200).Json.GetProperty("name").GetString());
        Assert.Equal(into, (await me.GetAsync(LeadsFixture.Path(later))).Json.GetProperty("investorId").GetGuid());
        Assert.Equal(2, (await me.GetAsync(Path(into) + "/people")).Json.GetProperty("items").GetArrayLength());
        Assert.Single((await me.GetAsync(Path(from) + "/people")).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task It_can_be_undone_for_thirty_days_and_the_latest_merge_first()
    {
        await using var service = await TestService.StartAsync("leads", Program.Build);
        var (me, coordinator) = (service.As(TestCaller.Officer()), service.As(Coordinator));
        var ids = new List<Guid>();
        foreach (var name in (string[])["癸合并示例", "子合并示例", "丑合并示例"])
        {
            ids.Add(Investor((await me.PostAsync("/api/v1/first-contacts", leads.FirstContact(("investorName", name)))).Is(201)));
        }

        var first = (await coordinator.PostAsync(Path(ids[0]) + "/merge", new { from = ids[1] }, "\"1\"")).Is(200);
        service.Clock.Advance(TimeSpan.FromDays(1));
        coordinator = service.As(Coordinator);
        var second = (await coordinator.PostAsync(Path(ids[0]) + "/merge", new { from = ids[2] }, first.ETag)).Is(200);

        (await coordinator.PostAsync(Undoing(ids[0], first), new { }, second.ETag)).IsProblem(409, "merge.later");
        service.Clock.Advance(TimeSpan.FromDays(29) + TimeSpan.FromSeconds(1));
        coordinator = service.As(Coordinator);
        var undone = (await coordinator.PostAsync(Undoing(ids[0], second), new { }, second.ETag)).Is(200);
        (await coordinator.PostAsync(Undoing(ids[0], first), new { }, undone.ETag)).IsProblem(409, "merge.tooOld");
    }

    [Fact]
    public async Task An_investor_that_was_merged_twice_over_still_leads_to_the_last_one()
    {
        var me = leads.As(TestCaller.Officer());
        var (a, b, c) = (Investor(await LeadAsync(me, "寅合并示例", null, null)), Investor(await LeadAsync(me, "卯合并示例", null, null)),
            Investor(await LeadAsync(me, "辰合并示例", null, null)));
        var first = (await MergeAsync(b, c)).Is(200);
        (await MergeAsync(a, b)).Is(200);

        Assert.Equal(a, (await OldAsync(me, c)).Json.GetProperty("mergedInto").GetGuid());
        // Into one that is itself part of another: the later merge first.
        (await UndoAsync(b, first, "\"3\"")).IsProblem(409, "merge.later");
    }

    [Fact]
    public async Task Fifty_merges_of_one_pair_give_one_winner_and_the_rest_a_clear_refusal()
    {
        var me = leads.As(TestCaller.Officer());
        var (a, b) = (await LeadAsync(me, "巳合并示例", Code(7), null), await LeadAsync(me, "午合并示例", Code(8), null));
        var (one, other) = (Investor(a), Investor(b));
        var coordinator = leads.As(Coordinator);

        // Both ways round.
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(n => n % 2 == 0
            ? coordinator.PostAsync(Path(one) + "/merge", new { from = other }, "\"1\"")
            : coordinator.PostAsync(Path(other) + "/merge", new { from = one }, "\"1\"")));

        var winner = Assert.Single(answers, r => r.Status == 200);
        Assert.All(answers.Where(r => r != winner), r => r.IsProblem(409, "investor.merged"));
        Assert.Equal(1, await leads.Service.CountAsync($"select count(*) from investor_merge where into_id in ('{one}', '{other}')"));
        foreach (var lead in (Answer[])[a, b])
        {
            Assert.Equal(winner.Id, (await me.GetAsync(LeadsFixture.Path(lead))).Json.GetProperty("investorId").GetGuid());
        }

        Assert.Equal(2, await leads.Service.CountAsync($"select count(*) from person where investor_id = '{winner.Id}'"));
        Assert.Single(await leads.Service.EventsAsync(winner.Id));
        Assert.Equal(1, await leads.Service.CountAsync(
            $"select count(*) from investor where id in ('{one}', '{other}') and uscc is not null"));
    }

    [Fact]
    public async Task First_contacts_during_a_merge_end_at_the_one_that_stays()
    {
        var me = leads.As(TestCaller.Officer());
        var (into, from) = (Investor(await LeadAsync(me, "未合并示例", null, null)), Investor(await LeadAsync(me, "申合并示例", null, null)));

        var answers = Task.WhenAll(Enumerable.Range(0, 20).Select(n =>
            me.PostAsync("/api/v1/first-contacts",
                leads.FirstContact(("investorName", null), ("investorId", from), ("personName", $"并发{n}")))));
        (await MergeAsync(into, from)).Is(200);

        Assert.All(await answers, r => Assert.True(r.Status == 201 || r.Code == "investor.merged", r.Body));
        Assert.Equal(0, await leads.Service.CountAsync($"select count(*) from lead where investor_id = '{from}'"));
        Assert.Equal(0, await leads.Service.CountAsync($"select count(*) from person where investor_id = '{from}'"));
    }

    [Fact]
    public async Task Who_may_merge_and_what_is_refused()
    {
        var officer = TestCaller.Officer();
        var me = leads.As(officer);
        var (a, b) = (Investor(await LeadAsync(me, "酉合并示例", null, null)), Investor(await LeadAsync(me, "戌合并示例", null, null)));
        var foreign = Investor(await LeadAsync(leads.As(TestCaller.Officer()), "亥合并示例", null, null));
        var head = leads.As(TestCaller.Person(Roles.UnitHead, Reach.Subtree, officer.UnitId));

        (await me.PostAsync(Path(a) + "/merge", new { from = b }, "\"1\"")).IsProblem(403, "auth.forbidden");
        (await head.PostAsync(Path(a) + "/merge", new { from = b })).IsProblem(428, "ifMatch.required");
        (await head.PostAsync(Path(a) + "/merge", new { from = b }, "\"2\"")).IsProblem(412, "ifMatch.stale");
        (await head.PostAsync(Path(a) + "/merge", new { from = a }, "\"1\"")).IsProblem(409, "merge.self");
        (await head.PostAsync(Path(a) + "/merge", new { from = foreign }, "\"1\"")).IsProblem(404, "resource.notFound");
        (await head.PostAsync(Path(foreign) + "/merge", new { from = a }, "\"1\"")).IsProblem(404, "resource.notFound");
        (await head.PostAsync(Path(a) + "/merge", new { }, "\"1\"")).IsProblem(400, "request.invalid");
        (await head.PostAsync(Path(a) + "/merge", new { from = b, fields = new { name = "mine" } }, "\"1\""))
            .IsProblem(400, "request.invalid");

        // Another unit's lead of the same investor: not the head's to move.
        var stranger = await leads.PlacedAsync(TestCaller.Officer());
        (await leads.As(Coordinator)
            .PostAsync("/api/v1/first-contacts", leads.FirstContact(("investorName", null), ("investorId", b), ("ownerId", stranger.Id))))
            .Is(201);
        (await head.PostAsync(Path(a) + "/merge", new { from = b }, "\"1\"")).IsProblem(409, "merge.beyondReach");
        (await MergeAsync(a, b)).Is(200);
        (await leads.As(Coordinator).PostAsync(Path(a) + $"/merges/{Guid.Empty}/undo", new { }, "\"2\""))
            .IsProblem(404, "resource.notFound");
    }

    [Fact]
    public async Task A_confidential_lead_goes_with_its_investor_unseen()
    {
        var me = leads.As(TestCaller.Officer());
        var (into, from) = (Investor(await LeadAsync(me, "角合并示例", null, null)), Investor(await LeadAsync(me, "亢合并示例", null, null)));
        var secret = await leads.LeadAsync(me, ("investorName", null), ("investorId", from), ("confidential", true));

        (await MergeAsync(into, from)).Is(200);

        Assert.Equal(into, (await me.GetAsync(LeadsFixture.Path(secret))).Is(200).Json.GetProperty("investorId").GetGuid());
        Assert.DoesNotContain(secret.Id.ToString(),
            string.Concat((await leads.Service.EventsAsync(into)).Select(e => e.Payload.GetRawText())), StringComparison.Ordinal);
    }

    private Task<Answer> MergeAsync(Guid into, Guid from, object? fields = null) => Task.Run(async () =>
    {
        var coordinator = leads.As(Coordinator);
        var tag = (await coordinator.GetAsync(Path(into))).Is(200).ETag;
        return await coordinator.PostAsync(
            Path(into) + "/merge", fields is null ? new { from } : new { from, fields, reason = "同一客商" }, tag);
    });

    private Task<Answer> UndoAsync(Guid into, Answer merged, string? tag = null) =>
        leads.As(Coordinator).PostAsync(Undoing(into, merged), new { reason = "误合并" }, tag ?? merged.ETag);

    private static string Undoing(Guid into, Answer merged) => $"{Path(into)}/merges/{merged.Json.GetProperty("mergeId").GetGuid()}/undo";

    /// <summary>The answer to an old id itself, not what it leads to.</summary>
    private async Task<Answer> OldAsync(ApiClient client, Guid id)
    {
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = leads.Service.Address };
        using var plain = new ApiClient(http, client.Token);
        return await plain.GetAsync(Path(id));
    }

    /// <summary>All that the API tells of two investors and their leads, but for versions and times.</summary>
    private static async Task<string> SnapshotAsync(ApiClient client, Guid one, Guid other, params Answer[] of)
    {
        var told = new List<string>();
        foreach (var path in (IEnumerable<string>)[Path(one), Path(other), Path(one) + "/people", Path(other) + "/people",
            .. of.Select(LeadsFixture.Path)])
        {
            told.Add(System.Text.RegularExpressions.Regex.Replace(
                (await client.GetAsync(path)).Is(200).Body, "\"(version|updatedAt)\":[^,}]+", ""));
        }

        return string.Join('\n', told);
    }

    private Task<Answer> LeadAsync(ApiClient client, string name, string? uscc, string? region) =>
        leads.LeadAsync(client, ("investorName", name), ("uscc", uscc), ("sourceRegion", region));

    private static Guid Investor(Answer receipt) => receipt.Json.GetProperty("investorId").GetGuid();

    private static string Path(Guid investor) => $"/api/v1/investors/{investor}";

    private static string Code(int n) => Uscc.WithCheckCharacter($"91410611MA00020{n:00}").Value;
}
