using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Identity.Tests;

public sealed class UserTests(IdentityFixture identity) : IClassFixture<IdentityFixture>
{
    private const string Chosen = "my very own words";

    [Fact]
    public async Task A_new_person_replaces_the_first_password_before_there_is_a_token()
    {
        var (id, userName, password) = await CreateAsync();
        using var browser = new SignIn(identity.Address);
        await Assert.ThrowsAsync<InvalidOperationException>(() => browser.CodeAsync(userName, password));
        var page = await browser.Browser.GetStringAsync(new Uri("/account/password", UriKind.Relative));
        Assert.Contains("请先设置自己的密码", page, StringComparison.Ordinal);

        using var weak = await browser.SubmitAsync(page, ("present", password), ("chosen", "short"), ("again", "short"));
        Assert.Equal(400, (int)weak.StatusCode);
        using var named = await browser.SubmitAsync(
            page, ("present", password), ("chosen", userName + "-12345"), ("again", userName + "-12345"));
        Assert.Equal(400, (int)named.StatusCode);
        using var wrong = await browser.SubmitAsync(page, ("present", "wrong"), ("chosen", Chosen), ("again", Chosen));
        Assert.Equal(400, (int)wrong.StatusCode);
        using var other = await browser.SubmitAsync(page, ("present", password), ("chosen", Chosen), ("again", Chosen + "!"));
        Assert.Equal(400, (int)other.StatusCode);

        Assert.Equal("/account/password?changed=true",
            await browser.PostAsync("password", page, ("present", password), ("chosen", Chosen), ("again", Chosen)));
        var tokens = await browser.TokensAsync(await browser.CodeAsync(userName, Chosen));
        Assert.Equal(id, Guid.Parse(IdentityFixture.Parse(tokens.AccessToken).Subject));
        await Assert.ThrowsAsync<InvalidOperationException>(() => SignIn.AsAsync(identity.Address, userName, password));
    }

