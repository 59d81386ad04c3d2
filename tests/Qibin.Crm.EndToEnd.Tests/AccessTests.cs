using Npgsql;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.EndToEnd.Tests;

/// <summary>Who gets in, over all services and through the gateway.</summary>
public sealed class AccessTests(RunningSystem system)
{
    [Fact]
    public async Task S6_No_client_of_the_demonstration_manages_people()
    {
        Assert.DoesNotContain(Scopes.IdentityWrite, system.System.Access.Clients.SelectMany(c => c.Scopes));
        using var integration = await system.AsIntegrationAsync();
        (await integration.PostAsync("/api/v1/users", new { userName = "s6", displayName = "测试", roles = new[] { Roles.Administrator } }))
            .IsProblem(403, "auth.forbidden");
    }

    [Fact]
    public async Task S17_Each_service_has_a_role_that_owns_its_database_only_and_the_logs_are_private_and_hold_no_values()
    {
        foreach (var service in (string[])["leads", "projects", "enterprises", "pipeline", "identity"])
        {
            await using var connection = await system.ConnectAsync(service);
            await using var roles = new NpgsqlCommand(
                """
                select (select string_agg(datname, ',') from pg_database d join pg_roles r on r.oid = d.datdba
                        where r.rolname = current_database())
                    || ' ' || (select string_agg(datname, ',' order by datname) from pg_database
                        where datname like 'qibin!_%' escape '!' and has_database_privilege(current_database(), datname, 'connect'))
                    || ' ' || (select rolsuper or rolcreatedb or rolcreaterole from pg_roles where rolname = current_database())
                """, connection);
            var name = "qibin_" + service;
            var said = (string)(await roles.ExecuteScalarAsync())!;
            Assert.Equal($"{name} {name} false", said);
            await using var own = new NpgsqlCommand(
                "select count(*) from pg_stat_activity where datname = current_database() and usename = current_database()", connection);
            Assert.NotEqual(0L, await own.ExecuteScalarAsync());
        }

        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var logs = new DirectoryInfo(Path.Combine(Path.GetDirectoryName(system.System.AccessFile)!, "logs"));
        Assert.Equal(Owner | UnixFileMode.UserExecute, logs.UnixFileMode);
        Assert.All(logs.GetFiles(), file => Assert.Equal(Owner, file.UnixFileMode));

        // A key that is there already is not in the log; that it was refused is.
        await using var identity = await system.ConnectAsync("identity");
        await using var again = new NpgsqlCommand(
            "insert into sealed_key (name, content) select name, content from sealed_key where name = $1", identity);
        again.Parameters.Add(new NpgsqlParameter { Value = "signing" });
        await Assert.ThrowsAsync<PostgresException>(() => again.ExecuteNonQueryAsync());
        var log = Path.Combine(logs.FullName, "postgres.log");
        Assert.Contains("pk_sealed_key", await Eventually.GetAsync(
            () => File.ReadAllTextAsync(log), text => text.Contains("pk_sealed_key", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.DoesNotContain("(signing)", await File.ReadAllTextAsync(log), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("deactivated")]
    [InlineData("a role taken away")]
    [InlineData("signed out")]
    [InlineData("a revoked token")]
    public async Task S5_Access_that_ended_is_refused_by_every_service(string how)
    {
        using var administrator = await system.AsAsync(Roles.Administrator);
        var userName = "s5." + Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        var units = (await administrator.GetAsync("/api/v1/units?limit=1")).Is(200).Json.GetProperty("items");
        var unitId = units[0].GetProperty("id").GetGuid();
        var made = (await administrator.PostAsync(
            "/api/v1/users", new { userName, displayName = "测试", unitId, roles = new[] { Roles.Coordinator, Roles.Officer } })).Is(201);
        using var browser = new SignIn(system.Gateway);
        var tokens = await browser.FirstAsync(userName, made.Json.GetProperty("password").GetString()!, "words of my own choice");
        using var http = new HttpClient { BaseAddress = system.Gateway };
        using var person = new ApiClient(http, tokens.AccessToken);
        string[] everywhere = ["/api/v1/me", "/api/v1/leads", "/api/v1/projects", "/api/v1/enterprises", "/api/v1/pipeline/totals"];
        foreach (var path in everywhere)
        {
            (await person.GetAsync(path)).Is(200);
        }

        switch (how)
        {
            case "deactivated":
                (await administrator.PostAsync($"/api/v1/users/{made.Id}/deactivation", new { reason = "离职" }, made.ETag)).Is(200);
                break;
            case "a role taken away":
                (await administrator.PatchAsync($"/api/v1/users/{made.Id}", new { roles = new[] { Roles.Officer } }, made.ETag)).Is(200);
                break;
            case "signed out":
                using (await browser.Browser.GetAsync(new Uri("/connect/sign-out", UriKind.Relative)))
                {
                    break;
                }

            default:
                using (var form = new FormUrlEncodedContent(
                    new Dictionary<string, string> { ["client_id"] = SignIn.Client, ["token"] = tokens.AccessToken }))
                using (await browser.Browser.PostAsync(new Uri("/connect/revocation", UriKind.Relative), form))
                {
                    break;
                }
        }

        (await person.GetAsync("/api/v1/me")).IsProblem(401, "auth.required");
        foreach (var path in everywhere)
        {
            await Eventually.TrueAsync(async () => (await person.GetAsync(path)).Status == 401, TimeSpan.FromSeconds(30));
        }

        (await administrator.GetAsync("/api/v1/me")).Is(200);
    }
}
