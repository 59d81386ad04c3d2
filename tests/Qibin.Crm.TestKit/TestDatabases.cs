using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;
using Qibin.Crm.Servers;

namespace Qibin.Crm.TestKit;

/// <summary>
/// A PostgreSQL server for this test process, and databases on it: each test class owns one, copied from a template that was
/// migrated once.
/// </summary>
public static class TestDatabases
{
    private static readonly Lazy<Task<PostgresServer>> Server = new(StartAsync);
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Templates = new(StringComparer.Ordinal);
    private static readonly ConcurrentBag<string> Made = [];
    private static readonly SemaphoreSlim Copying = new(1, 1);
    private static int _count;

    public static Task<PostgresServer> ServerAsync() => Server.Value;

    /// <summary>Connection string of a new, empty database.</summary>
    public static async Task<string> EmptyAsync(string name) => await CreateAsync(name, null);

    /// <summary>Connection string of a new database like the one that <paramref name="migrate"/> makes of an empty one.</summary>
    public static async Task<string> MigratedAsync(string name, Func<string, Task> migrate)
    {
        ArgumentNullException.ThrowIfNull(migrate);
        var template = await Templates.GetOrAdd(name, n => new Lazy<Task<string>>(async () =>
        {
            var connection = await CreateAsync(n + "_template", null);
            await migrate(connection);
            return new NpgsqlConnectionStringBuilder(connection).Database!;
        })).Value;
        return await CreateAsync(name, template);
    }

    private static async Task<string> CreateAsync(string name, string? template)
    {
        var server = await Server.Value;
        // On a server that was given, other test processes have databases too.
        var database = $"{name}_{Environment.ProcessId}_{Interlocked.Increment(ref _count)}";
        await Copying.WaitAsync();
        try
        {
            if (template is not null)
            {
                // A template that somebody is still connected to cannot be copied; pooled connections of its migration are.
                await server.DisconnectAsync(template);
            }

            await server.CreateDatabaseAsync(database, template);
            Made.Add(database);
        }
        finally
        {
            Copying.Release();
        }

        return server.ConnectionString(database);
    }

    private static async Task<PostgresServer> StartAsync()
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("qibin-test-").FullName;
        var server = await PostgresServer.ProvideAsync(new PostgresOptions(Path.Combine(directory, "postgres"), Durable: false));
        AppDomain.CurrentDomain.ProcessExit += (_, _) => EndAsync().Wait(TimeSpan.FromSeconds(20));
        return server;

        async Task EndAsync()
        {
            if (server.Node is null)
            {
                await server.DropDatabasesAsync(Made);
                System.IO.Directory.Delete(directory, recursive: true);
                return;
            }

            await server.Node.AbandonAsync();
            await server.DisposeAsync();
            // Tens of databases are thousands of files; a runner that waits for their removal takes it for a thread that hangs.
            using var removal = Process.Start(new ProcessStartInfo("rm", ["-rf", directory]));
        }
    }
}
