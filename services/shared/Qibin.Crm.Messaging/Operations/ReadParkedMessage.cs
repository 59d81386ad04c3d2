using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.Parked;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Messaging.Operations;

/// <summary>One parked message with all that is known of it.</summary>
public static class ReadParkedMessage
{
    /// <summary>A parked message.</summary>
    public sealed record ParkedMessageDetail : IVersioned
    {
        public required Guid Id { get; init; }

        /// <summary>The queue it came from.</summary>
        public required string Queue { get; init; }

        /// <summary>The consumer that failed; null when the message could not be read, or was returned too often.</summary>
        public string? Consumer { get; init; }

        public Guid? MessageId { get; init; }

        /// <summary>The event's name, as the message says it.</summary>
        public string? Type { get; init; }

        /// <summary>The body as text.</summary>
        public required string Body { get; init; }

        /// <summary>The message's headers as text.</summary>
        public required IReadOnlyDictionary<string, string> Headers { get; init; }

        /// <summary>What went wrong at the last try.</summary>
        public required string Exception { get; init; }

        /// <summary>Tries before it was parked.</summary>
        public required int Attempts { get; init; }

        public required ParkedState State { get; init; }
        public required DateTimeOffset ParkedAt { get; init; }

        [Named]
        public Guid? ResolvedBy { get; init; }

        public DateTimeOffset? ResolvedAt { get; init; }
        public required long Version { get; init; }
    }

    internal static async Task<Results<Ok<ParkedMessageDetail>, NotFound>> Handle(Guid messageId, ScopedDb scoped, CancellationToken ct)
    {
        var m = await scoped.Context.Set<ParkedMessage>().AsNoTracking().SingleOrDefaultAsync(x => x.Id == messageId, ct);
        return m is null ? TypedResults.NotFound() : TypedResults.Ok(new ParkedMessageDetail
        {
            Id = m.Id,
            Queue = m.Queue,
            Consumer = m.Consumer,
            MessageId = m.MessageId,
            Type = m.Type,
            Body = Encoding.UTF8.GetString(m.Body),
            Headers = JsonSerializer.Deserialize<Dictionary<string, string>>(m.Headers)!,
            Exception = m.Exception,
            Attempts = m.Attempts,
            State = m.State,
            ParkedAt = m.ParkedAt,
            ResolvedBy = m.ResolvedBy,
            ResolvedAt = m.ResolvedAt,
            Version = m.Version,
        });
    }
}
