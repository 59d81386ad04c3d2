using System.Globalization;
using System.Text;
using Npgsql;

namespace Qibin.Crm.Servers;

/// <summary>How a private PostgreSQL node is run.</summary>
/// <param name="Directory">Data directory; made when it is not there.</param>
/// <param name="Durable">Whether a commit waits for the disk. Tests that kill nothing may leave it out.</param>
/// <param name="Port">Loopback port; null takes a free one, kept for as long as the node lives.</param>
/// <param name="Password">
/// Password of the user <c>qibin</c>, set when the data directory is made; null lets everybody on this machine in.
/// </param>
/// <param name="Settings">Further server settings, such as <c>shared_buffers</c>.</param>
/// <param name="Log">File for what the server prints; null keeps the last lines only.</param>
public sealed record PostgresOptions(
    string Directory, bool Durable = true, int? Port = null, string? Password = null, IReadOnlyDictionary<string, string>? Settings = null,
    string? Log = null);

/// <summary>
/// A PostgreSQL node of one's own, on a loopback port of its own. Our own processes come by its socket in the data directory: on the
/// loopback, answers above 130 KB or so wait 40 ms for an acknowledgement that is put off, since a segment there is larger than they are.
/// </summary>
public sealed class PrivatePostgres : INode
{
    private const string DirectoryInContainer = "/var/lib/postgresql/data";

    /// <summary>Bytes of a path that a socket's address has room for, less the socket's own name.</summary>
    private const int LongestForSocket = 107 - 15;

    private readonly PostgresOptions _options;
    private readonly string? _programs;
    private readonly Container? _container;
    private readonly Account _account;
    private ChildProcess? _process;

    private PrivatePostgres(PostgresOptions options, string? programs)
    {
        _options = options with { Directory = Path.GetFullPath(options.Directory) };
        _programs = programs;
        _container = programs is null ? new Container("postgres:15", _options.Directory) : null;
        _account = Account.For(_options.Directory, "postgres", "nobody");
        Port = options.Port ?? Ports.Free();
    }

    public int Port { get; private set; }

    /// <summary>Directory of PostgreSQL's programs, <c>psql</c> and <c>pgbench</c> among them; null when it runs in a container.</summary>
    public string? Programs => _programs;

    /// <summary>Id of the postmaster, or of Docker's client.</summary>
    public int ProcessId => Running.Id;

    /// <summary>A comma would make two hosts of the path.</summary>
    private bool HasSocket =>
        _programs is not null && Encoding.UTF8.GetByteCount(_options.Directory) <= LongestForSocket
            && !_options.Directory.Contains(',', StringComparison.Ordinal);

    private ChildProcess Running => _process ?? throw new InvalidOperationException("The node is not running.");

    public string ConnectionString(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = HasSocket ? _options.Directory : "127.0.0.1",
        Port = Port,
        Username = "qibin",
        Password = _options.Password,
        Database = database,
    }.ConnectionString;

    /// <summary>Starts a node and waits until it answers; installs PostgreSQL first where it must and may.</summary>
    /// <param name="options">How to run it.</param>
    /// <param name="say">Told what is being done, when it takes long.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="InvalidOperationException">It does not start; the message holds what it printed.</exception>
    public static async Task<PrivatePostgres> StartAsync(
        PostgresOptions options, Action<string>? say = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var node = new PrivatePostgres(options, await Provisioning.PostgresAsync(say, ct));
        await node.StartAgainAsync(ct);
        return node;
    }

    /// <summary>Starts a stopped or killed node on the same port and data.</summary>
    public async Task StartAgainAsync(CancellationToken ct = default)
    {
        if (_process is { HasExited: false })
        {
            return;
        }

        if (_programs is null)
        {
            Directory.CreateDirectory(_options.Directory);
        }
        else
        {
            if (!File.Exists(Path.Combine(_options.Directory, "PG_VERSION")))
            {
                await InitializeAsync(_programs, ct);
            }

            await _account.OwnAsync(_options.Directory, ct);
            await EndForgottenAsync(ct);
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(_container is null ? TimeSpan.FromSeconds(60) : TimeSpan.FromMinutes(5));
        for (var attempt = 1; ; attempt++)
        {
            _process = await LaunchAsync(deadline.Token);
            if (await AnswersAsync(deadline.Token))
            {
                return;
            }

            // The processes of a killed postmaster need a moment to notice; until then their shared memory keeps the next one out.
            var output = _process.LastOutput;
            await _process.DisposeAsync();
            var again = output.Contains("shared memory block", StringComparison.Ordinal) ? attempt < 100
                : _options.Port is null && output.Contains("could not bind", StringComparison.Ordinal) && attempt < 5;
            if (!again)
            {
                throw new InvalidOperationException($"PostgreSQL in {_options.Directory} does not start: {output}");
            }

            Port = _options.Port is null && output.Contains("could not bind", StringComparison.Ordinal) ? Ports.Free() : Port;
            await Task.Delay(100, deadline.Token);
        }
    }

    /// <summary>Stops the node in order, by a fast shutdown: sessions are ended, nothing needs recovery.</summary>
    public async Task StopAsync(TimeSpan? patience = null)
    {
        if (_process is not null)
        {
            await _process.StopAsync(Signal.Interrupt, patience ?? TimeSpan.FromSeconds(6));
        }
    }

    /// <summary>Stops a node of which nothing is kept, by an immediate shutdown: no checkpoint writes its databases out first.</summary>
    public async Task AbandonAsync()
    {
        if (_process is not null)
        {
            await _process.StopAsync(Signal.Quit, TimeSpan.FromSeconds(6));
        }
    }

    public Task WaitForExitAsync(CancellationToken ct = default) => Running.WaitForExitAsync(ct);

    /// <summary>Kills the postmaster by SIGKILL; its processes end with it.</summary>
    public async Task KillAsync()
    {
        if (_container is not null)
        {
            await _container.KillAsync(CancellationToken.None);
        }

        await Running.KillAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await StopAsync();
            await _process.DisposeAsync();
        }
    }

