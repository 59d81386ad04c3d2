using MassTransit;
using Qibin.Crm.Messaging.Transport;

namespace Qibin.Crm.Messaging.Queries;

/// <summary>
/// Asks other services, over the broker. Neither question nor answer is kept: who gets no answer within 4 seconds asks again.
/// </summary>
public sealed class Questions
{
    private readonly Broker? _broker;

    internal Questions(Broker? broker) => _broker = broker;

    /// <summary>The queue of a service's questions. What nobody takes in time is dropped.</summary>
    internal static string QueueOf(string service) => $"qibin.{service}.questions";

    /// <param name="service">Who is asked, such as <c>leads</c>.</param>
    /// <param name="question">The question.</param>
    /// <param name="ct">The asker stops.</param>
    /// <exception cref="TimeoutException">No answer: the broker or the service is away, or the service could not answer.</exception>
    public async Task<TAnswer> AskAsync<TQuestion, TAnswer>(string service, TQuestion question, CancellationToken ct)
        where TQuestion : class where TAnswer : class
    {
        try
        {
            return await (_broker ?? throw new BrokerAwayException("This service has no broker.")).AskAsync<TQuestion, TAnswer>(
                QueueOf(service), question, ct);
        }
        catch (Exception e) when (IsNoAnswer(e, ct.IsCancellationRequested))
        {
            throw new TimeoutException($"The {service} service gave no answer.", e);
        }
    }

    /// <summary>
    /// Whether a question had no answer. MassTransit cancels it when the link is lost while it is sent: then the asker has not stopped.
    /// </summary>
    internal static bool IsNoAnswer(Exception e, bool stopped) =>
        e is BrokerAwayException or RequestException or MassTransitException || (e is OperationCanceledException && !stopped);

    /// <summary>As <see cref="AskAsync"/>, but null without an answer.</summary>
    public async Task<TAnswer?> TryAskAsync<TQuestion, TAnswer>(string service, TQuestion question, CancellationToken ct)
        where TQuestion : class where TAnswer : class
    {
        try
        {
            return await AskAsync<TQuestion, TAnswer>(service, question, ct);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }
}
