using System.Text.Json;
using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Identity.Tests;

/// <summary>Notices and digests; what needs the other services' answers is in the end-to-end tests.</summary>
public sealed class NoticeTests(IdentityFixture identity) : IClassFixture<IdentityFixture>
{
    private const string Path = "/api/v1/notices";

    [Fact]
    public async Task T19_Administrators_are_told_of_a_year_without_a_calendar_and_mark_it_as_read()
    {
        var (admin, leader) = (await identity.AsAsync(Roles.Administrator), await identity.AsAsync(Roles.Leader));
        var before = await NoticesAsync(leader, "kind=calendarMissing");
        await DeliverAsync(new CalendarMissing { Year = 2031, OccurredOn = new DateOnly(2030, 12, 2) });

        var told = Assert.Single(await NoticesAsync(admin, "kind=calendarMissing&unread=true"));
        Assert.Equal(2031, told.GetProperty("number").GetInt32());
        Assert.Contains("节假日", told.GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.Equal(before.Count, (await NoticesAsync(leader, "kind=calendarMissing")).Count);

        var id = told.GetProperty("id").GetGuid();
        Assert.Equal(0, Read(await leader.PostAsync(Path + "/reading", new { ids = new[] { id } })));
        var unread = await UnreadAsync(admin);
        Assert.Equal(1, Read(await admin.PostAsync(Path + "/reading", new { ids = new[] { id } })));
        Assert.Equal(0, Read(await admin.PostAsync(Path + "/reading", new { ids = new[] { id } })));
        Assert.Equal(unread - 1, await UnreadAsync(admin));
        Assert.Empty(await NoticesAsync(admin, "kind=calendarMissing&unread=true"));
        Assert.NotNull(Assert.Single(await NoticesAsync(admin, "kind=calendarMissing&unread=false")).GetProperty("readAt").GetString());
    }

    [Fact]
    public async Task I2_All_notices_up_to_one_are_read_at_once_and_older_ones_follow_a_page()
    {
        // Nothing else tells this person anything.
        var reader = await identity.AsAsync(Roles.ServiceOfficer);
        var person = await PersonAsync("serviceOfficer");
        await identity.Service.ExecuteAsync(
            $"""
            insert into notice (id, person_id, kind, at, also) select ('0191d000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid,
                '{person}', 18, now(), array[]::uuid[] from generate_series(1, 205) n
            """);
        var (seen, before) = (new List<Guid>(), "");
        while (true)
        {
            var page = (await reader.GetAsync($"{Path}?kind=digest{before}")).Is(200).Json;
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(n => n.GetProperty("id").GetGuid()));
            if (!page.GetProperty("more").GetBoolean())
            {
                break;
            }

            before = $"&before={seen[^1]}";
        }

        Assert.Equal(205, seen.Distinct().Count());
        Assert.Equal(205, seen.Count);
        Assert.Equal(100, Read(await reader.PostAsync(Path + "/reading", new { upTo = "0191d000-0000-7000-8000-000000000100" })));
        Assert.Equal(105, (await reader.GetAsync(Path)).Is(200).Json.GetProperty("unread").GetInt32());
        (await reader.PostAsync(Path + "/reading", new { })).IsProblem(400, "request.invalid");
        (await reader.PostAsync(Path + "/reading", new { ids = new[] { seen[0] }, upTo = seen[0] })).IsProblem(400, "request.invalid");
    }

    [Fact]
    public async Task S7_The_head_is_told_of_whoever_unmasked_as_many_as_are_allowed_and_auditors_of_a_head()
    {
        var (head, auditor) = (await identity.AsAsync(Roles.UnitHead), await identity.AsAsync(Roles.Auditor));
        var (officer, headId) = (await PersonAsync("officer"), await PersonAsync("unitHead"));
        await DeliverAsync(Reached(officer));
        var told = Assert.Single(await NoticesAsync(head, "kind=unmaskingLimit"));
        Assert.Equal((officer, "测试officer", 20), (told.GetProperty("subjectId").GetGuid(), told.GetProperty("name").GetString(),
            told.GetProperty("number").GetInt32()));
        Assert.Empty(await NoticesAsync(auditor, "kind=unmaskingLimit"));

        await DeliverAsync(Reached(headId));
        Assert.Single(await NoticesAsync(head, "kind=unmaskingLimit"));
        Assert.Equal(headId, Assert.Single(await NoticesAsync(auditor, "kind=unmaskingLimit")).GetProperty("subjectId").GetGuid());

        static UnmaskingLimitReached Reached(Guid caller) =>
            new() { CallerId = caller, People = 20, OccurredOn = new DateOnly(2026, 5, 6) };
    }

