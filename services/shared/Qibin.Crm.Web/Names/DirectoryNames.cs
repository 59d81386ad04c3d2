using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Web.Names;

/// <summary>
/// The names of units and of everybody who signs in, in memory. All are read at a request when they are older than five seconds, so that a
/// new name shows after five seconds on every instance; who has come since is looked up alone.
/// </summary>
/// <param name="source">Query of ids and names.</param>
/// <param name="database">Where to ask; the document of the API is printed without a database.</param>
public sealed class DirectoryNames(string source, Lazy<NpgsqlDataSource> database) : IDisposable
{
    private readonly Remembered<ConcurrentDictionary<Guid, string?>> _names =
        new(TimeSpan.FromSeconds(5), ct => ReadAsync(source, database.Value, ct));

    /// <summary>Reads the names, unless they are young enough.</summary>
    public async ValueTask RefreshAsync(CancellationToken ct) => await _names.GetAsync(ct);

    /// <summary>The name; null for an integration, for the system, and for whom the directory does not know yet.</summary>
    public string? Of(Guid id) =>
        id == Guid.Empty ? null : _names.Last is { } names ? names.GetOrAdd(id, LookUp) : LookUp(id);

    public void Dispose() => _names.Dispose();

    private static async Task<ConcurrentDictionary<Guid, string?>> ReadAsync(string source, NpgsqlDataSource database, CancellationToken ct)
    {
        await using var command = database.CreateCommand(source);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var names = new ConcurrentDictionary<Guid, string?>();
        while (await reader.ReadAsync(ct))
        {
            names[reader.GetGuid(0)] = reader.GetString(1);
        }

        return names;
    }

    /// <summary>Not asynchronous, since an answer asks while it is written; once for each id until all are read again.</summary>
    private string? LookUp(Guid id)
    {
        try
        {
            using var command = database.Value.CreateCommand($"select name from ({source}) directory where id = $1");
            command.Parameters.Add(new NpgsqlParameter { Value = id });
            return command.ExecuteScalar() as string;
        }
        catch (NpgsqlException)
        {
            // An answer that is ready is not refused for a name.
            return null;
        }
    }
}

/// <summary>Names beside ids.</summary>
public static class NamesHost
{
    /// <summary>Prints names beside the ids that are <see cref="Kernel.NamedAttribute"/> in answers.</summary>
    /// <param name="services">The service's.</param>
    /// <param name="source">Query of the columns <c>id</c> and <c>name</c>.</param>
    public static IServiceCollection AddDirectoryNames(this IServiceCollection services, string source)
    {
        services.AddSingleton(provider =>
            new DirectoryNames(source, new(() => provider.GetRequiredKeyedService<NpgsqlDataSource>(DatabaseHost.Aside))));
        services.AddOptions<JsonOptions>().Configure<DirectoryNames>(
            (json, names) => NamesBesideIds.Add(json.SerializerOptions, names));
        return services;
    }
}
