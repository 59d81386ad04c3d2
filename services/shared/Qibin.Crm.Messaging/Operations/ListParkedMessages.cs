using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.Parked;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Messaging.Operations;

/// <summary>The messages that consumers of this service could not process.</summary>
public static class ListParkedMessages
{
    internal static readonly Listing<ParkedMessage> Listing = new Listing<ParkedMessage>(m => m.Id, "-parkedAt").Sort("parkedAt",
        m => m.ParkedAt);

    /// <summary>A parked message in a list.</summary>
    public record ParkedMessageItem
    {
        public required Guid Id { get; init; }

        /// <summary>The queue it came from.</summary>
        public required string Queue { get; init; }

        /// <summary>The consumer that failed; null when the message could not be read, or was returned too often.</summary>
        public string? Consumer { get; init; }

        public Guid? MessageId { get; init; }

        /// <summary>The event's name, as the message says it.</summary>
        public string? Type { get; init; }

        /// <summary>First line of what went wrong.</summary>
        public required string Reason { get; init; }

        public required ParkedState State { get; init; }
        public required DateTimeOffset ParkedAt { get; init; }

        [Named]
        public Guid? ResolvedBy { get; init; }

        public DateTimeOffset? ResolvedAt { get; init; }
        public required long Version { get; init; }
    }

    /// <summary>Filters of the list.</summary>
    public sealed record Query
    {
        /// <summary>One or more states.</summary>
        public Words<ParkedState>? State { get; init; }

        /// <summary>The event's name.</summary>
        public string? Type { get; init; }

        /// <inheritdoc cref="PageQuery.Limit"/>
        public int? Limit { get; init; }

        /// <inheritdoc cref="PageQuery.Cursor"/>
        public string? Cursor { get; init; }

        /// <inheritdoc cref="PageQuery.Sort"/>
        public string? Sort { get; init; }

        /// <inheritdoc cref="PageQuery.Total"/>
        public bool? Total { get; init; }
    }

    internal static async Task<Ok<Page<ParkedMessageItem>>> Handle(
        [AsParameters] Query query, ScopedDb scoped, HttpRequest request, CancellationToken ct)
    {
        var rows = scoped.Context.Set<ParkedMessage>().AsNoTracking();
        if (query.State is { } states)
        {
            rows = rows.Where(m => states.Values.Contains(m.State));
        }

        if (query.Type is { } type)
        {
            rows = rows.Where(m => m.Type == type);
        }

        var page = new PageQuery { Limit = query.Limit, Cursor = query.Cursor, Sort = query.Sort, Total = query.Total };
        return TypedResults.Ok(await Listing.PageAsync(rows, page, request, Item, ct));
    }

    private static ParkedMessageItem Item(ParkedMessage m) => new()
    {
        Id = m.Id,
        Queue = m.Queue,
        Consumer = m.Consumer,
        MessageId = m.MessageId,
        Type = m.Type,
        Reason = m.Exception.Split('\n')[0].TrimEnd('\r'),
        State = m.State,
        ParkedAt = m.ParkedAt,
        ResolvedBy = m.ResolvedBy,
        ResolvedAt = m.ResolvedAt,
        Version = m.Version,
    };
}
