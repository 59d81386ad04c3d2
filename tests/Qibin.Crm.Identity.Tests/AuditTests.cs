using System.Text.Json;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Identity.Tests;

/// <summary>The chain of audit entries, with the entries of this service; those of the others are in the end-to-end tests.</summary>
public class AuditTests(IdentityFixture identity) : IClassFixture<IdentityFixture>
{
    [Fact]
    public async Task S11_An_entry_says_who_did_what_from_where_and_what_it_changed()
    {
        var admin = await identity.AsAsync(Roles.Administrator);
        var unit = await identity.ValueAsync<Guid>("select id from unit where code = 'services'");
        var made = (await admin.PostAsync("/api/v1/users", new
        {
            userName = "audited",
            displayName = "被审计",
            unitId = unit,
            roles = new[] { "officer" },
            phone = "13900002222",
        })).Is(201);
        var id = made.Json.GetProperty("id").GetGuid();
        (await admin.PatchAsync($"/api/v1/users/{id}", new { roles = new[] { "leader" }, phone = "13900003333" }, made.ETag!)).Is(200);

        var entries = await EntriesAsync($"subjectId={id}&sort=at");
        Assert.Equal(["createUser", "amendUser"], entries.Select(e => e.GetProperty("operation").GetString()));
        var amended = entries[1];
        Assert.Equal(("identity", "127.0.0.1", false), (amended.GetProperty("service").GetString(),
            amended.GetProperty("address").GetString(), amended.GetProperty("refused").GetBoolean()));
        Assert.Equal(await identity.ValueAsync<Guid>("select id from person where user_name = 'administrator'"),
            amended.GetProperty("actorId").GetGuid());
        Assert.False(string.IsNullOrEmpty(amended.GetProperty("traceId").GetString()));
        Assert.False(string.IsNullOrEmpty(amended.GetProperty("actorName").GetString()));
        var fields = amended.GetProperty("changes").EnumerateArray().Single(c => c.GetProperty("type").GetString() == "person")
            .GetProperty("fields").EnumerateArray().ToDictionary(f => f.GetProperty("name").GetString()!);
        Assert.Equal(("officer", "leader"),
            (fields["roles"].GetProperty("before").GetString(), fields["roles"].GetProperty("after").GetString()));
        Assert.True(fields["phone"].GetProperty("withheld").GetBoolean());
        // Neither personal data nor a secret is in the audit of anybody.
        Assert.Equal(0L, await identity.ValueAsync<long>(
            "select count(*) from audit_record where content ~ '1390000[23]|被审计' or content ~* 'AQAAAA'"));
    }

    [Fact]
    public async Task S11_A_refused_access_is_in_the_audit_and_a_flood_of_them_is_not()
    {
        var officer = await identity.AsAsync(Roles.Officer);
        for (var i = 0; i < 40; i++)
        {
            (await officer.GetAsync("/api/v1/audit")).IsProblem(403, "auth.forbidden");
        }

        var me = await identity.ValueAsync<Guid>("select id from person where user_name = 'officer'");
        var refused = await EntriesAsync($"actorId={me}&refused=true&operation=listAudit&limit=200");
        Assert.InRange(refused.Count, 1, 39);
        Assert.All(refused, entry => Assert.Empty(entry.GetProperty("changes").EnumerateArray()));
    }

