using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Enterprises.Tests;

public class RegisterTests(EnterprisesFixture enterprises) : IClassFixture<EnterprisesFixture>
{
    [Fact]
    public async Task An_enterprise_registered_by_hand_is_found_by_code_name_chain_and_node()
    {
        var uscc = enterprises.NewUscc();
        var name = enterprises.NewName("示例数据库软件有限公司");
        var created = (await enterprises.Officer.PostAsync("/api/v1/enterprises", new
        {
            name,
            uscc = $"  {uscc.ToLowerInvariant()} ",
            nodeCode = "xinchuang.databases",
            industryCode = "I6513",
            address = "淇滨区科创新城 1 号",
            registeredOn = enterprises.Today.AddDays(-10),
        })).Is(201);

        Assert.Matches("^E-[0-9]{4}-[0-9]{6}$", created.Json.GetProperty("code").GetString());
        Assert.Equal($"/api/v1/enterprises/{created.Id}", created.Headers.Location!.ToString());
        var reader = enterprises.Service.As(TestCaller.Officer());
        var detail = (await reader.GetAsync($"/api/v1/enterprises/{created.Id}")).Is(200);
        Assert.Equal(uscc, detail.Json.GetProperty("uscc").GetString());
        Assert.Equal("xinchuang", detail.Json.GetProperty("chainCode").GetString());
        Assert.False(detail.Json.GetProperty("inCity").GetBoolean());
        Assert.Equal(304, (await reader.GetAsync($"/api/v1/enterprises/{created.Id}", ifNoneMatch: detail.ETag)).Status);
        foreach (var filter in (string[])
            [$"uscc={uscc}", $"q={Uri.EscapeDataString(name[4..])}", $"q={created.Json.GetProperty("code").GetString()}", "chain=xinchuang",
            "node=xinchuang.databases",
                "inCity=false&q=" + uscc[..12], "q=shujukuruanjian", "q=sjkrj"])
        {
            var items = (await reader.GetAsync($"/api/v1/enterprises?{filter}&limit=200&sort=name")).Is(200).Json.GetProperty("items");
            Assert.Contains(items.EnumerateArray(), e => e.GetProperty("id").GetGuid() == created.Id);
        }

        Assert.Empty((await reader.GetAsync("/api/v1/enterprises?q=" + Uri.EscapeDataString("%_"))).Is(200).Json.GetProperty("items")
            .EnumerateArray());
        Assert.Empty((await reader.GetAsync($"/api/v1/enterprises?uscc={uscc}&inCity=true")).Is(200).Json.GetProperty("items")
            .EnumerateArray());
    }

