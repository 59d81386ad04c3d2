using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Qibin.Crm.Servers;

/// <summary>How a private RabbitMQ node is run.</summary>
/// <param name="Directory">Directory of its data, configuration, cookie and logs; made when it is not there.</param>
/// <param name="Password">Password of the user <c>qibin</c>, set when the data is made; null makes one up.</param>
/// <param name="Port">Loopback port; null takes a free one, kept for as long as the node lives.</param>
/// <param name="Log">File for what the node prints; null keeps the last lines only.</param>
public sealed record RabbitOptions(string Directory, string? Password = null, int? Port = null, string? Log = null);

/// <summary>
/// A RabbitMQ node of one's own: own name, ports, port mapper, data, cookie, user and virtual host.
/// </summary>
public sealed class PrivateRabbit : INode
{
    private const string NodeName = "qibin@127.0.0.1";
    private const string VirtualHost = "qibin";

    private readonly RabbitOptions _options;
    private readonly string? _programs;
    private readonly Container? _container;
    private readonly Account _account;
    private readonly string _password;
    private int _distribution = Ports.Free();
    private int _mapping = Ports.Free();
    private ChildProcess? _mapper;
    private ChildProcess? _process;

    private PrivateRabbit(RabbitOptions options, string? programs)
    {
        _options = options with { Directory = Path.GetFullPath(options.Directory) };
        _programs = programs;
        _container = programs is null ? new Container("rabbitmq:3.10", _options.Directory) : null;
        // Erlang judges by a directory's mode whether it may write there, and does not see a right that was lent.
        _account = Account.For(_options.Directory, "rabbitmq").OrRoot();
        _password = options.Password ?? RandomNumberGenerator.GetHexString(32, lowercase: true);
        Port = options.Port ?? Ports.Free();
    }

    public int Port { get; private set; }

    /// <summary>Id of the node's Erlang machine, or of Docker's client.</summary>
    public int ProcessId => Running.Id;

    /// <summary>Where clients connect, with user, password and virtual host.</summary>
    public Uri Address => new($"amqp://qibin:{Uri.EscapeDataString(_password)}@127.0.0.1:{Port}/{VirtualHost}");

    private ChildProcess Running => _process ?? throw new InvalidOperationException("The node is not running.");

    /// <summary>Starts a node and waits until it answers; installs RabbitMQ first where it must and may.</summary>
    /// <param name="options">How to run it.</param>
    /// <param name="say">Told what is being done, when it takes long.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="InvalidOperationException">It does not start; the message holds what it printed.</exception>
    public static async Task<PrivateRabbit> StartAsync(RabbitOptions options, Action<string>? say = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var node = new PrivateRabbit(options, await Provisioning.RabbitAsync(say, ct));
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

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(_container is null ? TimeSpan.FromSeconds(90) : TimeSpan.FromMinutes(5));
        for (var attempt = 1; ; attempt++)
        {
            _process = await LaunchAsync(deadline.Token);
            if (await AnswersAsync(deadline.Token))
            {
                return;
            }

            var output = _process.LastOutput;
            await _process.DisposeAsync();
            // Somebody else took one of the ports between our look and the node's.
            if (!output.Contains("eaddrinuse", StringComparison.Ordinal) || attempt == 5)
            {
                throw new InvalidOperationException($"RabbitMQ in {_options.Directory} does not start: {output}");
            }

            _distribution = Ports.Free();
            Port = _options.Port ?? Ports.Free();
        }
    }

    /// <summary>Stops the node in order.</summary>
    public async Task StopAsync(TimeSpan? patience = null)
    {
        if (_process is not null)
        {
            await _process.StopAsync(patience ?? TimeSpan.FromSeconds(6));
        }
    }

    public Task WaitForExitAsync(CancellationToken ct = default) => Running.WaitForExitAsync(ct);

    /// <summary>Kills the node by SIGKILL.</summary>
    public async Task KillAsync()
    {
        if (_container is not null)
        {
            await _container.KillAsync(CancellationToken.None);
        }

        await Running.KillAsync();
    }

    /// <summary>
    /// Sets a policy on queues of the virtual host, such as <c>{"delivery-limit": 5}</c>. Takes about a second.
    /// </summary>
    /// <param name="name">Name of the policy; one of the same name is replaced.</param>
    /// <param name="pattern">Regular expression on queue names.</param>
    /// <param name="definition">Definition, in JSON.</param>
    /// <param name="ct">Gives up.</param>
    public Task SetPolicyAsync(string name, string pattern, string definition, CancellationToken ct = default) =>
        ControlAsync(["set_policy", "-p", VirtualHost, "--apply-to", "queues", name, pattern, definition], ct);

