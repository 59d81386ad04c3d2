using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Directory;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Approvals;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

/// <summary>Comments and instructions 批示 on leads.</summary>
public class CommentTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    private readonly TestCaller _leader = TestCaller.Person(Roles.Leader);

    [Fact]
    public async Task T18_Whoever_reads_a_lead_comments_on_it_and_nobody_else()
    {
        var owner = TestCaller.Officer();
        var lead = await leads.LeadAsync(leads.As(owner), ("nodeCode", "satellite.spacecraft"));
        var path = LeadsFixture.Path(lead) + "/comments";
        TestCaller[] readers =
        [
            owner, _leader, Chief("satellite"), TestCaller.Person(Roles.ServiceOfficer), TestCaller.Person(Roles.ProjectOfficer),
            TestCaller.Person(Roles.Coordinator), TestCaller.Person(Roles.UnitHead, Reach.Subtree, owner.UnitId),
            TestCaller.Integration(Scopes.LeadsRead, Scopes.LeadsWrite),
        ];
        foreach (var reader in readers)
        {
            var said = (await leads.As(reader).PostAsync(path, new { text = $"意见：{reader.Id}" })).Is(201);
            var read = (await leads.As(owner).GetAsync(said.Headers.Location!.OriginalString)).Is(200);
            Assert.Equal((said.ETag, reader.Id, "noted", $"意见：{reader.Id}"), (read.ETag, read.Json.GetProperty("authorId").GetGuid(),
                read.Json.GetProperty("state").GetString(), read.Json.GetProperty("text").GetString()));
        }

        foreach (var stranger in new[] { TestCaller.Officer(), Chief("xinchuang"), TestCaller.Person(Roles.UnitHead, Reach.Subtree) })
        {
            var client = leads.As(stranger);
            (await client.PostAsync(path, new { text = "意见" })).IsProblem(404, "resource.notFound");
            (await client.GetAsync(path)).IsProblem(404, "resource.notFound");
        }

        foreach (var outside in new[] { TestCaller.Person(Roles.Administrator), TestCaller.Person(Roles.Auditor) })
        {
            (await leads.As(outside).PostAsync(path, new { text = "意见" })).IsProblem(403, "auth.forbidden");
        }

        (await leads.As(TestCaller.Person(Roles.Administrator)).GetAsync(path)).IsProblem(403, "auth.forbidden");
        var list = (await leads.As(TestCaller.Person(Roles.Auditor)).GetAsync(path + "?total=true")).Is(200).Json;
        Assert.Equal(readers.Length, list.GetProperty("total").GetInt32());
        Assert.Equal(readers.Reverse().Select(r => r.Id),
            list.GetProperty("items").EnumerateArray().Select(c => c.GetProperty("authorId").GetGuid()));
    }

    [Fact]
    public async Task T18_Many_comment_at_once_and_the_lead_keeps_its_version()
    {
        var owner = leads.As(TestCaller.Officer());
        var lead = await leads.LeadAsync(owner);
        var (leader, before) = (leads.As(_leader), (await owner.GetAsync(LeadsFixture.Path(lead))).Is(200).ETag);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            (i % 2 == 0 ? owner : leader).PostAsync(LeadsFixture.Path(lead) + "/comments", new { text = $"第 {i} 条" })));
        Assert.All(answers, a => a.Is(201));
        Assert.Equal(before, (await owner.GetAsync(LeadsFixture.Path(lead))).Is(200).ETag);

        // The event says who to whom about what, and not what; a repeat of its key says it once.
        var key = NewId().ToString();
        var body = new { text = "请尽快回访，电话里说的" };
        var first = (await leader.PostAsync(LeadsFixture.Path(lead) + "/comments", body, key: key)).Is(201);
        Assert.Equal(first.Id, (await leader.PostAsync(LeadsFixture.Path(lead) + "/comments", body, key: key)).Is(201).Id);
        var told = Assert.Single(await leads.Service.EventsAsync(first.Id));
        var comment = told.Payload.GetProperty("comment");
        Assert.Equal(("LeadCommented", lead.Id, _leader.Id, "noted"), (told.Type, comment.GetProperty("subjectId").GetGuid(),
            comment.GetProperty("authorId").GetGuid(), comment.GetProperty("state").GetString()));
        Assert.DoesNotContain("回访", told.Payload.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(1, await leads.Service.CountAsync($"select count(*) from api.audit_entry where operation = 'commentOnLead'"
            + $" and subjects::text ~ '{first.Id}' and subjects::text ~ '{lead.Id}' and changes::text !~ '回访'"));
    }

    [Fact]
    public async Task T18_A_mention_of_somebody_who_does_not_read_the_lead_is_refused_and_gives_no_access()
    {
        var (bureau, unit) = (NewId(), NewId());
        await UnitAsync(bureau, null);
        await UnitAsync(unit, bureau);
        var owner = await leads.PlacedAsync(TestCaller.Officer(unit));
        var above = await leads.PlacedAsync(TestCaller.Person(Roles.UnitHead, Reach.Subtree, bureau) with { Subtree = [bureau, unit] });
        var chief = await leads.PlacedAsync(Chief("satellite"));
        var leader = await leads.PlacedAsync(_leader);
        var (stranger, other) = (await leads.PlacedAsync(TestCaller.Officer(unit)), await leads.PlacedAsync(Chief("xinchuang")));
        var gone = await leads.PlacedAsync(TestCaller.Person(Roles.Leader), active: false);
        var keeper = await leads.PlacedAsync(TestCaller.Person(Roles.Administrator));
        var lead = await leads.LeadAsync(leads.As(owner), ("nodeCode", "satellite.spacecraft"));
        var path = LeadsFixture.Path(lead) + "/comments";

        foreach (var wrong in new[] { stranger.Id, other.Id, gone.Id, keeper.Id, NewId() })
        {
            var refused = (await leads.As(owner).PostAsync(path, new { text = "请看", mentions = new[] { leader.Id, wrong } }))
                .IsProblem(400, "request.invalid");
            var error = Assert.Single(refused.Json.GetProperty("errors").EnumerateArray());
            Assert.Equal(("/mentions/1", "comment.cannotRead"),
                (error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString()));
        }

        (await leads.As(stranger).GetAsync(path)).IsProblem(404, "resource.notFound");
        Assert.Equal(0, await leads.Service.CountAsync($"select count(*) from comment where subject_id = '{lead.Id}'"));
        Guid[] readers = [above.Id, chief.Id, leader.Id, leader.Id];
        var said = (await leads.As(owner).PostAsync(path, new { text = "请看", mentions = readers })).Is(201);
        Assert.Equal(readers.Distinct(), (await leads.As(owner).GetAsync(said.Headers.Location!.OriginalString)).Is(200).Json
            .GetProperty("mentions").EnumerateArray().Select(m => m.GetGuid()));

        // Confidential later: gone for whoever was named, and nobody but a reader is named.
        var now = (await leads.As(owner).GetAsync(LeadsFixture.Path(lead))).Is(200);
        (await leads.As(owner).PatchAsync(LeadsFixture.Path(lead), new { confidential = true }, now.ETag)).Is(200);
        (await leads.As(leader).GetAsync(said.Headers.Location!.OriginalString)).IsProblem(404, "resource.notFound");
        (await leads.As(owner).PostAsync(path, new { text = "请看", mentions = new[] { leader.Id } })).IsProblem(400, "request.invalid");
        (await leads.As(owner).PostAsync(path, new { text = "请看", mentions = new[] { above.Id } })).Is(201);
    }

    [Fact]
    public async Task T18_An_instruction_waits_for_the_owner_until_it_is_answered_and_its_author_follows_it()
    {
        var owner = TestCaller.Officer();
        var head = await leads.PlacedAsync(TestCaller.Person(Roles.UnitHead, Reach.Subtree, owner.UnitId));
        var leader = leads.As(_leader);
        var lead = await leads.LeadAsync(leads.As(owner));
        var path = LeadsFixture.Path(lead) + "/comments";
        var given = (await leader.PostAsync(
            path, new { text = "一周内回访", instruction = true, dueOn = leads.Today.AddDays(7) })).Is(201);
        var address = given.Headers.Location!.OriginalString;

        var waits = Assert.Single(await WaitingAsync(owner));
        Assert.Equal((ApprovalKind.Instruction, given.Id, _leader.Id, address, leads.Today.AddDays(8).Begins()),
            (waits.Kind, waits.Id, waits.RequestedBy, waits.Path, waits.DueAt!.Value));
        Assert.Empty(await WaitingAsync(head));
        Assert.Empty(await WaitingAsync(_leader));
        Assert.Equal([given.Id], await OpenAsync(leader, _leader.Id));
        Assert.Equal([], await OpenAsync(leader, owner.Id));
        Assert.Equal([], await OpenAsync(leads.As(TestCaller.Officer()), _leader.Id));

        // Whoever only reads does not answer, and nobody answers twice.
        (await leader.PostAsync(address + "/outcome", new { text = "已办" }, given.ETag)).IsProblem(403, "auth.forbidden");
        (await leads.As(TestCaller.Officer()).PostAsync(address + "/outcome", new { text = "已办" }, given.ETag))
            .IsProblem(404, "resource.notFound");
        (await leads.As(owner).PostAsync(address + "/outcome", new { text = "已办" })).IsProblem(428, "ifMatch.required");
        (await leads.As(owner).PostAsync(address + "/outcome", new { text = " " }, given.ETag)).IsProblem(400, "request.invalid");
        var both = await Task.WhenAll(new[] { owner, head }.Select(who =>
            leads.As(who).PostAsync(address + "/outcome", new { text = "已回访，约定下月考察" }, given.ETag)));
        Assert.Equal([200, 412], both.Select(a => a.Status).Order());
        (await leads.As(owner).PostAsync(address + "/outcome", new { text = "再办" }, "*")).IsProblem(409, "comment.notOpen");

        var done = (await leader.GetAsync(address)).Is(200).Json;
        Assert.Equal(("done", "已回访，约定下月考察"), (done.GetProperty("state").GetString(),
            done.GetProperty("outcome").GetProperty("text").GetString()));
        Assert.Equal(["open", "done"], (await leads.Service.EventsAsync(given.Id)).Select(
            e => e.Payload.GetProperty("comment").GetProperty("state").GetString()));
        Assert.Empty(await WaitingAsync(owner));
        Assert.Equal([], await OpenAsync(leader, _leader.Id));
        var all = (await leader.GetAsync($"/api/v1/leads/instructions?authorId={_leader.Id}&state=done")).Is(200).Json;
        var listed = Assert.Single(all.GetProperty("items").EnumerateArray());
        Assert.Equal((lead.Json.GetProperty("code").GetString(), address),
            (listed.GetProperty("code").GetString(), listed.GetProperty("path").GetString()));
        (await leader.PostAsync(address + "/withdrawal", new { reason = "不需要了" }, "*")).IsProblem(409, "comment.done");
    }

    [Fact]
    public async Task T18_An_instruction_waits_for_a_named_colleague_who_may_change_the_lead()
    {
        var owner = TestCaller.Officer();
        var head = await leads.PlacedAsync(TestCaller.Person(Roles.UnitHead, Reach.Subtree, owner.UnitId));
        var coordinator = await leads.PlacedAsync(TestCaller.Person(Roles.Coordinator));
        var helper = await leads.PlacedAsync(TestCaller.Officer());
        var lead = await leads.LeadAsync(leads.As(owner));
        (await leads.As(owner).PostAsync(LeadsFixture.Path(lead) + "/contacts",
            new { channel = "phone", summary = "共同致电", participantIds = new[] { helper.Id } })).Is(201);
        var given = (await leads.As(coordinator).PostAsync(LeadsFixture.Path(lead) + "/comments",
            new { text = "请部门研究", instruction = true, mentions = new[] { head.Id, coordinator.Id, helper.Id } })).Is(201);
        var address = given.Headers.Location!.OriginalString;
        Assert.Single(await WaitingAsync(head));
        var told = Assert.Single(await leads.Service.EventsAsync(given.Id)).Payload.GetProperty("comment").GetProperty("answerers");
        Assert.Equal(new[] { head.Id, coordinator.Id }.Order(), told.EnumerateArray().Select(a => a.GetGuid()).Order());

        // Who helps with a lead reads it and its instructions, and answers none.
        (await leads.As(helper).GetAsync(address)).Is(200);
        Assert.Empty(await WaitingAsync(helper));
        (await leads.As(helper).PostAsync(address + "/outcome", new { text = "已办" }, given.ETag)).IsProblem(404, "resource.notFound");

        // Its author may change the lead, and withdraws instead of answering.
        Assert.Empty(await WaitingAsync(coordinator));
        (await leads.As(coordinator).PostAsync(address + "/outcome", new { text = "已办" }, given.ETag))
            .IsProblem(409, "comment.ownInstruction");
        (await leads.As(head).PostAsync(address + "/withdrawal", new { reason = "不需要了" }, given.ETag)).IsProblem(409, "comment.notAuthor");
        (await leads.As(coordinator).PostAsync(address + "/withdrawal", new { }, given.ETag)).IsProblem(400, "request.invalid");
        (await leads.As(coordinator).PostAsync(address + "/withdrawal", new { reason = "另有安排" }, given.ETag)).Is(200);
        var now = (await leads.As(head).GetAsync(address)).Is(200).Json;
        Assert.Equal(("withdrawn", "另有安排", JsonValueKind.Null), (now.GetProperty("state").GetString(),
            now.GetProperty("withdrawalReason").GetString(), now.GetProperty("text").ValueKind));
        Assert.Empty(await WaitingAsync(head));
        Assert.Equal("另有安排", await leads.Service.TextAsync(
            $"select reason from api.audit_entry where operation = 'withdrawLeadComment' and not refused"
            + $" and subjects::text ~ '{given.Id}'"));
    }

    [Fact]
    public async Task T18_What_is_wrong_with_a_comment_is_named_and_changes_nothing()
    {
        var owner = leads.As(TestCaller.Officer());
        var lead = await leads.LeadAsync(owner);
        var (path, leader) = (LeadsFixture.Path(lead) + "/comments", leads.As(_leader));
        (await owner.PostAsync(path, new { text = "请办", instruction = true })).IsProblem(409, "comment.instructionRole");
        (await leads.As(TestCaller.Integration()).PostAsync(path, new { text = "请办", instruction = true }))
            .IsProblem(409, "comment.instructionRole");
        foreach (var (wrong, pointer) in new (object, string)[]
        {
            (new { }, "/text"),
            (new { text = new string('字', 4001) }, "/text"),
            (new { text = "见‮附件" }, "/text"),
            (new { text = "请看", mentions = Enumerable.Range(0, 21).Select(_ => _leader.Id) }, "/mentions"),
            (new { text = "请办", dueOn = leads.Today }, "/dueOn"),
            (new { text = "请办", instruction = true, dueOn = leads.Today.AddDays(-1) }, "/dueOn"),
            (new { text = "请办", instruction = true, dueOn = "1999-01-01" }, "/dueOn"),
            (new { text = "请办", instruction = "yes" }, "/instruction"),
        })
        {
            var refused = (await leader.PostAsync(path, wrong)).IsProblem(400, "request.invalid");
            Assert.Equal(pointer, refused.Json.GetProperty("errors")[0].GetProperty("pointer").GetString());
        }

        Assert.Equal(0, await leads.Service.CountAsync($"select count(*) from comment where subject_id = '{lead.Id}'"));
        Assert.Single(await leads.Service.EventsAsync(lead.Id), e => e.Type == "LeadOpened");
        (await leader.GetAsync($"{path}/{NewId()}")).IsProblem(404, "resource.notFound");
        var elsewhere = await leads.LeadAsync(owner);
        var said = (await leader.PostAsync(path, new { text = "请办", instruction = true, dueOn = leads.Today })).Is(201);
        foreach (var door in new[] { "", "/outcome", "/withdrawal" })
        {
            var wrong = $"{LeadsFixture.Path(elsewhere)}/comments/{said.Id}{door}";
            var answer = door switch
            {
                "" => await owner.GetAsync(wrong),
                "/outcome" => await owner.PostAsync(wrong, new { text = "已办" }, said.ETag),
                _ => await leader.PostAsync(wrong, new { reason = "误写" }, said.ETag),
            };
            answer.IsProblem(404, "resource.notFound");
        }
    }

    private static async Task<IEnumerable<Guid>> OpenAsync(ApiClient client, Guid author) =>
        (await client.GetAsync($"/api/v1/leads/instructions?state=open&authorId={author}")).Is(200).Json.GetProperty("items")
            .EnumerateArray().Select(i => i.GetProperty("comment").GetProperty("id").GetGuid()).ToList();

    /// <summary>What waits for somebody, as the question of <c>GET /approvals</c> is answered here.</summary>
    private async Task<Approval[]> WaitingAsync(TestCaller who)
    {
        await using var scope = leads.Service.Services.CreateAsyncScope();
        var reply = await scope.ServiceProvider.GetRequiredService<ApprovalsAnswer>().AnswerAsync(new ApprovalsQuery
        {
            Caller = new CallerClaims
            {
                Id = who.Id,
                UnitId = who.UnitId,
                UnitIds = who.Subtree.Length == 0 ? [who.UnitId] : who.Subtree,
                Chains = who.Chains,
                Reach = who.Reach,
                Roles = who.Roles,
                Scopes = [],
            },
        }, TestContext.Current.CancellationToken);
        return [.. reply.Approvals.Where(a => a.Kind == ApprovalKind.Instruction)];
    }

    private Task<bool> UnitAsync(Guid unit, Guid? parent) =>
        leads.Service.DeliverAsync(new UnitDefined { UnitId = unit, ParentId = parent, Code = "U", Name = "单位" }, unit, 1);

    private static TestCaller Chief(string chain) => TestCaller.Person(Roles.ChainChief, Reach.Chain) with { Chains = [chain] };

    private static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
}
