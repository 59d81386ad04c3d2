using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Qibin.Crm.Servers;

/// <summary>How a private PostgreSQL node is run.</summary>
/// <param name="Directory">Data directory; made when it is not there.</param>
/// <param name="Durable">Whether a commit waits for the disk. Tests that kill nothing may leave it out.</param>
public sealed record PostgresOptions(string Directory, bool Durable = true);

/// <summary>A PostgreSQL node of one's own, from the programs on this machine, on a free loopback port.</summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private readonly Process _process;

    private PrivatePostgres(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    public int ProcessId => _process.Id;

    public string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={Port};Username=qibin;Database={database}";

    public static async Task<PrivatePostgres> StartAsync(PostgresOptions options, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var bin = Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(d => Path.Combine(d, "bin")).First();
        var root = Environment.UserName == "root";
        Directory.CreateDirectory(options.Directory);
        if (root)
        {
            await RunAsync("chown", ["-R", "postgres", options.Directory], ct);
        }

        if (!File.Exists(Path.Combine(options.Directory, "PG_VERSION")))
        {
            await RunAsync(As(root, Path.Combine(bin, "initdb"), out var prefix),
                [.. prefix, "-D", options.Directory, "-U", "qibin", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"], ct);
        }

        var port = FreePort();
        string[] limits = options.Durable ? [] : ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"];
        var start = new ProcessStartInfo(As(root, Path.Combine(bin, "postgres"), out var before))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        foreach (var argument in (string[])[.. before, "-D", options.Directory, "-p", port.ToString(CultureInfo.InvariantCulture),
            "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=400",
            "-c", "client_connection_check_interval=1s", .. limits])
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var node = new PrivatePostgres(process, port);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(node.ConnectionString("postgres") + ";Pooling=false");
                await connection.OpenAsync(deadline.Token);
                return node;
            }
            catch (NpgsqlException) when (!process.HasExited)
            {
                await Task.Delay(50, deadline.Token);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // SIGINT is PostgreSQL's fast shutdown.
            using var stop = Process.Start("kill", ["-INT", _process.Id.ToString(CultureInfo.InvariantCulture)]);
            await stop.WaitForExitAsync();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static string As(bool root, string program, out string[] before)
    {
        // PostgreSQL refuses to run as root; setpriv stays the same process, and ends it with us.
        before = root
            ? ["--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=KILL", "--", program]
            : ["--pdeathsig=KILL", "--", program];
        return "setpriv";
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task RunAsync(string program, string[] arguments, CancellationToken ct)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = "/" };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
        await process.WaitForExitAsync(ct);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await error}{await output}");
        }
    }
}