    [Fact]
    public async Task I2_Everybody_with_something_to_do_has_one_digest_a_day()
    {
        var (officer, leader) = (await PersonAsync("officer"), await PersonAsync("leader"));
        var on = new DateOnly(2026, 5, 6);
        await DeliverAsync(Digest(officer, overdue: 3, breaches: 1, on), officer);
        await DeliverAsync(Digest(leader, overdue: 1, breaches: 0, on), leader);
        Assert.Empty(await DigestsAsync(Roles.Officer));
        // No service answers here: approvals are asked for again for half an hour, and then left out.
        for (var round = 0; round < 7; round++)
        {
            Assert.Empty(await DigestsAsync(Roles.Officer));
            identity.Service.Clock.Advance(TimeSpan.FromMinutes(5));
            await identity.Service.RunDueAsync();
        }

        var own = Assert.Single(await DigestsAsync(Roles.Officer));
        Assert.Equal(("2026-05-06", 3, 1),
            (own.GetProperty("on").GetString(), Number(own, "own", "overdue"), Number(own, "own", "breaches")));
        Assert.False(own.TryGetProperty("team", out _) && own.GetProperty("team").ValueKind != JsonValueKind.Null);
        Assert.Equal(3, Number(Assert.Single(await DigestsAsync(Roles.UnitHead)), "team", "overdue"));
        Assert.Equal(4, Number(Assert.Single(await DigestsAsync(Roles.Leader)), "team", "overdue"));
        Assert.Empty(await DigestsAsync(Roles.Administrator));

        // The same day does not begin again; the next one does.
        await DeliverAsync(Digest(officer, overdue: 9, breaches: 0, on), officer);
        identity.Service.Clock.Advance(TimeSpan.FromMinutes(50));
        await identity.Service.RunDueAsync();
        Assert.Single(await DigestsAsync(Roles.Officer));
        await DeliverAsync(Digest(officer, overdue: 0, breaches: 0, on.AddDays(1)), officer);
        for (var round = 0; round < 7; round++)
        {
            identity.Service.Clock.Advance(TimeSpan.FromMinutes(5));
            await identity.Service.RunDueAsync();
        }

        Assert.Single(await DigestsAsync(Roles.Officer));
    }

    [Fact]
    public async Task I2_A_notice_about_what_a_service_keeps_is_not_shown_while_it_does_not_answer()
    {
        var (coordinator, id) = (await identity.AsAsync(Roles.Coordinator), await PersonAsync("coordinator"));
        await DeliverAsync(Warned(id));
        var answer = (await coordinator.GetAsync($"{Path}?kind=poolWarned")).Is(200).Json;
        Assert.Empty(answer.GetProperty("items").EnumerateArray());
        Assert.Equal(["leads", "projects", "enterprises"], answer.GetProperty("missing").EnumerateArray().Select(s => s.GetString()));
        Assert.Equal(1L, await identity.ValueAsync<long>("select count(*) from notice where person_id = $1 and kind = 11", id));
    }