    [Theory]
    [InlineData("91410600MA", "uscc.length")]
    [InlineData("91410600MA000000I1", "uscc.character")]
    [InlineData("91350100M000100Y44", "uscc.checkDigit")]
    public async Task What_is_wrong_with_a_code_is_told_by_its_problem_code(string uscc, string code)
    {
        var refused = (await enterprises.Officer.PostAsync("/api/v1/enterprises", new { name = "示例", uscc }))
            .IsProblem(400, "request.invalid");

        var error = Assert.Single(refused.Json.GetProperty("errors").EnumerateArray());
        Assert.Equal("/uscc", error.GetProperty("pointer").GetString());
        Assert.Equal(code, error.GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_code_that_is_registered_is_refused_with_its_holder()
    {
        var uscc = enterprises.NewUscc();
        var holder = (await enterprises.Officer.PostAsync("/api/v1/enterprises", new { name = "示例一", uscc })).Is(201).Id;

        var refused = (await enterprises.Officer.PostAsync("/api/v1/enterprises", new { name = "示例二", uscc }))
            .IsProblem(409, "enterprise.usccTaken");

        Assert.Equal(holder, Assert.Single(refused.Json.GetProperty("candidates").EnumerateArray()).GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task T19_An_enterprise_without_a_code_is_registered_by_its_number_in_another_country()
    {
        var created = (await enterprises.Officer.PostAsync("/api/v1/enterprises",
            new { name = "示例外企一", foreignRegistration = new { country = "de", number = "hrb 5001" } })).Is(201);
        var path = $"/api/v1/enterprises/{created.Id}";
        var read = (await enterprises.Officer.GetAsync(path)).Is(200).Json;
        Assert.Equal((System.Text.Json.JsonValueKind.Null, "DE", "HRB 5001"), (read.GetProperty("uscc").ValueKind,
            read.GetProperty("foreignRegistration").GetProperty("country").GetString(),
            read.GetProperty("foreignRegistration").GetProperty("number").GetString()));
        var told = Assert.Single(await enterprises.Service.EventsAsync(created.Id)).Payload.GetProperty("enterprise");
        Assert.Equal("HRB 5001", told.GetProperty("foreignRegistration").GetProperty("number").GetString());

        var refused = (await enterprises.Officer.PostAsync("/api/v1/enterprises", new
        {
            name = "示例外企二",
            uscc = enterprises.NewUscc(),
            foreignRegistration = new { country = "DE", number = "HRB-5001" },
        })).IsProblem(409, "enterprise.registrationTaken");
        Assert.Equal(created.Id, Assert.Single(refused.Json.GetProperty("candidates").EnumerateArray()).GetProperty("id").GetGuid());
        var other = await enterprises.EnterpriseAsync();
        (await enterprises.Officer.PatchAsync($"/api/v1/enterprises/{other}",
            new { foreignRegistration = new { country = "DE", number = "HRB5001" } }, "\"1\""))
            .IsProblem(409, "enterprise.registrationTaken");

        // Its own number may be spelled otherwise, and is replaced but never left out.
        (await enterprises.Officer.PatchAsync(
            path, new { foreignRegistration = new { country = "DE", number = "HRB 5001 B" } }, "\"1\"")).Is(200);
        (await enterprises.Officer.PatchAsync(path, """{"foreignRegistration":null}""", "\"2\"")).IsProblem(409, "enterprise.codeNeeded");
        (await enterprises.Officer.PatchAsync(path, new { address = "一号楼" }, "\"2\"")).Is(200);
        Assert.Equal(1, await enterprises.Service.CountAsync(
            "select count(*) from api.audit_entry where operation = 'amendEnterprise' "
            + "and changes::text like '%DE HRB 5001 B%DE HRB 5001%'"));
        Assert.Equal("HRB 5001 B", (await enterprises.Officer.GetAsync(path)).Is(200).Json
            .GetProperty("foreignRegistration").GetProperty("number").GetString());
    }

    [Theory]
    [InlineData("{}", "/uscc", "value.required")]
    [InlineData("{\"foreignRegistration\":{\"country\":\"CN\",\"number\":\"1\"}}", "/foreignRegistration/country", "country.china")]
    [InlineData("{\"foreignRegistration\":{\"country\":\"ZZ\",\"number\":\"1\"}}", "/foreignRegistration/country", "country.unknown")]
    [InlineData("{\"foreignRegistration\":{\"country\":\"DE\",\"number\":\"#\"}}", "/foreignRegistration/number", "registration.number")]
    public async Task T19_An_enterprise_has_a_code_or_a_number_in_another_country(string body, string pointer, string code)
    {
        var with = System.Text.Json.Nodes.JsonNode.Parse(body)!.AsObject();
        with["name"] = "示例外企三";
        var refused = (await enterprises.Officer.PostAsync("/api/v1/enterprises", with)).IsProblem(400, "request.invalid");
        var error = Assert.Single(refused.Json.GetProperty("errors").EnumerateArray());
        Assert.Equal((pointer, code), (error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task T19_A_number_of_an_enterprise_that_is_confidential_to_the_caller_is_not_given_away()
    {
        var reader = TestCaller.Person(Roles.ServiceOfficer);
        var (id, _) = await enterprises.RegisteredAsync(confidential: true, readers: [reader.Id]);
        var path = $"/api/v1/enterprises/{id}";
        var foreignRegistration = new { country = "DE", number = "HRB 5101" };
        var client = enterprises.Service.As(reader);
        (await client.PatchAsync(path, new { foreignRegistration }, (await client.GetAsync(path)).Is(200).ETag)).Is(200);

        (await enterprises.Officer.PostAsync("/api/v1/enterprises", new { name = "示例外企四", foreignRegistration })).Is(201);
        (await client.PostAsync("/api/v1/enterprises", new { name = "示例外企五", foreignRegistration }))
            .IsProblem(409, "enterprise.registrationTaken");
    }

    [Fact]
    public async Task A_holder_that_is_confidential_to_the_caller_is_not_named()
    {
        var (_, project) = await enterprises.RegisteredAsync(confidential: true, readers: [EnterprisesFixture.NewId()]);

        var refused = (await enterprises.Officer.PostAsync("/api/v1/enterprises", new { name = "示例", uscc = project.Uscc }))
            .IsProblem(409, "enterprise.usccTaken");

        Assert.False(refused.Json.TryGetProperty("candidates", out _));
    }

    [Fact]
    public async Task A_patch_changes_what_it_names_against_the_version_that_was_read()
    {
        var id = await enterprises.EnterpriseAsync();
        var path = $"/api/v1/enterprises/{id}";
        var read = (await enterprises.Officer.GetAsync(path)).Is(200);

        (await enterprises.Officer.PatchAsync(path, new { address = "一号楼" })).IsProblem(428, "ifMatch.required");
        (await enterprises.Officer.PatchAsync(path, new { address = "一号楼" }, "7")).IsProblem(400, "ifMatch.malformed");
        (await enterprises.Officer.PatchAsync(path, """{"nodeCode":"satellite.data","address":"一号楼"}""", read.ETag)).Is(200);
        (await enterprises.Officer.PatchAsync(path, new { address = "二号楼" }, read.ETag)).IsProblem(412, "ifMatch.stale");
        var second = (await enterprises.Officer.GetAsync(path)).Is(200);
        Assert.Equal("satellite", second.Json.GetProperty("chainCode").GetString());
        Assert.Equal(read.Json.GetProperty("name").GetString(), second.Json.GetProperty("name").GetString());
        (await enterprises.Officer.PatchAsync(path, """{"nodeCode":null}""", second.ETag)).Is(200);
        var third = (await enterprises.Officer.GetAsync(path)).Is(200);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, third.Json.GetProperty("chainCode").ValueKind);
        Assert.Equal("一号楼", third.Json.GetProperty("address").GetString());
        (await enterprises.Officer.PatchAsync(path, """{"name":null}""", third.ETag)).Is(400);
        (await enterprises.Officer.PatchAsync(path, """{"name":" \u3000 "}""", third.ETag)).IsProblem(400, "request.invalid");
        (await enterprises.Officer.PatchAsync(path, """{"industryCode":"65"}""", third.ETag)).Is(400);
        (await enterprises.Officer.PatchAsync(path, """{"uscc":"91350100M000100Y43"}""", third.ETag)).Is(400);
        (await enterprises.Officer.PatchAsync($"/api/v1/enterprises/{EnterprisesFixture.NewId()}", new { address = "x" }, "\"1\""))
            .IsProblem(404, "resource.notFound");
    }

    [Fact]
    public async Task A_key_gives_its_first_answer_again_and_no_second_enterprise()
    {
        var body = new { name = "示例重复", uscc = enterprises.NewUscc() };

        var first = (await enterprises.Officer.PostAsync("/api/v1/enterprises", body, key: "twice")).Is(201);
        var again = (await enterprises.Officer.PostAsync("/api/v1/enterprises", body, key: "twice")).Is(201);

        Assert.Equal(first.Body, again.Body);
        Assert.Equal(first.ETag, again.ETag);
        (await enterprises.Officer.PostAsync("/api/v1/enterprises", new { name = "另一家", uscc = enterprises.NewUscc() }, key: "twice"))
            .IsProblem(422, "idempotency.reused");
        (await enterprises.Officer.PostAsync("/api/v1/enterprises", body, key: "")).IsProblem(400, "idempotency.keyMissing");
    }

    [Fact]
    public async Task Everybody_reads_the_register_and_few_write_it()
    {
        var id = await enterprises.EnterpriseAsync();
        foreach (var role in Roles.OfPeople)
        {
            var person = enterprises.Service.As(TestCaller.Person(role, Reach.Own));
            (await person.GetAsync($"/api/v1/enterprises/{id}")).Is(200);
            var written = await person.PostAsync("/api/v1/enterprises", new { name = "示例", uscc = enterprises.NewUscc() });
            Assert.Equal(role is Roles.ServiceOfficer or Roles.Coordinator ? 201 : 403, written.Status);
        }

        var reading = enterprises.Service.As(TestCaller.Integration(Scopes.EnterprisesRead));
        (await reading.GetAsync($"/api/v1/enterprises/{id}")).Is(200);
        (await reading.PostAsync("/api/v1/enterprises", new { name = "示例", uscc = enterprises.NewUscc() }))
            .IsProblem(403, "auth.forbidden");
        (await enterprises.Service.As(TestCaller.Integration(Scopes.LeadsRead)).GetAsync($"/api/v1/enterprises/{id}"))
            .IsProblem(403, "auth.forbidden");
        (await enterprises.Service.WithToken(null).GetAsync($"/api/v1/enterprises/{id}")).IsProblem(401, "auth.required");
    }

    [Fact]
    public async Task A_walk_gives_each_enterprise_once_under_each_sort()
    {
        var made = new HashSet<Guid>();
        for (var i = 0; i < 7; i++)
        {
            made.Add(await enterprises.EnterpriseAsync());
        }

        foreach (var sort in (string[])["name", "-name", "code", "-registeredOn,name", "registeredOn", "-updatedAt"])
        {
            var seen = new List<Guid>();
            for (var next = $"/api/v1/enterprises?limit=3&sort={sort}"; next is not null;)
            {
                var page = (await enterprises.Officer.GetAsync(next)).Is(200);
                seen.AddRange(page.Json.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("id").GetGuid()));
                next = page.Json.GetProperty("next")
                    .GetString() is { } cursor ? $"/api/v1/enterprises?limit=3&sort={sort}&cursor={cursor}" : null;
            }

            Assert.Equal(seen.Count, seen.Distinct().Count());
            Assert.Superset(made, seen.ToHashSet());
        }

        (await enterprises.Officer.GetAsync("/api/v1/enterprises?sort=address")).Is(400);
        (await enterprises.Officer.GetAsync("/api/v1/enterprises?chain=steel")).Is(400);
        (await enterprises.Officer.GetAsync("/api/v1/enterprises?unknown=1")).Is(400);
    }

    [Fact]
    public async Task The_three_chains_and_their_nodes_are_read_by_code()
    {
        var chains = (await enterprises.Officer.GetAsync("/api/v1/industry-chains")).Is(200).Json.GetProperty("items");
        Assert.Equal(["satellite", "xinchuang", "manufacturing"], chains.EnumerateArray().Select(c => c.GetProperty("code").GetString()));
        Assert.Equal("卫星互联网", (await enterprises.Officer.GetAsync("/api/v1/industry-chains/satellite")).Is(200).Json.GetProperty("name")
            .GetString());
        var nodes = (await enterprises.Officer.GetAsync("/api/v1/industry-chains/satellite/nodes")).Is(200).Json.GetProperty("items");
        Assert.Equal("upstream", nodes[0].GetProperty("position").GetString());
        (await enterprises.Officer.GetAsync("/api/v1/industry-chains/steel")).IsProblem(404, "resource.notFound");
        (await enterprises.Officer.GetAsync("/api/v1/industry-chains/steel/nodes")).IsProblem(404, "resource.notFound");
    }

    [Fact]
    public async Task What_is_registered_or_amended_by_hand_is_published_with_its_state()
    {
        var created = (await enterprises.Officer.PostAsync("/api/v1/enterprises", new
        {
            name = enterprises.NewName("示例卫星部件有限公司"),
            uscc = enterprises.NewUscc(),
            registeredOn = enterprises.Today.AddDays(-3),
        })).Is(201);
        var name = enterprises.NewName("示例卫星部件股份有限公司");
        (await enterprises.Officer.PatchAsync($"/api/v1/enterprises/{created.Id}", new { name }, "\"1\"")).Is(200);

        var events = await enterprises.Service.EventsAsync(created.Id);
        Assert.Equal(["EnterpriseRecorded", "EnterpriseRecorded"], events.Select(e => e.Type));
        Assert.Equal([1, 2], events.Select(e => e.Version));
        Assert.Equal(name, events[1].Payload.GetProperty("enterprise").GetProperty("name").GetString());
    }
}
