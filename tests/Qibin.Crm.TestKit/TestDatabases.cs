using System.Collections.Concurrent;
using Npgsql;
using Qibin.Crm.Servers;

namespace Qibin.Crm.TestKit;

/// <summary>
/// A PostgreSQL node for this test process, and databases on it: each test class owns one, copied from a template that was
/// migrated once.
/// </summary>
public static class TestDatabases
{
    private static readonly Lazy<Task<PrivatePostgres>> Node = new(StartAsync);
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Templates = new(StringComparer.Ordinal);
    private static readonly SemaphoreSlim Copying = new(1, 1);
    private static int _count;

    public static Task<PrivatePostgres> NodeAsync() => Node.Value;

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
        var node = await Node.Value;
        var database = $"{name}_{Interlocked.Increment(ref _count)}";
        await Copying.WaitAsync();
        try
        {
            await using var source = NpgsqlDataSource.Create(node.ConnectionString("postgres") + ";Pooling=false");
            // A template that somebody is still connected to cannot be copied; pooled connections of its migration are.
            await using var command = source.CreateCommand(template is null ? $"create database \"{database}\"" :
                $"""
                select pg_terminate_backend(pid) from pg_stat_activity where datname = '{template}';
                """);
            await command.ExecuteNonQueryAsync();
            if (template is not null)
            {
                await using var copy = source.CreateCommand($"create database \"{database}\" template \"{template}\"");
                await copy.ExecuteNonQueryAsync();
            }
        }
        finally
        {
            Copying.Release();
        }

        return node.ConnectionString(database);
    }

    private static async Task<PrivatePostgres> StartAsync()
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("qibin-test-pg-").FullName;
        var node = await PrivatePostgres.StartAsync(new PostgresOptions(directory, Durable: false));
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            node.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(10));
            System.IO.Directory.Delete(directory, recursive: true);
        };
        return node;
    }
}
