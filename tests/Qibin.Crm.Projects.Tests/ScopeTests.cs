using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Projects.Tests;

/// <summary>Nobody reads or changes what is not theirs, by any door.</summary>
public sealed class ScopeTests(City city) : IClassFixture<City>
{
    /// <summary>Every door to one project: method, path after its address, body.</summary>
    private static readonly (HttpMethod Method, string Path, string? Body)[] Doors =
    [
        (HttpMethod.Get, "", null),
        (HttpMethod.Get, "/stages", null),
        (HttpMethod.Get, "/submissions/CHILD", null),
        (HttpMethod.Get, "/amounts", null),
        (HttpMethod.Get, "/amounts/CHILD", null),
        (HttpMethod.Get, "/amounts/totals", null),
        (HttpMethod.Patch, "", """{"name":"改名"}"""),
        (HttpMethod.Post, "/submissions", """{"to":"signed"}"""),
        (HttpMethod.Post, "/submissions/CHILD/approval", """{"decision":"approved"}"""),
        (HttpMethod.Post, "/submissions/CHILD/withdrawal", "{}"),
        (HttpMethod.Post, "/stage-dates", """{"stage":"signed","occurredOn":"2026-01-01","reason":"x"}"""),
        (HttpMethod.Post, "/step-back", """{"to":"negotiating","reason":"x"}"""),
        (HttpMethod.Post, "/status", """{"status":"suspended","reason":"x"}"""),
        (HttpMethod.Post, "/amounts",
            """{"kind":"paidIn","amount":{"amount":"1","currency":"CNY"},"occurredOn":"2026-01-01","origin":"domestic"}"""),
        (HttpMethod.Post, "/amounts/CHILD/reversal", """{"reason":"x"}"""),
        (HttpMethod.Post, "/contract-amount", """{"amount":{"amount":"1","currency":"CNY"},"reason":"x"}"""),
        (HttpMethod.Get, "/comments", null),
        (HttpMethod.Post, "/comments", """{"text":"x"}"""),
        (HttpMethod.Get, "/comments/CHILD", null),
        (HttpMethod.Post, "/comments/CHILD/outcome", """{"text":"x"}"""),
        (HttpMethod.Post, "/comments/CHILD/withdrawal", """{"reason":"xx"}"""),
    ];

    [Fact]
    public async Task Every_door_to_an_invisible_project_answers_as_to_one_that_is_not_there()
    {
        var hidden = await city.OpenedAsync();
        var submission = (await city.As(city.Officer)
            .PostAsync($"/api/v1/projects/{hidden}/submissions", (string)Evidence.Full(city, "signed"))).Is(201);
        var confidential = await city.OpenedAsync(confidential: true, readers: [city.Officer.Id]);
        foreach (var (method, path, body) in Doors)
        {
            foreach (var (caller, id) in new[]
            {
                (city.Colleague, hidden), (city.ForeignHead, hidden),
                    (TestCaller.Person(Roles.ChainChief, Reach.Chain) with { Chains = ["xinchuang"] }, hidden),
                (city.Colleague, confidential), (city.UnitHead, confidential), (city.Leader, confidential),
                    (city.ProjectOfficer, confidential),
                (city.Coordinator, confidential), (city.Administrator, confidential), (city.Integration, confidential),
            })
            {
                var real = await city.As(caller).SendAsync(method, Address(id, path, submission.Id), body, ifMatch: "\"1\"");
                var absent = await city.As(caller).SendAsync(method, Address(City.NewId(), path, submission.Id), body, ifMatch: "\"1\"");
                Assert.True(real.Status is 404 or 403, $"{method} {path} as {string.Join(',', caller.Roles)}: {real.Status} {real.Body}");
                Assert.Equal((absent.Status, absent.Code), (real.Status, real.Code));
            }
        }

        Assert.Equal("\"2\"", await city.ETagAsync(hidden));
    }

    [Fact]
    public async Task Every_door_of_the_document_is_one_of_these()
    {
        var document = (await city.Service.WithToken(null).GetAsync("/swagger/v1.json")).Is(200).Json;
        var published = document.GetProperty("paths").EnumerateObject()
            .Where(p => p.Name.StartsWith("/api/v1/projects/{projectId}", StringComparison.Ordinal))
            .SelectMany(p => p.Value.EnumerateObject().Select(o => $"{o.Name} {p.Name["/api/v1/projects/{projectId}".Length..]}"));
        Assert.Equal(
            Doors.Select(d => $"{d.Method.Method.ToLowerInvariant()} {d.Path.Replace("CHILD", Child(d.Path), StringComparison.Ordinal)}")
            .Order(StringComparer.Ordinal),
            published.Order(StringComparer.Ordinal));

        static string Child(string path) => path.Split('/').ElementAtOrDefault(1) switch
        {
            "amounts" => "{entryId}",
            "comments" => "{commentId}",
            _ => "{submissionId}",
        };
    }

