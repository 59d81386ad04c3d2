using System.Collections.Frozen;
using System.Text.Json;
using Qibin.Crm.Contracts;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Messaging.EventLog;

/// <summary>The catalogue of events: record name, exchange and JSON of each.</summary>
internal sealed class EventTypes(IEnumerable<Subscription> subscriptions)
{
    private readonly FrozenDictionary<string, Type> _types = subscriptions.Select(s => s.Event.Assembly).Append(typeof(IEvent).Assembly)
        .Distinct()
        .SelectMany(assembly => assembly.GetTypes())
            .Where(
            type => type is { IsClass: true, IsAbstract: false } && typeof(IEvent).IsAssignableFrom(type) && type != typeof(UnreadEvent))
        .ToFrozenDictionary(type => type.Name, StringComparer.Ordinal);

    public IEnumerable<Type> All => _types.Values;

    public Type? Find(string? name) => name is null ? null : _types.GetValueOrDefault(name);

    /// <summary>The exchange of an event: <c>qibin.leads.LeadOpened</c>.</summary>
    public static string ExchangeOf(Type happened) => $"qibin.{AreaOf(happened)}.{happened.Name}";

    /// <summary>The service that publishes an event: the directory is the identity service's.</summary>
    public static string PublisherOf(Type happened) => AreaOf(happened) is "directory" ? "identity" : AreaOf(happened);

    private static string AreaOf(Type happened) => happened.Namespace!.Split('.')[^1].ToLowerInvariant();

    /// <summary>
    /// Reads an event. What this version cannot read is an <see cref="UnreadEvent"/> for those who store events as they came: one of a type
    /// that it does not know, or of a type that the same consumer follows.
    /// </summary>
    /// <exception cref="UnreadableMessageException">No such event, or its body is not one.</exception>
    public IEvent Read(string? name, ReadOnlySpan<byte> body)
    {
        var type = Find(name);
        try
        {
            if (type is not null)
            {
                return (IEvent?)JsonSerializer.Deserialize(body, type, StrictJson.Lenient)
                    ?? throw new UnreadableMessageException("The body is null.");
            }
        }
        catch (JsonException e)
        {
            return Unread(name, type, body) ?? throw new UnreadableMessageException($"The body is no {name}: {e.Message}", e);
        }

        return Unread(name, type, body) ?? throw new UnreadableMessageException($"There is no event «{name}».");
    }

    private UnreadEvent? Unread(string? name, Type? type, ReadOnlySpan<byte> body)
    {
        var storing = subscriptions.Where(s => s.Event == typeof(UnreadEvent)).Select(s => s.Consumer).ToHashSet();
        var kept = !string.IsNullOrEmpty(name) && storing.Count > 0
            && (type is null || subscriptions.Any(s => s.Event == type && storing.Contains(s.Consumer)));
        return kept && IsObject(body) ? new UnreadEvent(name!) : null;
    }

    private static bool IsObject(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            return JsonDocument.TryParseValue(ref reader, out var document) && document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

#pragma warning disable CA1032 // It always says what is wrong.
/// <summary>A message that no retry will make readable.</summary>
internal sealed class UnreadableMessageException(string message, Exception? inner = null) : Exception(message, inner);
#pragma warning restore CA1032