    [Fact]
    public async Task A_first_password_is_told_once_and_stands_nowhere()
    {
        var admin = await identity.AsAsync(Roles.Administrator);
        var body = await BodyAsync("once");
        var first = (await admin.PostAsync("/api/v1/users", body, key: "user-once")).Is(201);
        var repeat = (await admin.PostAsync("/api/v1/users", body, key: "user-once")).Is(201);
        var password = first.Json.GetProperty("password").GetString()!;
        Assert.Equal(first.Id, repeat.Id);
        Assert.DoesNotContain(password, repeat.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(password, await identity.ValueAsync<string>("select answer from api.idempotency where key = 'user-once'"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task T10_A_person_is_found_by_name_by_sound_and_by_initials()
    {
        var (admin, officer) = (await identity.AsAsync(Roles.Administrator), await identity.AsAsync(Roles.Officer));
        var made = (await admin.PostAsync("/api/v1/users", new
        {
            userName = "found-by-sound",
            displayName = "欧阳静怡",
            unitId = await identity.ValueAsync<Guid>("select id from unit where code = 'services'"),
            roles = new[] { "officer" },
        })).Is(201);
        foreach (var q in (string[])["欧阳", "ouyang", "ouyangjingyi", "oyjy", "found-by"])
        {
            var found = (await officer.GetAsync("/api/v1/users?q=" + Uri.EscapeDataString(q))).Is(200).Json.GetProperty("items");
            Assert.Contains(found.EnumerateArray(), u => u.GetProperty("id").GetGuid() == made.Id);
        }

        var others = (await officer.GetAsync("/api/v1/users?q=ouyangx")).Is(200).Json.GetProperty("items");
        Assert.DoesNotContain(others.EnumerateArray(), u => u.GetProperty("id").GetGuid() == made.Id);
    }

    [Fact]
    public async Task Everybody_reads_names_and_nobody_reads_phone_and_mail_here()
    {
        var (id, _, _) = await CreateAsync(phone: "13812341234", email: "zhang@example.com");
        var officer = await identity.AsAsync(Roles.Officer);
        var read = (await officer.GetAsync($"/api/v1/users/{id}")).Is(200);
        Assert.Equal("138****1234", read.Json.GetProperty("phone").GetString());
        Assert.Equal("z****@example.com", read.Json.GetProperty("email").GetString());
        (await (await identity.AsClientAsync(Scopes.DirectoryRead)).GetAsync("/api/v1/users?q=" + Uri.EscapeDataString("测试"))).Is(200);
        (await (await identity.AsClientAsync(Scopes.LeadsRead)).GetAsync("/api/v1/users")).IsProblem(403, "auth.forbidden");
        (await identity.Service.WithToken(null).GetAsync("/api/v1/users")).IsProblem(401, "auth.required");
        (await officer.GetAsync("/api/v1/users?phone=13812341234")).IsProblem(400, "request.invalid");
        (await officer.GetAsync("/api/v1/users?sort=phone")).IsProblem(400, "request.invalid");
    }

    [Fact]
    public async Task Unmasking_is_for_an_administrator_with_a_reason_and_is_audited()
    {
        var (id, _, _) = await CreateAsync(phone: "13900001111");
        var admin = await identity.AsAsync(Roles.Administrator);
        var told = (await admin.PostAsync($"/api/v1/users/{id}/unmasking", new { reason = "核对联系方式" }, key: "unmask")).Is(200);
        Assert.Equal("13900001111", told.Json.GetProperty("phone").GetString());
        Assert.DoesNotContain("13900001111",
            (await admin.PostAsync($"/api/v1/users/{id}/unmasking", new { reason = "核对联系方式" }, key: "unmask"))
            .Is(200).Body, StringComparison.Ordinal);
        (await admin.PostAsync($"/api/v1/users/{id}/unmasking", new { })).IsProblem(400, "request.invalid");
        (await (await identity.AsAsync(Roles.Leader)).PostAsync($"/api/v1/users/{id}/unmasking", new { reason = "好奇而已" }))
            .IsProblem(403, "auth.forbidden");
        await identity.CollectAuditAsync();
        var entry = (await (await identity.AsAsync(Roles.Auditor))
            .GetAsync($"/api/v1/audit?subjectId={id}&operation=unmaskUser&refused=false"))
            .Is(200).Json.GetProperty("items")[0];
        Assert.Equal("核对联系方式", entry.GetProperty("reason").GetString());
        Assert.Equal(await identity.ValueAsync<Guid>("select id from person where user_name = 'administrator'"),
            entry.GetProperty("actorId").GetGuid());
        (await (await identity.AsAsync(Roles.Officer)).GetAsync("/api/v1/audit")).IsProblem(403, "auth.forbidden");
    }

    [Fact]
    public async Task A_person_is_amended_by_merge_patch_and_the_other_services_are_told()
    {
        var (id, _, _) = await CreateAsync(phone: "13812341234");
        var admin = await identity.AsAsync(Roles.Administrator);
        var services = await identity.ValueAsync<Guid>("select id from unit where code = 'services'");
        var changed = (await admin.PatchAsync(
            $"/api/v1/users/{id}", new
            {
                unitId = services,
                roles = new[] { "serviceOfficer", "chainChief" },
                chains = new[] { "xinchuang" },
                phone = (string?)null,
            }, ifMatch: "\"1\"")).Is(200);
        Assert.Equal("\"2\"", changed.ETag);
        var read = (await admin.GetAsync($"/api/v1/users/{id}")).Is(200).Json;
        Assert.Equal(System.Text.Json.JsonValueKind.Null, read.GetProperty("phone").ValueKind);
        Assert.Equal(services, read.GetProperty("unitId").GetGuid());
        var events = await identity.Service.EventsAsync(id);
        Assert.Equal([("OfficerPlaced", 1L), ("OfficerPlaced", 2L)], events.Select(e => (e.Type, e.Version)));
        Assert.Equal(services, events[1].Payload.GetProperty("unitId").GetGuid());
        Assert.Equal(["serviceOfficer", "chainChief"], events[1].Payload.GetProperty("roles").EnumerateArray().Select(r => r.GetString()));
        Assert.Equal(read.GetProperty("displayName").GetString(), events[1].Payload.GetProperty("name").GetString());

        (await admin.PatchAsync($"/api/v1/users/{id}", new { displayName = "新名" }, ifMatch: "\"1\"")).IsProblem(412, "ifMatch.stale");
        (await admin.PatchAsync($"/api/v1/users/{id}", new { displayName = "新名" })).IsProblem(428, "ifMatch.required");
        (await admin.PatchAsync($"/api/v1/users/{id}", new { displayName = (string?)null }, ifMatch: "\"2\""))
            .IsProblem(400, "request.invalid");
        (await admin.PatchAsync($"/api/v1/users/{id}", new { roles = new[] { "integration" } }, ifMatch: "\"2\""))
            .IsProblem(400, "request.invalid");
        (await admin.PatchAsync($"/api/v1/users/{id}", new { unitId = id }, ifMatch: "\"2\"")).IsProblem(400, "request.invalid");
        (await (await identity.AsAsync(Roles.UnitHead)).PatchAsync($"/api/v1/users/{id}", new { displayName = "x" }, ifMatch: "\"2\""))
            .IsProblem(403, "auth.forbidden");
        // A name alone is an event too: the other services print it.
        (await admin.PatchAsync($"/api/v1/users/{id}", new { displayName = "新名" }, ifMatch: "\"2\"")).Is(200);
        Assert.Equal("新名", (await identity.Service.EventsAsync(id))[2].Payload.GetProperty("name").GetString());
    }

    [Fact]
    public async Task Beside_the_id_of_a_unit_or_person_is_its_name_at_once()
    {
        var admin = await identity.AsAsync(Roles.Administrator);
        var root = await identity.ValueAsync<Guid>("select id from unit where parent_id is null");
        // Names are in memory by now.
        (await admin.GetAsync("/api/v1/units")).Is(200);
        var unit = (await admin.PostAsync("/api/v1/units", new
        {
            code = $"n-{Guid.CreateVersion7(identity.Service.Clock.GetUtcNow()):N}",
            name = "新设部门",
            parentId = root
        })).Is(201);
        var read = (await admin.GetAsync($"/api/v1/units/{unit.Id}")).Is(200).Json;
        Assert.Equal(await identity.ValueAsync<string>($"select name from unit where id = '{root}'"),
            read.GetProperty("parentName").GetString());
        var (id, _, _) = await CreateAsync();
        (await admin.PatchAsync($"/api/v1/users/{id}", new { unitId = unit.Id }, ifMatch: "\"1\"")).Is(200);
        Assert.Equal("新设部门", (await admin.GetAsync($"/api/v1/users/{id}")).Is(200).Json.GetProperty("unitName").GetString());
    }

    [Fact]
    public async Task A_user_name_is_one_whatever_its_case()
    {
        var admin = await identity.AsAsync(Roles.Administrator);
        (await admin.PostAsync("/api/v1/users", await BodyAsync("Twice"))).Is(201);
        (await admin.PostAsync("/api/v1/users", await BodyAsync("tWICE"))).IsProblem(409, "user.nameTaken");
        (await admin.PostAsync("/api/v1/users", await BodyAsync("has space"))).IsProblem(400, "request.invalid");
    }

    [Fact]
    public async Task Deactivation_bites_at_the_next_refresh_and_at_the_door()
    {
        var (id, userName, password) = await CreateAsync();
        using var browser = new SignIn(identity.Address);
        var signedIn = await browser.FirstAsync(userName, password, Chosen);
        var pending = await browser.CodeAsync(userName, Chosen);
        var fresh = SignIn.Read(await browser.RefreshAsync(signedIn.RefreshToken!));
        var admin = await identity.AsAsync(Roles.Administrator);
        (await admin.PostAsync($"/api/v1/users/{id}/deactivation", new { reason = "离职" }, ifMatch: "\"1\"")).Is(200);
        Assert.Contains("invalid_grant", (await browser.RefreshAsync(fresh.RefreshToken!)).Body, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => browser.TokensAsync(pending));
        await Assert.ThrowsAsync<InvalidOperationException>(() => browser.CodeAsync(userName, Chosen));
        await Assert.ThrowsAsync<InvalidOperationException>(() => SignIn.AsAsync(identity.Address, userName, Chosen));
        Assert.False((await identity.Service.EventsAsync(id))[^1].Payload.GetProperty("active").GetBoolean());

        (await admin.PostAsync($"/api/v1/users/{id}/deactivation", new { reason = "again" }, ifMatch: "\"2\""))
            .IsProblem(409, "user.inactive");
        (await admin.PostAsync($"/api/v1/users/{id}/reactivation", ifMatch: "\"2\"")).Is(200);
        Assert.Equal(400, (await browser.RefreshAsync(fresh.RefreshToken!)).Status);
        Assert.Equal(id, Guid.Parse(IdentityFixture.Parse((await SignIn.AsAsync(identity.Address, userName, Chosen)).AccessToken).Subject));
    }

    [Fact]
    public async Task A_password_reset_ends_what_the_old_password_opened()
    {
        var (id, userName, password) = await CreateAsync();
        using var browser = new SignIn(identity.Address);
        var signedIn = await browser.FirstAsync(userName, password, Chosen);
        var admin = await identity.AsAsync(Roles.Administrator);
        var reset = (await admin.PostAsync($"/api/v1/users/{id}/password-reset", ifMatch: "\"1\"")).Is(200);
        Assert.Equal(400, (await browser.RefreshAsync(signedIn.RefreshToken!)).Status);
        await Assert.ThrowsAsync<InvalidOperationException>(() => SignIn.AsAsync(identity.Address, userName, Chosen));
        using var again = new SignIn(identity.Address);
        var given = await again.FirstAsync(userName, reset.Json.GetProperty("password").GetString()!, "another one of mine");
        Assert.Equal(id, Guid.Parse(IdentityFixture.Parse(given.AccessToken).Subject));
    }

    [Theory]
    [InlineData(Roles.Administrator)]
    [InlineData(Roles.Coordinator)]
    [InlineData(Roles.UnitHead)]
    [InlineData(Roles.ChainChief)]
    [InlineData(Roles.ServiceOfficer)]
    public async Task S6_An_integration_makes_promotes_resets_and_reactivates_nobody_with_a_privileged_role(string role)
    {
        var (admin, client) = (await identity.AsAsync(Roles.Administrator), await identity.AsClientAsync(Scopes.IdentityWrite));
        var unitId = await identity.ValueAsync<Guid>("select id from unit where code = 'satellite-1'");
        var userName = "s6-" + Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        object Body(params string[] roles) => new { userName, displayName = "测试", unitId, roles };
        (await client.PostAsync("/api/v1/users", Body(role))).IsProblem(403, "user.privileged");
        (await client.PostAsync("/api/v1/users", Body(Roles.Officer, role))).IsProblem(403, "user.privileged");

        var made = (await client.PostAsync("/api/v1/users", Body(Roles.Officer))).Is(201);
        var person = $"/api/v1/users/{made.Id}";
        (await client.PatchAsync(person, new { roles = new[] { Roles.Officer, role } }, ifMatch: made.ETag))
            .IsProblem(403, "user.privileged");
        var reset = (await client.PostAsync(person + "/password-reset", ifMatch: made.ETag)).Is(200);
        var promoted = (await admin.PatchAsync(person, new { roles = new[] { role } }, ifMatch: reset.ETag)).Is(200);

        // Moving a head or a chief would move what they see, so nothing of a privileged person is an integration's to change.
        (await client.PatchAsync(person, new { displayName = "另一个" }, ifMatch: promoted.ETag)).IsProblem(403, "user.privileged");
        (await client.PatchAsync(person, new { roles = new[] { Roles.Officer } }, ifMatch: promoted.ETag))
            .IsProblem(403, "user.privileged");
        (await client.PostAsync(person + "/password-reset", ifMatch: promoted.ETag)).IsProblem(403, "user.privileged");
        var gone = (await client.PostAsync(person + "/deactivation", new { reason = "离职" }, ifMatch: promoted.ETag)).Is(200);
        (await client.PostAsync(person + "/reactivation", ifMatch: gone.ETag)).IsProblem(403, "user.privileged");
        (await admin.PostAsync(person + "/reactivation", ifMatch: gone.ETag)).Is(200);
    }

    [Fact]
    public async Task The_last_administrator_stays()
    {
        // Other tests make some.
        await identity.Service.ExecuteAsync(
            "update person set active = false where 'administrator' = any (roles) and user_name <> 'administrator'");
        var admin = await identity.AsAsync(Roles.Administrator);
        var id = await identity.ValueAsync<Guid>("select id from person where user_name = 'administrator'");
        (await admin.PostAsync($"/api/v1/users/{id}/deactivation", new { reason = "误操作" }, ifMatch: "\"1\""))
            .IsProblem(409, "user.lastAdministrator");
        (await admin.PatchAsync($"/api/v1/users/{id}", new { roles = new[] { "officer" } }, ifMatch: "\"1\""))
            .IsProblem(409, "user.lastAdministrator");
    }

    [Fact]
    public async Task Callers_learn_who_they_are()
    {
        var me = (await (await identity.AsAsync(Roles.ChainChief)).GetAsync("/api/v1/me")).Is(200).Json;
        Assert.Equal("chainChief", me.GetProperty("userName").GetString());
        Assert.Equal("卫星互联网专班", me.GetProperty("unitName").GetString());
        Assert.Equal("chain", me.GetProperty("reach").GetString());
        Assert.Equal(["satellite"], me.GetProperty("chains").EnumerateArray().Select(c => c.GetString()));
        var partner = (await (await identity.AsClientAsync(Scopes.DirectoryRead)).GetAsync("/api/v1/me")).Is(200).Json;
        Assert.Equal(IdentityFixture.ClientId, partner.GetProperty("userName").GetString());
        Assert.Equal([Scopes.DirectoryRead], partner.GetProperty("scopes").EnumerateArray().Select(c => c.GetString()));
    }

    [Fact]
    public async Task The_list_is_walked_by_cursor_and_filtered()
    {
        var officer = await identity.AsAsync(Roles.Officer);
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await officer.GetAsync("/api/v1/users?limit=4&active=true" + (cursor is null ? "" : "&cursor=" + cursor)))
                .Is(200).Json;
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(u => u.GetProperty("userName").GetString()!));
            cursor = page.GetProperty("next").GetString();
        }
        while (cursor is not null);
        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Superset(Roles.OfPeople.ToHashSet(), seen.ToHashSet());
        var chiefs = (await officer.GetAsync("/api/v1/users?role=chainChief&chain=satellite")).Is(200).Json.GetProperty("items");
        Assert.Equal("chainChief", Assert.Single(chiefs.EnumerateArray()).GetProperty("userName").GetString());
    }

    private async Task<object> BodyAsync(string userName, string? phone = null, string? email = null) => new
    {
        userName,
        displayName = "测试 " + userName,
        phone,
        email,
        unitId = await identity.ValueAsync<Guid>("select id from unit where code = 'satellite-1'"),
        roles = new[] { "officer" },
    };

    private async Task<(Guid Id, string UserName, string Password)> CreateAsync(string? phone = null, string? email = null)
    {
        var userName = "u-" + Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        var made = (await (await identity.AsAsync(Roles.Administrator))
            .PostAsync("/api/v1/users", await BodyAsync(userName, phone, email))).Is(201);
        return (made.Id, userName, made.Json.GetProperty("password").GetString()!);
    }
}