    [Theory]
    [InlineData(CommentState.Withdrawn, 0, 0)]
    [InlineData(CommentState.Done, 0, 1)]
    public async Task T18_What_was_withdrawn_or_carried_out_does_not_stay_as_unread_work(CommentState state, int instructed, int named)
    {
        var (owner, other, author) = (await PersonAsync("coordinator"), await PersonAsync("leader"), IdentityFixture.NewId());
        var comment = new CommentFacts
        {
            CommentId = IdentityFixture.NewId(),
            SubjectId = IdentityFixture.NewId(),
            OwnerId = owner,
            AuthorId = author,
            Mentions = [other],
            State = CommentState.Open,
        };
        await ToldAsync(comment, 1);
        // Another one on the same lead, which stays.
        await ToldAsync(comment with { CommentId = IdentityFixture.NewId() }, 1);
        Assert.Equal((2L, 2L), (await UnreadOfAsync(owner, NoticeKind.InstructionGiven), await UnreadOfAsync(other, NoticeKind.Mentioned)));

        await ToldAsync(comment with { State = state }, 2);
        Assert.Equal(
            (1L + instructed, 1L + named),
            (await UnreadOfAsync(owner, NoticeKind.InstructionGiven), await UnreadOfAsync(other, NoticeKind.Mentioned)));

        async Task ToldAsync(CommentFacts facts, long version) => Assert.True(
            await identity.Service.DeliverAsync(new LeadCommented { Comment = facts }, facts.CommentId, version, author));

        Task<long> UnreadOfAsync(Guid person, NoticeKind kind) => identity.ValueAsync<long>(
            $"select count(*) from notice where person_id = $1 and kind = {(int)kind} and read_at is null"
            + $" and subject_id = '{comment.SubjectId}'", person);
    }

    [Fact]
    public async Task I2_Nobody_is_told_of_what_they_did_themselves_nor_when_they_have_left()
    {
        var admin = await identity.AsAsync(Roles.Administrator);
        var unit = await identity.ValueAsync<Guid>("select id from unit where code = 'services'");
        var made = (await admin.PostAsync("/api/v1/users", new
        {
            userName = "leaver",
            displayName = "离任者",
            unitId = unit,
            roles = new[] { "officer" },
        })).Is(201);
        await DeliverAsync(Warned(made.Id), actorId: made.Id);
        Assert.Equal(0L, await identity.ValueAsync<long>("select count(*) from notice where person_id = $1", made.Id));
        await DeliverAsync(Warned(made.Id));
        Assert.Equal(1L, await identity.ValueAsync<long>("select count(*) from notice where person_id = $1", made.Id));
        (await admin.PostAsync($"/api/v1/users/{made.Id}/deactivation", new { reason = "离职" }, made.ETag)).Is(200);
        await DeliverAsync(Warned(made.Id));
        Assert.Equal(1L, await identity.ValueAsync<long>("select count(*) from notice where person_id = $1", made.Id));
    }

    private static DigestMade Digest(Guid owner, int overdue, int breaches, DateOnly on) => new()
    {
        OwnerId = owner,
        On = on,
        Overdue = overdue,
        DueToday = 0,
        Upcoming = 0,
        WithoutNextStep = 0,
        Revisits = 0,
        Breaches = breaches,
    };

    private static PoolWarned Warned(Guid owner) => new()
    {
        LeadId = IdentityFixture.NewId(),
        OwnerId = owner,
        UnitId = IdentityFixture.NewId(),
        PoolOn = new DateOnly(2026, 6, 1),
    };

    private static int Number(JsonElement day, string of, string name) => day.GetProperty(of).GetProperty(name).GetInt32();

    private static int Read(Answer answer) => answer.Is(200).Json.GetProperty("read").GetInt32();

    private async Task<List<JsonElement>> DigestsAsync(string role) =>
        (await NoticesAsync(await identity.AsAsync(role), "kind=digest")).ConvertAll(n => n.GetProperty("day"));

    private async Task DeliverAsync(Contracts.IEvent happened, Guid? streamId = null, Guid? actorId = null) =>
        Assert.True(await identity.Service.DeliverAsync(happened, streamId ?? IdentityFixture.NewId(), 1, actorId));

    private Task<Guid> PersonAsync(string userName) => identity.ValueAsync<Guid>("select id from person where user_name = $1", userName);

    private static async Task<List<JsonElement>> NoticesAsync(ApiClient client, string query) =>
        [.. (await client.GetAsync($"{Path}?{query}")).Is(200).Json.GetProperty("items").EnumerateArray()];

    private static async Task<int> UnreadAsync(ApiClient client) =>
        (await client.GetAsync(Path)).Is(200).Json.GetProperty("unread").GetInt32();
}
