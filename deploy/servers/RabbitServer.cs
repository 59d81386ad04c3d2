namespace Qibin.Crm.Servers;

/// <summary>A RabbitMQ server: the one that <c>QIBIN_BROKER</c> names, or a private node.</summary>
public sealed class RabbitServer : IAsyncDisposable
{
    /// <summary>
    /// Environment variable with an address <c>amqp://user:password@host:port/vhost</c>; the virtual host exists and is ours.
    /// </summary>
    public const string Variable = "QIBIN_BROKER";

    private readonly Uri? _given;

    private RabbitServer(Uri? given, PrivateRabbit? node)
    {
        _given = given;
        Node = node;
    }

    /// <summary>The private node; null when the server was given.</summary>
    public PrivateRabbit? Node { get; }

    /// <summary>Where clients connect, with user, password and virtual host.</summary>
    public Uri Address => Node?.Address ?? _given!;

    /// <summary>Takes the server that is given, or starts a private node.</summary>
    /// <param name="options">How to run a private node.</param>
    /// <param name="say">Told what is being done, when it takes long.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="InvalidOperationException">There is none, and none can be installed or started.</exception>
    public static async Task<RabbitServer> ProvideAsync(
        RabbitOptions options, Action<string>? say = null, CancellationToken ct = default) =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given
            ? new RabbitServer(new Uri(given), null)
            : new RabbitServer(null, await PrivateRabbit.StartAsync(options, say, ct));

    public ValueTask DisposeAsync() => Node?.DisposeAsync() ?? ValueTask.CompletedTask;
}
