using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Npgsql;
using Qibin.Crm.Identity.Audit;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Identity.Tests;

/// <summary>
/// The identity service as its own authority, seeded with a small organisation: district → (satellite → satellite-1, services),
/// a person of each role, and an integration.
/// </summary>
public class IdentityFixture : IAsyncLifetime
{
    public const string Password = "chang'e-6 landed";
    public const string ClientId = "partner";
    public const string ClientSecret = "a-secret-of-the-partner-that-nobody-guesses";

    private readonly ConcurrentDictionary<string, Lazy<Task<SignedIn>>> _people = new(StringComparer.Ordinal);

    /// <summary>The file that <c>Identity:Seed</c> names.</summary>
    public static string SeedPath { get; } = WriteSeed();

    public TestService Service { get; private set; } = null!;

    public static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

    /// <summary>The issuer and only address.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The person of the user name <c>administrator</c>.</summary>
    public Guid AdministratorId { get; private set; }

    /// <summary>Further settings of the service.</summary>
    protected virtual IReadOnlyDictionary<string, string?> Settings { get; } = new Dictionary<string, string?>();

    public virtual async ValueTask InitializeAsync()
    {
        Address = new Uri($"http://127.0.0.1:{FreePort()}/");
        Service = await TestService.StartAsync("identity", Program.Build, builder =>
        {
            builder.Configuration.AddInMemoryCollection(Settings);
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Identity:Issuer"] = Address.AbsoluteUri,
                ["Identity:Seed"] = SeedPath,
            });
            builder.WebHost.UseUrls(Address.AbsoluteUri);
        });
        AdministratorId = await ValueAsync<Guid>("select id from person where user_name = 'administrator'");
    }

    /// <summary>A signed-in person's client; user names are the roles, and each signs in once.</summary>
    public async Task<ApiClient> AsAsync(string userName) => Service.WithToken((await _people.GetOrAdd(
        userName, name => new Lazy<Task<SignedIn>>(() => SignIn.AsAsync(Address, name, Password))).Value).AccessToken);

    /// <summary>
    /// Brings the service's audit entries into the chain, as it does by itself each second. An entry waits while a transaction that began
    /// before it is under way, in whichever database of the server.
    /// </summary>
    public async Task CollectAuditAsync()
    {
        var last = await ValueAsync<long>("select coalesce(max(seq), 0) from api.audit_entry");
        await Eventually.TrueAsync(async () =>
        {
            await Service.Services.GetRequiredService<AuditCollector>().CollectAsync(CancellationToken.None);
            return await ValueAsync<bool>(
                """
                select not exists (select from api.audit_entry e where e.seq <= $1
                    and not exists (select from audit_record r where r.id = e.id))
                """, last);
        });
    }

    /// <summary>The integration's client.</summary>
    public async Task<ApiClient> AsClientAsync(params string[] scopes) =>
        Service.WithToken(await SignIn.AsClientAsync(Address, ClientId, ClientSecret, scopes));

    /// <summary>One value from the service's database.</summary>
    public async Task<T> ValueAsync<T>(string sql, params object[] values)
    {
        await using var source = NpgsqlDataSource.Create(Service.Database);
        await using var command = source.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return (T)(await command.ExecuteScalarAsync())!;
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>The claims of a token, unchecked.</summary>
    public static JsonWebToken Parse(string token) => new(token);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string WriteSeed()
    {
        var path = Path.GetTempFileName();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(path);
        File.WriteAllText(path, JsonSerializer.Serialize(new
        {
            units = new object[]
            {
                new { code = "district", name = "淇滨区招商中心", nameEn = "District" },
                new { code = "satellite", name = "卫星互联网专班", nameEn = "Satellite", parentCode = "district" },
                new { code = "satellite-1", name = "卫星一组", parentCode = "satellite" },
                new { code = "services", name = "企业服务中心", parentCode = "district" },
            },
            users = Roles.OfPeople.Select(role => new
            {
                userName = role,
                displayName = "测试" + role,
                password = Password,
                role,
                unit = role is Roles.Officer ? "satellite-1" : role is Roles.UnitHead or Roles.ChainChief ? "satellite" : "district",
                chains = role is Roles.ChainChief ? new[] { "satellite" } : [],
            }),
            clients = new[] { new { clientId = ClientId, displayName = "伙伴系统", clientSecret = ClientSecret, scopes = Scopes.All } },
        }, StrictJson.Options));
        return path;
    }
}