    [Fact]
    public async Task S11_A_record_that_was_changed_or_taken_out_breaks_the_chain()
    {
        var admin = await identity.AsAsync(Roles.Administrator);
        for (var i = 0; i < 3; i++)
        {
            (await admin.PostAsync("/api/v1/units", new { code = "chained-" + i, name = "链上部门" + i })).Is(201);
        }

        await identity.CollectAuditAsync();
        var whole = (await admin.GetAsync("/api/v1/audit/chain")).Is(200).Json;
        Assert.Empty(whole.GetProperty("broken").EnumerateArray());
        var last = whole.GetProperty("last").GetInt64();
        var content = await identity.ValueAsync<string>("select content from audit_record where number = $1", last - 1);

        await identity.Service.ExecuteAsync(
            $"update audit_record set content = content || ' ' where number = {last - 1}");
        Assert.Equal([last - 1], await BrokenAsync(admin));
        await identity.Service.ExecuteAsync(
            $"update audit_record set content = '{content.Replace("'", "''", StringComparison.Ordinal)}' where number = {last - 1}");
        Assert.Empty(await BrokenAsync(admin));
        await identity.Service.ExecuteAsync(
            $"create table taken as select * from audit_record where number = {last - 1}; "
            + $"delete from audit_record where number = {last - 1}");
        Assert.Equal([last], await BrokenAsync(admin));
        await identity.Service.ExecuteAsync("insert into audit_record select * from taken; drop table taken");
        Assert.Empty(await BrokenAsync(admin));
    }

    [Fact]
    public async Task T6_Services_that_give_no_answer_about_approvals_are_named()
    {
        var answer = (await (await identity.AsAsync(Roles.Leader)).GetAsync("/api/v1/approvals")).Is(200).Json;
        Assert.Empty(answer.GetProperty("items").EnumerateArray());
        Assert.Equal(["leads", "projects", "enterprises"], answer.GetProperty("missing").EnumerateArray().Select(m => m.GetString()));
    }

    [Fact]
    public async Task S11_The_audit_is_exported_as_a_table_and_the_export_is_audited()
    {
        var auditor = await identity.AsAsync(Roles.Auditor);
        var now = identity.Service.Clock.GetUtcNow();
        var period = $"from={now.AddDays(-1):yyyy-MM-ddTHH:mm:ssZ}&until={now.AddDays(1):yyyy-MM-ddTHH:mm:ssZ}";
        (await auditor.GetAsync("/api/v1/audit/export")).IsProblem(400, "request.invalid");
        (await auditor.GetAsync("/api/v1/audit/export?from=2020-01-01T00:00:00Z&until=2026-01-01T00:00:00Z"))
            .IsProblem(400, "request.invalid");
        (await (await identity.AsAsync(Roles.Leader)).GetAsync($"/api/v1/audit/export?{period}")).IsProblem(403, "auth.forbidden");
        var admin = await identity.AsAsync(Roles.Administrator);
        (await admin.PostAsync("/api/v1/units", new { code = "exported", name = "导出部门" })).Is(201);
        await identity.CollectAuditAsync();

        var table = (await auditor.GetAsync($"/api/v1/audit/export?{period}")).Is(200).Body;
        Assert.Contains("序号 Number,时间 At", table, StringComparison.Ordinal);
        Assert.Contains("unit.code: – → exported", table, StringComparison.Ordinal);
        var entries = await EntriesAsync("operation=exportAudit");
        Assert.NotEmpty(entries);
    }

    [Fact]
    public async Task S11_Signing_in_a_wrong_password_and_a_delay_are_in_the_audit()
    {
        var admin = await identity.AsAsync(Roles.Administrator);
        var unit = await identity.ValueAsync<Guid>("select id from unit where code = 'services'");
        var made = (await admin.PostAsync("/api/v1/users", new
        {
            userName = "locked-out",
            displayName = "被锁定",
            unitId = unit,
            roles = new[] { "officer" },
        })).Is(201);
        for (var i = 0; i < 5; i++)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => SignIn.AsAsync(identity.Address, "locked-out", "a wrong one " + i));
        }

        var entries = await EntriesAsync($"subjectId={made.Json.GetProperty("id").GetGuid()}&limit=50");
        var operations = entries.GroupBy(e => $"{e.GetProperty("operation")} {e.GetProperty("refused")}")
            .ToDictionary(g => g.Key, g => g.Count());
        Assert.Equal(5, operations["signIn True"]);
        Assert.Equal(1, operations["delaySignIn False"]);
        var leader = await identity.AsAsync(Roles.Leader);
        var me = await identity.ValueAsync<Guid>("select id from person where user_name = 'leader'");
        (await leader.GetAsync("/api/v1/me")).Is(200);
        Assert.NotEmpty(await EntriesAsync($"actorId={me}&operation=signIn&refused=false"));
    }

    private async Task<IReadOnlyList<JsonElement>> EntriesAsync(string query)
    {
        await identity.CollectAuditAsync();
        var page = (await (await identity.AsAsync(Roles.Auditor)).GetAsync("/api/v1/audit?" + query)).Is(200);
        return [.. page.Json.GetProperty("items").EnumerateArray()];
    }

    private static async Task<long[]> BrokenAsync(ApiClient admin) =>
        [.. (await admin.GetAsync("/api/v1/audit/chain")).Is(200).Json.GetProperty("broken").EnumerateArray().Select(n => n.GetInt64())];
}
