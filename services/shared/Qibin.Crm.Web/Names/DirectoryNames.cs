using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Web.Names;

/// <summary>
/// The names of units and of everybody who signs in, in memory. All are read at a request when they are older than five seconds, so that a
/// new name shows after five seconds on every instance, and at the request after an answer that lacked one. Answers never wait for the
/// database: they are written inside a transaction that may hold the rows that others wait for.
/// </summary>
/// <param name="source">Query of ids and names.</param>
/// <param name="written">Whether this service writes them: then the request after a write reads them again.</param>
/// <param name="database">Where to ask; the document of the API is printed without a database.</param>
public sealed class DirectoryNames(string source, bool written, Lazy<NpgsqlDataSource> database) : IDisposable
{
    /// <summary>Most ids without a name that are remembered.</summary>
    private const int MostUnknown = 10_000;

    private readonly Remembered<Dictionary<Guid, string>> _names =
        new(TimeSpan.FromSeconds(5), ct => ReadAsync(source, database.Value, ct));

    // An integration never has a name: only the first answer with it makes the names be read again.
    private readonly ConcurrentDictionary<Guid, byte> _unknown = new();

    /// <summary>Reads the names, unless they are young enough.</summary>
    public async ValueTask RefreshAsync(CancellationToken ct) => await _names.GetAsync(ct);

    /// <summary>Tells that a write took place in this service.</summary>
    public void Wrote()
    {
        if (written)
        {
            _names.Outdate();
        }
    }

    /// <summary>Reads the names now.</summary>
    public async ValueTask ReadAgainAsync(CancellationToken ct)
    {
        _names.Outdate();
        await _names.GetAsync(ct);
    }

    /// <summary>The name; null for an integration, for the system, and for whom the directory does not know yet.</summary>
    public string? Of(Guid id)
    {
        if (id == Guid.Empty || _names.Last is not { } names)
        {
            return null;
        }

        if (names.TryGetValue(id, out var name))
        {
            return name;
        }

        if (_unknown.Count >= MostUnknown)
        {
            _unknown.Clear();
        }

        if (_unknown.TryAdd(id, 0))
        {
            _names.Outdate();
        }

        return null;
    }

    public void Dispose() => _names.Dispose();

    private static async Task<Dictionary<Guid, string>> ReadAsync(string source, NpgsqlDataSource database, CancellationToken ct)
    {
        await using var command = database.CreateCommand(source);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var names = new Dictionary<Guid, string>();
        while (await reader.ReadAsync(ct))
        {
            names[reader.GetGuid(0)] = reader.GetString(1);
        }

        return names;
    }
}

/// <summary>Names beside ids.</summary>
public static class NamesHost
{
    /// <summary>Prints names beside the ids that are <see cref="Kernel.NamedAttribute"/> in answers.</summary>
    /// <param name="services">The service's.</param>
    /// <param name="source">Query of the columns <c>id</c> and <c>name</c>.</param>
    /// <param name="written">Whether this service writes them; false where it has a copy.</param>
    public static IServiceCollection AddDirectoryNames(this IServiceCollection services, string source, bool written)
    {
        services.AddSingleton(provider =>
            new DirectoryNames(source, written, new(() => provider.GetRequiredKeyedService<NpgsqlDataSource>(DatabaseHost.Aside))));
        services.AddOptions<JsonOptions>().Configure<DirectoryNames>(
            (json, names) => NamesBesideIds.Add(json.SerializerOptions, names));
        return services;
    }
}
