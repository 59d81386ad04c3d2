using System.Globalization;
using Qibin.Crm.Kernel;
using Qibin.Crm.Local.Demo;
using Qibin.Crm.Servers;

namespace Qibin.Crm.Local;

/// <summary>
/// The whole system on this machine: PostgreSQL, RabbitMQ, every service and the gateway, each a process of its own that ends with
/// this one. The runner is a terminal around it; end-to-end tests, fault tests and benchmarks use it directly.
/// </summary>
public sealed class LocalSystem : IAsyncDisposable
{
    /// <summary>The services, in the order of their start.</summary>
    public static IReadOnlyList<string> ServiceNames { get; } = ["identity", "leads", "projects", "enterprises", "pipeline"];

    private readonly LocalOptions _options;
    private readonly List<Part> _parts = [];
    private Dictionary<string, ServiceProcess> _services = [];
    private LockFile? _lock;

    /// <summary>Connection strings of the services.</summary>
    private readonly Dictionary<string, string> _databases = [];

    private LocalSystem(LocalOptions options) => _options = options with { Data = Path.GetFullPath(options.Data) };

    /// <summary>Base address of the gateway.</summary>
    public Uri Gateway => new(Access.Gateway + "/");

    /// <summary>How to get in.</summary>
    public Access Access { get; private set; } = null!;

    /// <summary>Where <see cref="Access"/> is written, once the system is ready.</summary>
    public string AccessFile => In("access.json");

    public PostgresServer Postgres { get; private set; } = null!;

    public RabbitServer Rabbit { get; private set; } = null!;

    /// <summary>
    /// All parts in the order of their start: <c>postgres</c> and <c>rabbit</c> unless given from outside, the services by their names,
    /// <c>gateway</c>.
    /// </summary>
    public IReadOnlyList<Part> Parts => _parts;

    /// <summary>Names of the parts that are instances of a service.</summary>
    public IReadOnlyList<string> Instances => [.. _parts.Where(p => p is { Name: not "gateway", Address: not null }).Select(p => p.Name)];

    /// <summary>A part by its name.</summary>
    public Part Process(string name) => _parts.Single(p => p.Name == name);

    /// <summary>Kills a part by SIGKILL; it is started again at once.</summary>
    public Task KillAsync(string name) => Process(name).KillAsync();

    /// <summary>Connection string of a service's database, for tools: the service itself has a role that owns this database only.</summary>
    public string Database(string service) => Postgres.ConnectionString(DatabaseName(service));

