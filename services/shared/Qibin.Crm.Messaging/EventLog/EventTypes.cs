using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using Qibin.Crm.Contracts;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Messaging.EventLog;

/// <summary>The catalogue of events: record name, exchange and JSON of each.</summary>
internal sealed class EventTypes(IEnumerable<Subscription> subscriptions)
{
    /// <summary>Events only add members, so a consumer that is older than its publisher reads past what it does not know.</summary>
    private static readonly JsonSerializerOptions Lenient = new(StrictJson.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip };

    private readonly FrozenDictionary<string, Type> _types = subscriptions.Select(s => s.Event.Assembly).Append(typeof(IEvent).Assembly).Distinct()
        .SelectMany(assembly => assembly.GetTypes()).Where(type => type is { IsClass: true, IsAbstract: false } && typeof(IEvent).IsAssignableFrom(type))
        .ToFrozenDictionary(type => type.Name, StringComparer.Ordinal);

    public IEnumerable<Type> All => _types.Values;

    public Type? Find(string? name) => name is null ? null : _types.GetValueOrDefault(name);

    /// <summary>The exchange of an event: <c>qibin.leads.LeadOpened</c>.</summary>
    public static string ExchangeOf(Type happened) => $"qibin.{happened.Namespace!.Split('.')[^1].ToLowerInvariant()}.{happened.Name}";

    /// <exception cref="UnreadableMessageException">No such event, or its body is not one.</exception>
    public IEvent Read(string? name, ReadOnlySpan<byte> body)
    {
        var type = Find(name) ?? throw new UnreadableMessageException($"There is no event «{name}».");
        try
        {
            return (IEvent?)JsonSerializer.Deserialize(body, type, Lenient) ?? throw new UnreadableMessageException("The body is null.");
        }
        catch (JsonException e)
        {
            throw new UnreadableMessageException($"The body is no {name}: {e.Message}", e);
        }
    }
}

#pragma warning disable CA1032 // It always says what is wrong.
/// <summary>A message that no retry will make readable.</summary>
internal sealed class UnreadableMessageException(string message, Exception? inner = null) : Exception(message, inner);
#pragma warning restore CA1032
