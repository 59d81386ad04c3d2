using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Qibin.Crm.Identity.Keys;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;
using Qibin.Crm.Web.Hosting;

namespace Qibin.Crm.Identity.Tests;

public sealed class SeedTests
{
    private const string Elsewhere = "http://127.0.0.1:9/console/callback";

    [Fact]
    public async Task A_second_migration_changes_nothing()
    {
        var database = await TestDatabases.EmptyAsync("identity_seed");
        await MigrateAsync(database);
        var first = await StateAsync(database);
        await MigrateAsync(database);
        Assert.Equal(first, await StateAsync(database));
        Assert.Contains("partner", first, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_exists_is_left_as_it_is()
    {
        var database = await TestDatabases.EmptyAsync("identity_seed");
        await MigrateAsync(database);
        await using var source = NpgsqlDataSource.Create(database);
        await using var rename = source.CreateCommand(
            "update person set display_name = 'renamed' where user_name = 'officer'; delete from person where user_name = 'leader'");
        await rename.ExecuteNonQueryAsync();
        await MigrateAsync(database);
        await using var read = source.CreateCommand(
            "select string_agg(display_name, ',' order by user_name) from person where user_name in ('officer', 'leader')");
        Assert.Equal("测试leader,renamed", await read.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_seeded_unit_and_person_are_told_once_each_by_name_and_without_a_user_name()
    {
        var database = await TestDatabases.EmptyAsync("identity_seed");
        await MigrateAsync(database);
        await using var source = NpgsqlDataSource.Create(database);
        await using var read = source.CreateCommand(
            """
            select (select count(*) from messaging.event where type = 'UnitDefined') || ' ' || (select count(*) from messaging.event
                where type = 'OfficerPlaced' and payload ->> 'name' like '测试%')
                || ' ' || (select count(*) from messaging.event where payload::text like '%userName%')
            """);
        Assert.Equal($"4 {Roles.OfPeople.Count} 0", await read.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Keys_that_are_sealed_open_with_their_key_only()
    {
        var database = await TestDatabases.EmptyAsync("identity_seed");
        var seal = Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
        await MigrateAsync(database, seal);
        await using var source = NpgsqlDataSource.Create(database);
        await using var read = source.CreateCommand("select count(*) from sealed_key where get_byte(content, 0) = 1");
        Assert.True((long)(await read.ExecuteScalarAsync())! >= 2);
        await using var right = Build(database, seal);
        await right.Services.GetRequiredService<KeyRing>().StartAsync(CancellationToken.None);
        await using var wrong = Build(database, null);
        await Assert.ThrowsAsync<System.Security.Cryptography.CryptographicException>(
            () => wrong.Services.GetRequiredService<KeyRing>().StartAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_sign_in_holds_over_a_restart_and_at_another_instance()
    {
        var database = await TestDatabases.EmptyAsync("identity_seed");
        await MigrateAsync(database);
        // Cookies are of the host, whatever its port.
        using var browser = new SignIn(new Uri("http://127.0.0.1/"));
        SignedIn tokens;
        await using (var one = await StartAsync(database))
        {
            using var first = new SignIn(new Uri(one.Urls.First()));
            tokens = await first.TokensAsync(await first.CodeAsync(Roles.Officer, IdentityFixture.Password, Elsewhere));
            var page = await browser.Browser.GetStringAsync(new Uri(one.Urls.First() + "/account/sign-in"));
            using var form = new FormUrlEncodedContent(
            [
                new("__RequestVerificationToken", page.Split("name=\"__RequestVerificationToken\" value=\"")[1].Split('"')[0]),
                new("userName", Roles.Officer), new("password", IdentityFixture.Password),
            ]);
            using var signedIn = await browser.Browser.PostAsync(new Uri(one.Urls.First() + "/account/sign-in"), form);
            Assert.Equal(302, (int)signedIn.StatusCode);
            await one.StopAsync();
        }

        await using var two = await StartAsync(database);
        using var again = new SignIn(new Uri(two.Urls.First()));
        var refreshed = SignIn.Read(await again.RefreshAsync(tokens.RefreshToken!));
        Assert.Equal(IdentityFixture.Parse(tokens.AccessToken).Kid, IdentityFixture.Parse(refreshed.AccessToken).Kid);
        using var mine = await browser.Browser.GetAsync(new Uri(two.Urls.First() + "/account/password"));
        Assert.Equal(200, (int)mine.StatusCode);
        await two.StopAsync();
    }

    private static async Task<Microsoft.AspNetCore.Builder.WebApplication> StartAsync(string database)
    {
        var app = Build(database, null);
        app.CloseEndpoints();
        await app.StartAsync();
        return app;
    }

    private static async Task MigrateAsync(string database, string? seal = null)
    {
        await using var app = Build(database, seal);
        await app.MigrateAsync(CancellationToken.None);
    }

    private static Microsoft.AspNetCore.Builder.WebApplication Build(string database, string? seal) => Program.Build([], builder =>
    {
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:Database"] = database,
            ["Identity:Issuer"] = "http://127.0.0.1:9/",
            ["Identity:Seed"] = IdentityFixture.SeedPath,
            ["Identity:KeyEncryptionKey"] = seal,
        });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
    });

    /// <summary>Everything but tokens and what another migration step keeps for itself.</summary>
    private static async Task<string> StateAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var read = source.CreateCommand(
            """
            select (select json_agg(x order by x.id) from unit x)::text || (select json_agg(x order by x.id) from person x)::text
                || (select json_agg(x order by x.id) from client x)::text || (select json_agg(x order by x.id) from client_secret x)::text
                || (select json_agg(x order by x.id) from openiddict.application x)::text || (select json_agg(x order by x.seq)
                    from messaging.event x)::text
                || (select json_agg(x order by x.name) from sealed_key x where x.name not like 'protection:%')::text
            """);
        return (string)(await read.ExecuteScalarAsync())!;
    }
}