    [Fact]
    public async Task A_list_and_its_total_hold_what_the_caller_may_see()
    {
        var mine = await city.OpenedAsync(name: "鹤鸣一号基地");
        var theirs = await city.OpenedAsync(owner: city.Colleague, node: "xinchuang.chips", name: "鹤鸣二号基地");
        var foreign = await city.OpenedAsync(owner: city.ForeignHead, name: "鹤鸣三号基地");
        var secret = await city.OpenedAsync(confidential: true, readers: [city.Leader.Id], name: "鹤鸣四号基地");
        async Task Sees(TestCaller caller, params Guid[] expected)
        {
            var page = (await city.As(caller).GetAsync($"/api/v1/projects?q={Uri.EscapeDataString("鹤鸣")}&total=true")).Is(200).Json;
            Assert.Equal(expected.Order(), page.GetProperty("items").EnumerateArray().Select(p => p.GetProperty("id").GetGuid()).Order());
            Assert.Equal(expected.Length, page.GetProperty("total").GetInt32());
        }

        // The owner works on it and so reads it.
        await Sees(city.Officer, mine, secret);
        await Sees(city.Colleague, theirs);
        await Sees(city.UnitHead, mine, theirs);
        await Sees(city.BureauHead, mine, theirs);
        await Sees(city.ForeignHead, foreign);
        await Sees(TestCaller.Person(Roles.ChainChief, Reach.Chain) with { Chains = ["xinchuang"] }, theirs);
        await Sees(city.Coordinator, mine, theirs, foreign);
        await Sees(city.Leader, mine, theirs, foreign, secret);
        await Sees(city.Integration, mine, theirs, foreign);
    }

    [Fact]
    public async Task A_unit_that_had_transferred_the_lead_reads_its_project_and_changes_nothing()
    {
        var head = city.ForeignHead;
        var told = city.Conversion(name: "鹤梦共享基地");
        var conversion = told with { Lead = told.Lead with { SharedWith = [head.UnitId] } };
        await city.Service.DeliverAsync(conversion, conversion.Lead.LeadId, 7);
        var path = $"/api/v1/projects/{conversion.ProjectId}";
        (await city.As(head).GetAsync(path)).Is(200);
        Assert.Equal(1, (await city.As(head).GetAsync($"/api/v1/projects?q={Uri.EscapeDataString("鹤梦")}&total=true"))
            .Is(200).Json.GetProperty("total").GetInt32());
        var filed = (await city.As(city.Integration).PostAsync(path + "/submissions", (string)Evidence.Full(city, "signed"))).Is(201);
        (await city.As(head).GetAsync($"{path}/submissions/{filed.Id}")).Is(200);
        // Whoever reads it comments on it, which changes nothing of it.
        foreach (var (method, below, body) in Doors.Where(d => d.Method != HttpMethod.Get && d.Path != "/comments"))
        {
            var answer = await city.As(head).SendAsync(method, Address(conversion.ProjectId, below, filed.Id), body, ifMatch: filed.ETag);
            answer.IsProblem(404, "resource.notFound");
        }

        Assert.Equal(filed.ETag, await city.ETagAsync(conversion.ProjectId));
        (await city.As(TestCaller.Person(Roles.UnitHead, Reach.Subtree)).GetAsync(path)).IsProblem(404, "resource.notFound");
    }

    [Fact]
    public async Task Readers_who_only_read_change_nothing()
    {
        var id = await city.AtAsync("signed");
        var etag = await city.ETagAsync(id);
        foreach (var role in new[] { Roles.Auditor, Roles.ServiceOfficer, Roles.Leader, Roles.ChainChief })
        {
            var caller = TestCaller.Person(role);
            (await city.As(caller).GetAsync($"/api/v1/projects/{id}")).Is(200);
            (await city.As(caller).PatchAsync($"/api/v1/projects/{id}", new { name = "改名" }, etag)).IsProblem(403, "auth.forbidden");
            (await city.As(caller).PostAsync($"/api/v1/projects/{id}/submissions", (string)Evidence.Full(city, "registered")))
                .IsProblem(403, "auth.forbidden");
            (await city.As(caller).PostAsync($"/api/v1/projects/{id}/status", new { status = "suspended", reason = "x" }, etag))
                .IsProblem(403, "auth.forbidden");
        }

        (await city.As(TestCaller.Integration(Scopes.LeadsRead)).GetAsync($"/api/v1/projects/{id}")).IsProblem(403, "auth.forbidden");
        (await city.Service.WithToken(null).GetAsync($"/api/v1/projects/{id}")).IsProblem(401, "auth.required");
    }

    [Fact]
    public async Task An_officer_whose_other_role_sees_the_city_still_works_own_projects_only()
    {
        var id = await city.AtAsync("signed");
        var both = TestCaller.Person(Roles.Leader) with { Roles = [Roles.Officer, Roles.Leader] };
        (await city.As(both).PostAsync($"/api/v1/projects/{id}/submissions", (string)Evidence.Full(city, "registered")))
            .IsProblem(403, "project.notOwner");
        (await city.As(both).PostAsync(
            $"/api/v1/projects/{id}/amounts", new { kind = "paidIn", amount = City.Cny(1), occurredOn = city.Today, origin = "domestic" }))
            .IsProblem(403, "project.notOwner");
        (await city.As(both).PatchAsync($"/api/v1/projects/{id}", new { name = "改名" }, await city.ETagAsync(id)))
            .IsProblem(403, "project.notOwner");
    }

    [Fact]
    public async Task The_events_of_a_confidential_project_are_marked_so()
    {
        var id = await city.OpenedAsync(confidential: true, readers: [city.Officer.Id]);
        Assert.True((await city.Service.EventsAsync(id))[0].Payload.GetProperty("project").GetProperty("confidential").GetBoolean());
        (await city.As(city.Officer).GetAsync($"/api/v1/projects/{id}")).Is(200);
    }

    private static string Address(Guid id, string path, Guid child) =>
        $"/api/v1/projects/{id}{path.Replace("CHILD", child.ToString(), StringComparison.Ordinal)}";
}
