using System.Diagnostics;
using System.Globalization;
using System.Text;
using Qibin.Crm.Contracts;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Messaging.EventLog;
using Qibin.Crm.Messaging.Outbox;

namespace Qibin.Crm.Messaging.Transport;

/// <summary>
/// The headers of a message on the broker: <c>streamType</c>, <c>streamId</c>, <c>version</c>, <c>ordinal</c>, <c>recordedAt</c>,
/// <c>actorId</c>, <c>schemaVersion</c> and, where there are any, <c>causationId</c> and <c>traceparent</c>. Id and name of the event are
/// the message's own id and type.
/// </summary>
internal static class Envelope
{
    public const string TraceParent = "traceparent";

    /// <summary>No event was recorded before there was this product.</summary>
    private static readonly DateTimeOffset Earliest = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static IEnumerable<KeyValuePair<string, string>> Write(Outgoing outgoing)
    {
        yield return new("streamType", outgoing.StreamType);
        yield return new("streamId", outgoing.StreamId.ToString());
        yield return new("version", outgoing.Version.ToString(CultureInfo.InvariantCulture));
        yield return new("ordinal", outgoing.Ordinal.ToString(CultureInfo.InvariantCulture));
        yield return new("recordedAt", outgoing.RecordedAt.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture));
        yield return new("actorId", outgoing.ActorId.ToString());
        yield return new("schemaVersion", outgoing.SchemaVersion.ToString(CultureInfo.InvariantCulture));
        if (outgoing.CausationId is { } causation)
        {
            yield return new("causationId", causation.ToString());
        }

        // The span that publishes, if there is one; else the one in which the event was recorded.
        if ((Activity.Current is { Kind: ActivityKind.Producer } publishing ? publishing.Id : outgoing.TraceParent) is { } trace)
        {
            yield return new(TraceParent, trace);
        }
    }

    /// <summary>Headers as text, whatever their type on the broker.</summary>
    public static Dictionary<string, string> Read(IDictionary<string, object?>? headers) =>
        headers is null ? [] : headers.ToDictionary(h => h.Key, h => Word(h.Value), StringComparer.Ordinal);

    /// <summary>The stream, by which deliveries are put in order; empty when the message names none.</summary>
    public static Guid StreamOf(Dictionary<string, string> headers) =>
        Guid.TryParse(headers.GetValueOrDefault("streamId"), out var stream) ? stream : Guid.Empty;

    /// <summary>
    /// What came, for the consumers. A version counts from 1, and an event carries the state of the aggregate that its stream is of: what
    /// does not was forged or is damaged, and would hide true events behind its version.
    /// </summary>
    /// <exception cref="UnreadableMessageException">
    /// A header is missing or is not what it should be; there is no such event, or its body is not one.
    /// </exception>
    public static (Delivery Delivery, IEvent Happened) Open(
        EventTypes events, string? messageId, string? type, Dictionary<string, string> headers, byte[] body)
    {
        var delivery = Delivery(messageId, headers, body);
        var happened = events.Read(type, body);
        var stream = happened switch
        {
            ILeadEvent lead => lead.Lead?.LeadId,
            IProjectEvent project => project.Project?.ProjectId,
            IEnterpriseEvent enterprise => enterprise.Enterprise?.EnterpriseId,
            _ => delivery.StreamId,
        };
        if (delivery.Version < 1 || delivery.Ordinal < 0 || delivery.RecordedAt < Earliest || delivery.MessageId == Guid.Empty)
        {
            throw new UnreadableMessageException("The envelope is broken: its version, ordinal, id or time cannot be.");
        }

        return stream == delivery.StreamId
            ? (delivery, happened)
            : throw new UnreadableMessageException($"The envelope is of stream {delivery.StreamId}, and the event of {stream}.");
    }

    private static Delivery Delivery(string? messageId, Dictionary<string, string> headers, byte[] body)
    {
        try
        {
            return new Delivery(
                Guid.Parse(messageId ?? ""), Guid.Parse(headers["streamId"]), long.Parse(headers["version"], CultureInfo.InvariantCulture),
                int.Parse(headers["ordinal"], CultureInfo.InvariantCulture),
                DateTimeOffset.Parse(headers["recordedAt"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
                Guid.Parse(headers["actorId"]),
                Encoding.UTF8.GetString(body));
        }
        catch (Exception e) when (e is FormatException or KeyNotFoundException or OverflowException)
        {
            throw new UnreadableMessageException($"The envelope is broken: {e.Message}", e);
        }
    }

    private static string Word(object? value) => value switch
    {
        byte[] text => Encoding.UTF8.GetString(text),
        System.Collections.IList list => string.Join("; ", list.Cast<object?>().Select(Word)),
        System.Collections.IDictionary table => string.Join(", ", table.Keys.Cast<object>().Select(key => $"{key}={Word(table[key])}")),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