    /// <summary>Starts everything and waits until it is ready.</summary>
    /// <exception cref="InvalidOperationException">It cannot be started; the message says why, in words for whoever runs it.</exception>
    public static async Task<LocalSystem> StartAsync(LocalOptions options, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var system = new LocalSystem(options);
        try
        {
            await system.StartAsync(ct);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>Fills in the demonstration data, unless this data directory has it already.</summary>
    public async Task FillAsync(CancellationToken ct = default)
    {
        var filled = In("demonstration.filled");
        if (!File.Exists(filled))
        {
            Say("填充演示数据 · Filling in demonstration data");
            await DemonstrationData.FillAsync(Gateway, Access, await DayAsync(ct), Say, ct);
            await File.WriteAllTextAsync(filled, "", ct);
        }
    }

    /// <summary>The day on which the filling began: what is sent again after an interruption must be the same to the byte.</summary>
    private async Task<DateOnly> DayAsync(CancellationToken ct)
    {
        var file = In("demonstration.day");
        if (!File.Exists(file))
        {
            await File.WriteAllTextAsync(file, TimeProvider.System.Today().ToString("O", CultureInfo.InvariantCulture), ct);
        }

        return DateOnly.ParseExact(await File.ReadAllTextAsync(file, ct), "O", CultureInfo.InvariantCulture);
    }

    /// <summary>Stops everything in the reverse order of its start, within 10 s: who has not ended by then is killed.</summary>
    public async ValueTask DisposeAsync()
    {
        var services = Instances.Select(Process).ToList();
        var gateway = _parts.Where(p => p.Name == "gateway").ToList();
        await StopAsync(gateway, TimeSpan.FromSeconds(2));
        await StopAsync(services, TimeSpan.FromSeconds(3.5));
        await StopAsync(_parts.Except(services).Except(gateway), TimeSpan.FromSeconds(3));
        _parts.Clear();
        // Those that a cut start left without a part.
        await Task.WhenAll(_services.Values.Select(service => service.DisposeAsync().AsTask()));
        if (_lock is not null)
        {
            await _lock.DisposeAsync();
        }
    }

    private static Task StopAsync(IEnumerable<Part> parts, TimeSpan patience) => Task.WhenAll(parts.Select(async part =>
    {
        await part.StopAsync(patience);
        await part.DisposeAsync();
    }));

    private static string DatabaseName(string service) => "qibin_" + service;

    private static string ProjectOf(string service) => $"services/{service}/Qibin.Crm.{Capitalized(service)}";

    private static string Capitalized(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    private string In(string name) => Path.Combine(_options.Data, name);

    private void Say(string step) => _options.Say?.Invoke(step);

    private async Task StartAsync(CancellationToken ct)
    {
        await TakeDataAsync(ct);
        var secrets = await Secrets.ReadAsync(In("secrets.json"), ct);
        var gateway = new Uri($"http://127.0.0.1:{GatewayPort()}/");
        Access = Organisation.Access(gateway.AbsoluteUri.TrimEnd('/'), secrets);
        var passwords = ServiceNames.ToDictionary(name => name, name => secrets.Token("postgres:" + name));
        var (postgresPassword, brokerPassword, sealing) = (secrets.Token("postgres"), secrets.Token("rabbit"),
            secrets.Key("identity:key-encryption-key"));
        await PrivateFile.WriteAsync(In("seed.json"), Organisation.Seed(secrets), ct);
        await secrets.KeepAsync(ct);

        await StartServersAsync(postgresPassword, brokerPassword, passwords, ct);
        _services = Services(gateway, sealing);
        await MigrateAsync(ct);
        await ServeAsync(ct);
        await PrivateFile.WriteAsync(AccessFile, Access.Print(), ct);
    }

    /// <summary>Makes the data directory ours alone, and empty when that was asked for.</summary>
    private async Task TakeDataAsync(CancellationToken ct)
    {
        Say($"数据目录 · Data directory {_options.Data}");
        PrivateFile.MakeDirectory(_options.Data);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(TimeSpan.FromSeconds(15));
        try
        {
            // The one before may be stopping.
            _lock = await LockFile.WaitAsync(In("runner.lock"), patience.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new InvalidOperationException(
                $"Another runner works in {_options.Data}: stop it, or choose another directory with --data.");
        }

        File.Delete(AccessFile);
        PrivateFile.MakeOwnDirectory(In("logs"));
        if (_options.Fresh)
        {
            Say("清空数据 · Forgetting earlier data");
            foreach (var directory in (string[])["postgres", "rabbit", "logs"])
            {
                if (Directory.Exists(In(directory)))
                {
                    Directory.Delete(In(directory), recursive: true);
                }
            }

            foreach (var file in (string[])["secrets.json", "seed.json", "demonstration.filled", "demonstration.day"])
            {
                File.Delete(In(file));
            }
        }
    }

    /// <exception cref="InvalidOperationException">The port that was asked for is taken.</exception>
    private int GatewayPort() =>
        _options.Port is not { } wanted ? Enumerable.Range(8080, 1000).First(Ports.IsFree)
        : Ports.IsFree(wanted) ? wanted
        : throw new InvalidOperationException($"Port {wanted} is in use: choose another one with --port.");

    private async Task StartServersAsync(
        string postgresPassword, string brokerPassword, Dictionary<string, string> passwords, CancellationToken ct)
    {
        Say("启动 PostgreSQL 与 RabbitMQ · Starting PostgreSQL and RabbitMQ");
        var postgres = PostgresAsync();
        var rabbit = RabbitAsync();
        await Task.WhenAll(postgres, rabbit);

        async Task PostgresAsync()
        {
            Postgres = await PostgresServer.ProvideAsync(
                new PostgresOptions(In("postgres"), _options.Durable, Password: postgresPassword, Log: In("logs/postgres.log")), Say, ct);
            Add("postgres", null, Postgres.Node);
            foreach (var service in ServiceNames)
            {
                if (Postgres.Node is null)
                {
                    // A given login need not be able to make roles.
                    await Postgres.CreateDatabaseAsync(DatabaseName(service), ct: ct);
                    _databases[service] = Database(service);
                }
                else
                {
                    _databases[service] = await Postgres.CreateOwnedDatabaseAsync(DatabaseName(service), passwords[service], ct);
                }
            }

            Say(Postgres.Node is null ? "PostgreSQL: " + PostgresServer.Variable : $"PostgreSQL: 127.0.0.1:{Postgres.Node.Port}");
        }

        async Task RabbitAsync()
        {
            Rabbit = await RabbitServer.ProvideAsync(new RabbitOptions(In("rabbit"), brokerPassword, Log: In("logs/rabbit.log")), Say, ct);
            Add("rabbit", null, Rabbit.Node);
            Say($"RabbitMQ: {Rabbit.Address.Host}:{Rabbit.Address.Port}");
        }
    }

    private Dictionary<string, ServiceProcess> Services(Uri gateway, string sealing)
    {
        var addresses = ServiceNames.ToDictionary(name => name, name => new Uri($"http://127.0.0.1:{ServicePort(name)}/"));
        var services = new Dictionary<string, ServiceProcess>();
        foreach (var (name, instance) in from name in ServiceNames
                                         from instance in Enumerable.Range(1, _options.Doubled.Contains(name) ? 2 : 1)
                                         select (name, instance))
        {
            var address = instance == 1 ? addresses[name] : new Uri($"http://127.0.0.1:{Ports.Free()}/");
            var settings = Common(address);
            settings["ConnectionStrings__Database"] = _databases[name];
            settings["ConnectionStrings__Broker"] = Rabbit.Address.AbsoluteUri;
            if (name == "identity")
            {
                settings["Identity__Seed"] = In("seed.json");
                settings["Identity__KeyEncryptionKey"] = sealing;
            }

            var part = instance == 1 ? name : $"{name}-{instance}";
            services[part] = new ServiceProcess(part, ProjectOf(name), address, settings, In($"logs/{part}.log"));
        }

        var edge = Common(gateway);
        foreach (var name in ServiceNames)
        {
            edge[$"Services__{Capitalized(name)}"] = string.Join(
                ',', services.Where(s => s.Key.Split('-')[0] == name).Select(s => s.Value.Address.AbsoluteUri));
        }

        services["gateway"] = new ServiceProcess("gateway", "gateway/Qibin.Crm.Gateway", gateway, edge, In("logs/gateway.log"));
        return services;

        Dictionary<string, string> Common(Uri address)
        {
            var settings = new Dictionary<string, string>
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Production",
                ["DOTNET_ENVIRONMENT"] = "Production",
                ["ASPNETCORE_URLS"] = address.AbsoluteUri.TrimEnd('/'),
                ["Identity__Issuer"] = gateway.AbsoluteUri,
                // Six processes share one machine's memory.
                ["DOTNET_gcServer"] = "0",
                // There is no other instance to turn to.
                ["Stopping__DrainSeconds"] = "0",
                // And its processors: a worker that spins for work takes them from the process that would send it (a fifth more writes a
                // second).
                ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0",
                // Compiling each method into pages that are mapped twice takes a fifth of a start. A deployment keeps that guard.
                ["DOTNET_EnableWriteXorExecute"] = "0",
            };
            foreach (var (name, value) in _options.Settings)
            {
                settings[name.Replace(":", "__", StringComparison.Ordinal)] = value;
            }

            return settings;
        }
    }

    /// <summary>A free port; for a service that a debugger starts, the one in its launch settings when that is free.</summary>
    private int ServicePort(string name) =>
        _options.Without.Contains(name) && Repository.LaunchPort(ProjectOf(name)) is var usual && Ports.IsFree(usual) ? usual
            : Ports.Free();

    /// <summary>All of them before any of them serves: an event must find the queues of every service.</summary>
    private async Task MigrateAsync(CancellationToken ct)
    {
        Say("迁移数据库与消息拓扑 · Migrating databases and the broker's topology");
        await Task.WhenAll(ServiceNames.Select(name => _services[name].MigrateAsync(ct)));
        foreach (var name in _options.Without)
        {
            await _services[name].StopAsync();
            var file = In(name + ".env");
            await PrivateFile.WriteAsync(file, _services[name].EnvironmentFile("Development"), ct);
            Say($"""
                {name} 由您启动 · start {name} yourself at {_services[name].Address}, in a debugger with the environment of this file, or so:
                    (set -a; . {file}; dotnet run --no-launch-profile --project {ProjectOf(name)})
                """);
        }
    }

    private async Task ServeAsync(CancellationToken ct)
    {
        var started = _services.Where(s => !_options.Without.Contains(s.Key)).ToList();
        Say("启动服务 · Starting the services: " + string.Join(", ", started.Select(s => s.Key)));
        foreach (var (name, service) in started)
        {
            await (ServiceNames.Contains(name) ? service.ServeAsync() : service.StartAgainAsync(ct));
            Add(name, service.Address, service);
        }

        await Task.WhenAll(started.Where(s => s.Key != "gateway").Select(async s =>
        {
            await s.Value.WaitReadyAsync(ct);
            Say($"{s.Key}: {s.Value.Address}");
        }));
        // The gateway is ready when every service is; with one left out, it is enough that it answers.
        await _services["gateway"].WaitReadyAsync(ct, _options.Without.Count == 0 ? "health/ready" : "health/live");
        Say($"gateway: {Gateway}");
    }

    private void Add(string name, Uri? address, INode? node)
    {
        if (node is not null)
        {
            lock (_parts)
            {
                _parts.Add(new Part(name, address, node, Say));
            }
        }
    }
}
