using Npgsql;

namespace Qibin.Crm.Servers;

/// <summary>A PostgreSQL server to put databases on: the one that <c>QIBIN_POSTGRES</c> names, or a private node.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>Environment variable with an Npgsql connection string of a login that may create databases.</summary>
    public const string Variable = "QIBIN_POSTGRES";

    private readonly string? _given;

    private PostgresServer(string? given, PrivatePostgres? node)
    {
        _given = given;
        Node = node;
    }

    /// <summary>The private node; null when the server was given.</summary>
    public PrivatePostgres? Node { get; }

    /// <summary>Takes the server that is given, or starts a private node.</summary>
    /// <param name="options">How to run a private node.</param>
    /// <param name="say">Told what is being done, when it takes long.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="InvalidOperationException">There is none, and none can be installed or started.</exception>
    public static async Task<PostgresServer> ProvideAsync(
        PostgresOptions options, Action<string>? say = null, CancellationToken ct = default) =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given
            ? new PostgresServer(given, null)
            : new PostgresServer(null, await PrivatePostgres.StartAsync(options, say, ct));

    public string ConnectionString(string database) =>
        Node?.ConnectionString(database) ?? new NpgsqlConnectionStringBuilder(_given) { Database = database }.ConnectionString;

    /// <summary>
    /// Creates a database that is not there yet, and a role of the same name that owns it, may connect to no other one, and is no
    /// superuser; an existing database is left as it is.
    /// </summary>
    /// <param name="database">Name, of lower-case letters, digits and underscores.</param>
    /// <param name="password">The role's password, of letters and digits.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The role's connection string.</returns>
    public async Task<string> CreateOwnedDatabaseAsync(string database, string password, CancellationToken ct = default)
    {
        await using var source = Maintenance();
        await using (var role = source.CreateCommand(
            $"""
            do $$ begin
                if not exists (select from pg_roles where rolname = '{database}') then create role "{database}"; end if;
            end $$;
            alter role "{database}" login nosuperuser nocreatedb nocreaterole password '{password}'
            """))
        {
            await role.ExecuteNonQueryAsync(ct);
        }

        await CreateDatabaseAsync(database, ct: ct);
        await using var own = source.CreateCommand(
            $"""alter database "{database}" owner to "{database}"; revoke connect, temporary on database "{database}" from public""");
        await own.ExecuteNonQueryAsync(ct);
        return new NpgsqlConnectionStringBuilder(ConnectionString(database)) { Username = database, Password = password }.ConnectionString;
    }

    /// <summary>Creates a database that is not there yet; an existing one is left as it is.</summary>
    /// <param name="database">Name, of lower-case letters, digits and underscores.</param>
    /// <param name="template">Database to copy; null gives an empty one.</param>
    /// <param name="ct">Gives up.</param>
    public async Task CreateDatabaseAsync(string database, string? template = null, CancellationToken ct = default)
    {
        await using var source = Maintenance();
        await using var create = source.CreateCommand(
            $"create database \"{database}\"" + (template is null ? " template template0 encoding 'UTF8'" : $" template \"{template}\""));
        try
        {
            await create.ExecuteNonQueryAsync(ct);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DuplicateDatabase)
        {
        }
    }

    /// <summary>Removes databases, with everybody who is still connected to them.</summary>
    public async Task DropDatabasesAsync(IEnumerable<string> databases, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(databases);
        await using var source = Maintenance();
        foreach (var database in databases)
        {
            await using var drop = source.CreateCommand($"drop database if exists \"{database}\" with (force)");
            await drop.ExecuteNonQueryAsync(ct);
        }
    }

    /// <summary>Ends all sessions on a database, which cannot be copied while it has any.</summary>
    public async Task DisconnectAsync(string database, CancellationToken ct = default)
    {
        await using var source = Maintenance();
        await using var end = source.CreateCommand("select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1");
        end.Parameters.Add(new NpgsqlParameter { Value = database });
        await end.ExecuteNonQueryAsync(ct);
    }

    public ValueTask DisposeAsync() => Node?.DisposeAsync() ?? ValueTask.CompletedTask;

    private NpgsqlDataSource Maintenance() => NpgsqlDataSource.Create(ConnectionString("postgres") + ";Pooling=false");
}
