using System.Collections.Concurrent;
using System.Net.Mime;
using System.Net.Sockets;
using System.Text;
using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Polly.Registry;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Messaging.Outbox;
using Qibin.Crm.Messaging.Queries;
using Qibin.Crm.Web.Hosting;
using Qibin.Crm.Work.Resilience;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Qibin.Crm.Messaging.Transport;

/// <summary>
/// The service's link to RabbitMQ, made anew within a second whenever it is lost: topology first, then MassTransit's bus with the
/// service's endpoints. A lost bus is thrown away, because its own reconnecting backs off to half a minute, and gives up for good
/// when the broker refuses a login while it starts.
/// </summary>
internal sealed class Broker(
    BrokerAddress address, Topology topology, Deliveries deliveries, OutboxSignal signal, IEnumerable<Answering> answers,
    ServiceDescription service, ResiliencePipelineProvider<string> pipelines, IServiceProvider services, TimeProvider clock,
    ILoggerFactory logs) : BackgroundService
{
    private const ushort Prefetch = 128;

    /// <summary>Questions that are answered at once: they share the database's connections with requests.</summary>
    private const ushort AnswersAtOnce = 2;

    private static readonly TimeSpan Starting = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Stopping = TimeSpan.FromSeconds(5);

    /// <summary>Longest wait for one confirm; the link is taken for lost after it.</summary>
    private static readonly TimeSpan Confirming = TimeSpan.FromSeconds(15);

    /// <summary>Longest wait for an answer; a question that nobody took in that time is dropped.</summary>
    private static readonly TimeSpan Answering = TimeSpan.FromSeconds(4);

    private readonly ILogger _log = logs.CreateLogger<Broker>();
    private volatile Link? _link;

    public bool IsUp => _link is not null;

    /// <summary>The connection beside the bus, while the broker is there.</summary>
    public IConnection? Connection => _link?.Connection;

    /// <summary>Makes the link anew, and with it the topology.</summary>
    public void Relink(string reason) => _link?.Lose(reason);

    /// <summary>Sends one event, persistent and mandatory, and waits for the broker's confirm.</summary>
    /// <returns>Why the broker refuses this event; null when it is confirmed.</returns>
    /// <exception cref="BrokerAwayException">The broker is away; the event may or may not have reached it.</exception>
    public async Task<string?> PublishAsync(Outgoing outgoing, string exchange)
    {
        var link = _link ?? throw new BrokerAwayException("There is no link to the broker.");
        using var patience = Patience(link, Confirming, CancellationToken.None);
        try
        {
            await (await link.ExchangeAsync(exchange)).Send(outgoing, context => Address(context, outgoing), patience.Token)
                .WaitAsync(patience.Token);
            return null;
        }
        catch (MessageReturnedException)
        {
            return $"No queue is bound to {exchange}.";
        }
        catch (Exception e)
        {
            // Whatever else ends a send is the transport's: nack, closed channel, lost connection, no confirm in time.
            link.Lose(e.GetBaseException().Message);
            throw new BrokerAwayException("The broker went away.", e);
        }
    }

    /// <summary>Sends a question to the queue and waits for its answer.</summary>
    /// <exception cref="BrokerAwayException">The broker is away.</exception>
    /// <exception cref="RequestException">Nobody answered in time, or with a fault.</exception>
    /// <exception cref="OperationCanceledException">The asker stopped, its time was over, or the link was lost.</exception>
    public async Task<TAnswer> AskAsync<TQuestion, TAnswer>(string queue, TQuestion question, CancellationToken ct)
        where TQuestion : class where TAnswer : class
    {
        var link = _link ?? throw new BrokerAwayException("There is no link to the broker.");
        using var patience = Patience(link, Answering, ct);
        return (await link.Bus.CreateRequestClient<TQuestion>(new Uri($"exchange:{queue}?type=fanout"), Answering)
            .GetResponse<TAnswer>(question, patience.Token).WaitAsync(patience.Token)).Message;
    }

    /// <summary>
    /// Ends a send when its time is over or the link is lost. MassTransit's own timeout begins when a question is sent, and it tries to
    /// send for as long as it is let, on a bus that has been thrown away too.
    /// </summary>
    private static CancellationTokenSource Patience(Link link, TimeSpan longest, CancellationToken ct)
    {
        var patience = CancellationTokenSource.CreateLinkedTokenSource(link.Serving, ct);
        patience.CancelAfter(longest);
        return patience;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // One line when it goes, one when it is back: an outage is no reason to fill the log.
        var known = true;
        await pipelines.GetPipeline(Pipelines.BrokerLink).ExecuteAsync(async stop =>
        {
            try
            {
                await using var connection = await address.Factory.CreateConnectionAsync(stop);
                await topology.DeclareAsync(connection, stop);
                throw new BrokerAwayException(await ServeAsync(connection, () =>
                {
                    known = true;
                    _log.LogInformation("Linked to the broker at {Endpoint}", connection.Endpoint);
                }, stop));
            }
            catch (Exception e) when (known && !stop.IsCancellationRequested)
            {
                known = false;
                _log.LogWarning("The broker is away; events wait in the outbox: {Reason}", e.GetBaseException().Message);
                throw;
            }
        }, stoppingToken);
    }

    /// <summary>Runs the bus until the link is lost, and says why it was.</summary>
    private async Task<string> ServeAsync(IConnection connection, Action linked, CancellationToken stopping)
    {
        using var lines = new Lines();
        using var serving = new CancellationTokenSource();
        var bus = CreateBus(lines, out var lost);
        AsyncEventHandler<ShutdownEventArgs> shutdown = (_, args) =>
        {
            lost.TrySetResult(args.ReplyText);
            return Task.CompletedTask;
        };
        connection.ConnectionShutdownAsync += shutdown;
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            patience.CancelAfter(Starting);
            await bus.StartAsync(patience.Token);
            _link = new Link(connection, bus, lost, serving.Token);
            linked();
            signal.Set();
            return await lost.Task.WaitAsync(stopping);
        }
        finally
        {
            _link = null;
            await serving.CancelAsync();
            connection.ConnectionShutdownAsync -= shutdown;
            await lines.CloseAsync();
            using var patience = new CancellationTokenSource(Stopping, clock);
            try
            {
                await bus.StopAsync(patience.Token);
            }
#pragma warning disable CA1031 // The bus is thrown away whether it stops in time or not.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _log.LogDebug(e, "The bus did not stop in time");
            }
        }
    }

    private IBusControl CreateBus(Lines lines, out TaskCompletionSource<string> lost)
    {
        var lose = lost = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        LogContext.ConfigureCurrentLogContext(logs);
        var factory = address.Factory;
        var bus = Bus.Factory.CreateUsingRabbitMq(bus =>
        {
            bus.Host(factory.HostName, (ushort)factory.Endpoint.Port, factory.VirtualHost, factory.ClientProvidedName, host =>
            {
                host.Username(factory.UserName);
                host.Password(factory.Password);
                host.Heartbeat(factory.RequestedHeartbeat);
                host.RequestedConnectionTimeout(factory.RequestedConnectionTimeout);
                host.ContinuationTimeout(factory.ContinuationTimeout);
                host.PublisherConfirmation = true;
                host.OnRefreshConnectionFactory = connecting =>
                {
                    connecting.SocketFactory = lines.Open;
                    return Task.CompletedTask;
                };
                if (factory.Ssl.Enabled)
                {
                    host.UseSsl(ssl => ssl.ServerName = factory.HostName);
                }
            });
            if (topology.Consumes)
            {
                Receive(bus, topology.Queue, topology.QueueArguments, deliveries.TakeAsync, deliveries.Together, lines);
                Receive(bus, topology.DeadLetters, Topology.DeadLetterArguments, deliveries.ParkAsync, together: false, lines);
            }

            if (answers.Any())
            {
                bus.ReceiveEndpoint(Questions.QueueOf(service.Name), Answer);
            }
        });
        bus.ConnectReceiveEndpointObserver(new Faults(lose));
        return bus;
    }

    private static void Receive(
        IRabbitMqBusFactoryConfigurator bus, string queue, Dictionary<string, object?> arguments,
        Func<Arrival, CancellationToken, Task> take, bool together, Lines lines)
    {
        bus.ReceiveEndpoint(queue, endpoint =>
        {
            endpoint.ConfigureConsumeTopology = false;
            endpoint.PrefetchCount = Prefetch;
            endpoint.ConcurrentMessageLimit = Prefetch;
            foreach (var (name, value) in arguments)
            {
                endpoint.SetQueueArgument(name, value!);
            }

            // First in the pipe and last: MassTransit's own reading, retrying and moving to _error and _skipped never happens.
            endpoint.ConfigureReceive(pipe => pipe.UseFilter(new ReceiveFilter(queue, new StreamOrder(), take, together, lines)));
            endpoint.Handler<Nothing>(_ => Task.CompletedTask);
        });
    }

    private void Answer(IRabbitMqReceiveEndpointConfigurator endpoint)
    {
        endpoint.ConfigureConsumeTopology = false;
        endpoint.PrefetchCount = AnswersAtOnce;
        endpoint.ConcurrentMessageLimit = AnswersAtOnce;
        // The asker receives the fault and asks again; nothing is kept.
        endpoint.DiscardFaultedMessages();
        endpoint.DiscardSkippedMessages();
        foreach (var answer in answers)
        {
            answer.Configure(endpoint, services);
        }
    }

    private static void Address(SendContext<Outgoing> context, Outgoing outgoing)
    {
        context.Serializer = EventBody.Serializer;
        context.MessageId = outgoing.MessageId;
        context.Durable = true;
        ((RabbitMqSendContext)context).Mandatory = true;
        ((RabbitMqSendContext)context).BasicProperties.Type = outgoing.Type;
        foreach (var (name, value) in Envelope.Write(outgoing))
        {
            context.Headers.Set(name, value);
        }
    }

    /// <summary>The broker as it is now.</summary>
    private sealed class Link(IConnection connection, IBusControl bus, TaskCompletionSource<string> lost, CancellationToken serving)
    {
        private readonly ConcurrentDictionary<string, Task<ISendEndpoint>> _exchanges = new(StringComparer.Ordinal);

        public IConnection Connection => connection;

        public IBus Bus => bus;

        /// <summary>Cancelled when the link is lost.</summary>
        public CancellationToken Serving => serving;

        public Task<ISendEndpoint> ExchangeAsync(string name) =>
            _exchanges.GetOrAdd(name, n => bus.GetSendEndpoint(new Uri($"exchange:{n}?type=fanout")));

        public void Lose(string reason) => lost.TrySetResult(reason);
    }

    /// <summary>An endpoint needs a consumer to be opened. Nobody sends this.</summary>
    private sealed class Nothing;

    /// <summary>An endpoint that faults has lost its connection or channel.</summary>
    private sealed class Faults(TaskCompletionSource<string> lost) : IReceiveEndpointObserver
    {
        public Task Ready(ReceiveEndpointReady ready) => Task.CompletedTask;

        Task IReceiveEndpointObserver.Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

        public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

        public Task Faulted(ReceiveEndpointFaulted faulted)
        {
            lost.TrySetResult(faulted.Exception?.GetBaseException().Message ?? "an endpoint faulted");
            return Task.CompletedTask;
        }
    }

    /// <summary>
    /// Where a message leaves MassTransit's pipe. Returning acknowledges it; throwing returns it to the queue.
    /// </summary>
    private sealed class ReceiveFilter(
        string queue, StreamOrder order, Func<Arrival, CancellationToken, Task> take, bool together, Lines lines) : IFilter<ReceiveContext>
    {
        public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
        {
            lines.Enter(context.GetPayload<ConnectionContext>().Connection);
            var arrived = context.GetPayload<RabbitMqBasicConsumeContext>();
            var headers = Envelope.Read(arrived.Properties.Headers);
            var arrival = new Arrival(queue, arrived.Properties.MessageId, arrived.Properties.Type, headers, context.Body.GetBytes()!);
            using var place = await order.EnterAsync(arrived.DeliveryTag, Envelope.StreamOf(headers), lines.Draining);
            var taking = take(arrival, lines.Draining);
            if (together)
            {
                // It waits in line for a batch: the next of its stream may join behind it instead of waiting for its transaction.
                place.Dispose();
            }

            await taking;
        }

        public void Probe(ProbeContext context) => context.CreateFilterScope("doorway");
    }

    /// <summary>
    /// The connections of one bus. Their sockets are closed before what is under way is cancelled: a message that is returned over a
    /// live connection comes straight back to the same consumer, and twenty such returns park it; what a broken connection held goes
    /// back to its queue once.
    /// </summary>
    private sealed class Lines : IDisposable
    {
        private static readonly TimeSpan Closing = TimeSpan.FromSeconds(5);

        private readonly ConcurrentBag<Socket> _sockets = [];
        private readonly ConcurrentDictionary<IConnection, bool> _open = new();
        private readonly CancellationTokenSource _draining = new();
        private volatile bool _givenUp;

        public Lines() => Draining = _draining.Token;

        /// <summary>Ends what is under way, once its connection is closed.</summary>
        public CancellationToken Draining { get; }

        /// <summary>A socket for a new connection.</summary>
        /// <exception cref="BrokerAwayException">The bus is given up, and opens no connection any more.</exception>
        public TcpClientAdapter Open(AddressFamily family)
        {
            var socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            _sockets.Add(socket);
            if (_givenUp)
            {
                socket.Dispose();
                throw new BrokerAwayException("There is no link to the broker.");
            }

            return new TcpClientAdapter(socket);
        }

        /// <summary>Takes note of the connection that a message came by.</summary>
        /// <exception cref="OperationCanceledException">The bus is given up; the connection is closed.</exception>
        public void Enter(IConnection connection)
        {
            _open.TryAdd(connection, true);
            if (_givenUp)
            {
                throw new OperationCanceledException("The link is given up.");
            }
        }

        public async Task CloseAsync()
        {
            _givenUp = true;
            foreach (var socket in _sockets)
            {
                socket.Dispose();
            }

            // The client's own ends are closed when what is under way has ended.
            var closing = _open.Keys.Select(connection => connection.AbortAsync(Closing)).ToArray();
            await _draining.CancelAsync();
            await Task.WhenAll(closing);
        }

        public void Dispose() => _draining.Dispose();
    }

    /// <summary>The event's JSON from the log, byte for byte.</summary>
    private sealed class EventBody : IMessageSerializer
    {
        public static readonly EventBody Serializer = new();

        public ContentType ContentType { get; } = new("application/json");

        public MessageBody GetMessageBody<T>(SendContext<T> context) where T : class =>
            new BytesMessageBody(Encoding.UTF8.GetBytes(((Outgoing)(object)context.Message!).Payload));
    }
}

#pragma warning disable CA1032 // It says one thing.
/// <summary>The broker cannot be reached; nothing is wrong with the message.</summary>
internal sealed class BrokerAwayException(string reason, Exception? inner = null) : Exception(reason, inner);
#pragma warning restore CA1032