    /// <summary>Runs <c>rabbitmqctl</c> against the node and answers what it printed.</summary>
    /// <exception cref="InvalidOperationException">It ended with an error; the message holds what it printed.</exception>
    public Task<string> ControlAsync(IEnumerable<string> arguments, CancellationToken ct = default) =>
        _programs is null ? _container!.ExecuteAsync(["rabbitmqctl", .. arguments], ct) :
        Commands.RunAsync("setpriv", [.. _account.Options, "--", Path.Combine(_programs, "rabbitmqctl"), "-n", NodeName, .. arguments], ct,
            Variables());

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await StopAsync();
            await _process.DisposeAsync();
        }

        if (_mapper is not null)
        {
            await _mapper.DisposeAsync();
        }
    }

    private async Task<ChildProcess> LaunchAsync(CancellationToken ct)
    {
        if (_programs is null)
        {
            Directory.CreateDirectory(_options.Directory);
            return await _container!.StartAsync("/var/lib/rabbitmq", Port, 5672,
                ["--hostname", "qibin", "-e", "RABBITMQ_DEFAULT_USER=qibin", "-e", $"RABBITMQ_DEFAULT_PASS={_password}", "-e",
                    $"RABBITMQ_DEFAULT_VHOST={VirtualHost}"],
                [], _options.Log, ct);
        }

        await ConfigureAsync(ct);
        await StartMapperAsync(ct);
        return await ChildProcess.StartAsync(Path.Combine(_programs, "rabbitmq-server"), [], _account, Variables(), _options.Log);
    }

    private string In(string name) => Path.Combine(_options.Directory, name);

    private async Task ConfigureAsync(CancellationToken ct)
    {
        Directory.CreateDirectory(_options.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await PrivateFile.WriteAsync(In("rabbitmq.conf"),
            $"""
            listeners.tcp.1 = 127.0.0.1:{Port}
            default_vhost = {VirtualHost}
            default_user = qibin
            default_pass = {_password}
            default_user_tags.administrator = true
            default_permissions.configure = .*
            default_permissions.read = .*
            default_permissions.write = .*
            log.console = true
            log.console.level = warning
            log.console.use_colors = off
            log.file = false

            """, ct);
        await PrivateFile.WriteAsync(In("enabled_plugins"), "[].\n", ct);
        await PrivateFile.WriteAsync(In("rabbitmq-env.conf"), "", ct);
        if (!File.Exists(In(".erlang.cookie")))
        {
            await PrivateFile.WriteAsync(In(".erlang.cookie"), RandomNumberGenerator.GetHexString(40), ct);
            File.SetUnixFileMode(In(".erlang.cookie"), UnixFileMode.UserRead);
        }

        await _account.OwnAsync(_options.Directory, ct);
    }

    private Dictionary<string, string> Variables() => new(StringComparer.Ordinal)
    {
        ["HOME"] = _options.Directory,
        ["RABBITMQ_NODENAME"] = NodeName,
        ["RABBITMQ_USE_LONGNAME"] = "true",
        ["RABBITMQ_DIST_PORT"] = _distribution.ToString(CultureInfo.InvariantCulture),
        ["RABBITMQ_CTL_DIST_PORT_MIN"] = Ports.Free().ToString(CultureInfo.InvariantCulture),
        ["ERL_EPMD_PORT"] = _mapping.ToString(CultureInfo.InvariantCulture),
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_MNESIA_BASE"] = In("mnesia"),
        ["RABBITMQ_LOG_BASE"] = In("log"),
        ["RABBITMQ_GENERATED_CONFIG_DIR"] = In("config"),
        ["RABBITMQ_CONF_ENV_FILE"] = In("rabbitmq-env.conf"),
        ["RABBITMQ_CONFIG_FILE"] = In("rabbitmq.conf"),
        ["RABBITMQ_ADVANCED_CONFIG_FILE"] = In("advanced.config"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = In("enabled_plugins"),
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1}",
        ["LANG"] = "C.UTF-8",
        // Makes the script become the Erlang machine instead of waiting beside it, so that our signals and the kernel's reach it.
        ["RUNNING_UNDER_SYSTEMD"] = "true",
    };

    /// <summary>
    /// Starts the port mapper in the foreground: left to itself, Erlang starts one that detaches and outlives everything.
    /// </summary>
    private async Task StartMapperAsync(CancellationToken ct)
    {
        for (var attempt = 1; _mapper is null or { HasExited: true }; attempt++)
        {
            _mapper = await ChildProcess.StartAsync(
                "epmd", ["-port", _mapping.ToString(CultureInfo.InvariantCulture), "-address", "127.0.0.1"], _account, Variables(), null);
            while (!_mapper.HasExited && !await ListensAsync(_mapping, ct))
            {
                await Task.Delay(20, ct);
            }

            if (!_mapper.HasExited)
            {
                return;
            }

            if (attempt == 5)
            {
                throw new InvalidOperationException($"Erlang's port mapper does not start: {_mapper.LastOutput}");
            }

            await _mapper.DisposeAsync();
            _mapping = Ports.Free();
        }
    }

    private static async Task<bool> ListensAsync(int port, CancellationToken ct)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, ct);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Waits until the node greets a client; false when it has ended instead.</summary>
    private async Task<bool> AnswersAsync(CancellationToken ct)
    {
        while (!Running.HasExited)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, Port, ct);
                await using var stream = client.GetStream();
                await stream.WriteAsync("AMQP\0\0\u0009\u0001"u8.ToArray(), ct);
                // A method frame on channel 0: the broker's Connection.Start.
                var frame = new byte[7];
                await stream.ReadExactlyAsync(frame, ct);
                if (frame[0] == 1)
                {
                    return true;
                }
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
            }

            await Task.Delay(50, ct);
        }

        await Running.WaitForExitAsync(ct);
        return false;
    }
}