    /// <summary>Makes the data directory beside its place and moves it there when it is whole: initdb may be killed half-way.</summary>
    private async Task InitializeAsync(string programs, CancellationToken ct)
    {
        var made = _options.Directory + ".new";
        var password = _options.Directory + ".password";
        if (Directory.Exists(made))
        {
            Directory.Delete(made, recursive: true);
        }

        try
        {
            Directory.CreateDirectory(made);
            await _account.OwnAsync(made, ct);
            string[] authentication = ["--auth=trust"];
            if (_options.Password is { } secret)
            {
                await PrivateFile.WriteAsync(password, secret + "\n", ct);
                await _account.OwnAsync(password, ct);
                authentication = ["--auth=scram-sha-256", $"--pwfile={password}"];
            }

            await Commands.RunAsync("setpriv",
                [.. _account.Options, "--", Path.Combine(programs, "initdb"), "-D", made, "-U", "qibin", .. authentication,
                    "--encoding=UTF8", "--locale=C.UTF-8", .. (string[])(_options.Durable ? [] : ["--no-sync"])], ct);
            if (Directory.Exists(_options.Directory))
            {
                // Refuses when it holds anything.
                Directory.Delete(_options.Directory);
            }

            Directory.Move(made, _options.Directory);
        }
        finally
        {
            File.Delete(password);
        }
    }

    /// <summary>
    /// Ends a postmaster that still runs on this directory, which nobody but its dead starter knew, and removes the pid files that a
    /// kill left behind: their number may be another process by now, and PostgreSQL would refuse to start.
    /// </summary>
    private async Task EndForgottenAsync(CancellationToken ct)
    {
        var file = Path.Combine(_options.Directory, "postmaster.pid");
        if (!File.Exists(file))
        {
            return;
        }

        if (int.TryParse((await File.ReadAllLinesAsync(file, ct)).FirstOrDefault(), out var id) && RunsHere(id))
        {
            Signals.Send(id, Signal.Quit);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
            patience.CancelAfter(TimeSpan.FromSeconds(15));
            while (RunsHere(id))
            {
                await Task.Delay(50, patience.Token);
            }
        }

        File.Delete(file);
        foreach (var socket in Directory.EnumerateFiles(_options.Directory, ".s.PGSQL.*.lock"))
        {
            File.Delete(socket);
        }
    }

    private bool RunsHere(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Split('\0').Contains(_options.Directory, StringComparer.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private Task<ChildProcess> LaunchAsync(CancellationToken ct)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["max_connections"] = "400",
            ["client_connection_check_interval"] = "1s",
            // No values of columns: neither parameters, nor the details of a broken constraint, nor statements with literals.
            ["log_parameter_max_length"] = "0",
            ["log_parameter_max_length_on_error"] = "0",
            ["log_error_verbosity"] = "terse",
            ["log_min_error_statement"] = "panic",
        };
        if (_options.Durable)
        {
            // Somebody's data lives here: what is asked for often stays in memory. An eighth of it, beside seven other processes;
            // PostgreSQL's own default is 128 MB.
            settings["shared_buffers"] = $"{Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8 / 1024 / 1024, 128, 2048)}MB";
        }
        else
        {
            settings["fsync"] = settings["synchronous_commit"] = settings["full_page_writes"] = "off";
        }

        foreach (var (name, value) in _options.Settings ?? new Dictionary<string, string>())
        {
            settings[name] = value;
        }

        if (_programs is null)
        {
            return _container!.StartAsync(DirectoryInContainer, Port, 5432,
                ["-e", "POSTGRES_USER=qibin",
                    .. _options.Password is null ? (string[])["-e", "POSTGRES_HOST_AUTH_METHOD=trust"]
                        : ["-e", $"POSTGRES_PASSWORD={_options.Password}"]],
                Arguments(), _options.Log, ct);
        }

        settings["listen_addresses"] = "127.0.0.1";
        settings["unix_socket_directories"] = HasSocket ? _options.Directory : "";
        settings["unix_socket_permissions"] = "0700";
        settings["port"] = Port.ToString(CultureInfo.InvariantCulture);
        return ChildProcess.StartAsync(Path.Combine(_programs, "postgres"), ["-D", _options.Directory, .. Arguments()], _account, null,
            _options.Log);

        IEnumerable<string> Arguments() => settings.SelectMany(s => (string[])["-c", $"{s.Key}={s.Value}"]);
    }

    /// <summary>Waits until the node takes connections; false when it has ended instead.</summary>
    private async Task<bool> AnswersAsync(CancellationToken ct)
    {
        while (!Running.HasExited)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false;Timeout=5");
                await connection.OpenAsync(ct);
                // Another node may have taken the port in between; the one that answers must be ours.
                await using var ours = new NpgsqlCommand("show data_directory", connection);
                if (Equals(await ours.ExecuteScalarAsync(ct), _container is null ? _options.Directory : DirectoryInContainer))
                {
                    return true;
                }
            }
            catch (NpgsqlException)
            {
            }

            await Task.Delay(30, ct);
        }

        await Running.WaitForExitAsync(ct);
        return false;
    }
}
