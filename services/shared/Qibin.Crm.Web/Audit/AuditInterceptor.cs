using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Metadata;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Web.Idempotency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Web.Audit;

/// <summary>
/// Adds the audit entry of an operation to the changes that it saves, so that one cannot be committed without the other and no handler can
/// forget it. Of what happens without a request (consumers, jobs, timers) only a change of confidentiality is audited: the request that
/// led to it has an entry already.
/// </summary>
internal sealed class AuditInterceptor(IHttpContextAccessor requests, TimeProvider clock) : SaveChangesInterceptor
{
    /// <summary>Rows of one entry whose values are kept; of the others it names only the subjects.</summary>
    private const int MostRows = 200;

    private static readonly object Audited = new();
    private readonly ConcurrentDictionary<IProperty, Column?> _columns = [];

    private sealed record Column(string Name, bool Values);

    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        Add(eventData.Context!);
        return result;
    }

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Add(eventData.Context!);
        return ValueTask.FromResult(result);
    }

    /// <summary>Whether the request has an audit entry, saved or about to be.</summary>
    public static bool IsAudited(HttpContext http) => http.Items.ContainsKey(Audited);

    /// <summary>Adds an entry of the request itself: what it wrote was not seen here, or it only read.</summary>
    public static void AddFor(HttpContext http, DbContext db, TimeProvider clock)
    {
        db.Add(EntryOf(http, clock, [], [], confidential: false));
        http.Items[Audited] = true;
    }

    /// <summary>An entry of a request that was refused.</summary>
    public static AuditEntry RefusalOf(HttpContext http, TimeProvider clock)
    {
        var entry = AuditEntry.Of(
            Caller.From(http.User).Id, clock.GetUtcNow(), OperationOf(http) ?? "-", refused: true, subjects: [.. RouteSubjects(http)]);
        Complete(entry, http);
        return entry;
    }

    /// <summary>The operationId of a request's route; null when it is no operation of the API.</summary>
    public static string? OperationOf(HttpContext http) =>
        http.GetEndpoint()?.Metadata is { } metadata && metadata.GetMetadata<Access>() is not null
            ? metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName
            : null;

    private void Add(DbContext db)
    {
        db.ChangeTracker.DetectChanges();
        var http = requests.HttpContext;
        foreach (var given in db.ChangeTracker.Entries<AuditEntry>().Where(e => e.State == EntityState.Added))
        {
            Complete(given.Entity, http);
        }

        var isWrite = http is not null && !HttpMethods.IsGet(http.Request.Method) && OperationOf(http) is not null;
        var rows = db.ChangeTracker.Entries().Where(e =>
            e.State is EntityState.Added or EntityState.Modified or EntityState.Deleted && IsOfTheTrade(e.Metadata)).ToList();
        if (rows.Count == 0 || (!isWrite && !rows.Exists(ChangesConfidentiality)))
        {
            return;
        }

        // Aggregates first: they are what an entry is looked for by.
        var subjects = rows.OrderBy(e => e.Entity is Aggregate ? 0 : 1).Select(SubjectOf).OfType<AuditSubject>()
            // The entry is withheld with what its rows belong to.
            .Concat(rows.SelectMany(WriteSubjects.BelongsTo).Select(row => new AuditSubject { Type = NameOf(row.Type), Id = row.Id }));
        var changes = rows.Take(MostRows).Select(ChangeOf).Where(c => c.Kind != AuditedKind.Changed || c.Fields.Count > 0);
        var confidential = db.ChangeTracker.Entries<IConfidential>().Any(e => e.Entity.Confidential);
        if (isWrite)
        {
            db.Add(EntryOf(http!, clock, subjects, changes, confidential));
            http!.Items[Audited] = true;
        }
        else
        {
            var entry = AuditEntry.Of((db as IServiceDb)?.ActorId ?? Guid.Empty, clock.GetUtcNow(), "confidentialityFollowed");
            db.Add(Fill(entry, subjects, changes, confidential));
        }
    }

    private static AuditEntry EntryOf(
        HttpContext http, TimeProvider clock, IEnumerable<AuditSubject> subjects, IEnumerable<AuditChange> changes, bool confidential)
    {
        var entry = AuditEntry.Of(Caller.From(http.User).Id, clock.GetUtcNow(), OperationOf(http) ?? "-", ReasonOf(http));
        Complete(entry, http);
        return Fill(entry, subjects.Concat(RouteSubjects(http)), changes, confidential);
    }

    private static AuditEntry Fill(
        AuditEntry entry, IEnumerable<AuditSubject> subjects, IEnumerable<AuditChange> changes, bool confidential)
    {
        entry.Subjects = JsonSerializer.Serialize(subjects.DistinctBy(s => s.Id).ToList(), StrictJson.Options);
        entry.Changes = JsonSerializer.Serialize(changes.ToList(), StrictJson.Options);
        entry.Confidential = confidential;
        return entry;
    }

    private static void Complete(AuditEntry entry, HttpContext? http)
    {
        if (http is not null)
        {
            entry.ClientId ??= http.User.FindFirst("client_id")?.Value;
            entry.Address ??= ClientOrigin.AddressOf(http)?.ToString();
        }
    }

    /// <summary>The ids in the route: <c>{leadId}</c> is the subject <c>lead</c>.</summary>
    private static IEnumerable<AuditSubject> RouteSubjects(HttpContext http) =>
        from value in http.Request.RouteValues
        where value.Key.EndsWith("Id", StringComparison.Ordinal) && Guid.TryParse(value.Value as string, out _)
        select new AuditSubject { Type = value.Key[..^2], Id = Guid.Parse((string)value.Value!) };

    /// <summary>The first reason in the request's JSON, on its first or second level.</summary>
    private static string? ReasonOf(HttpContext http)
    {
        if (http.Request.Body is not MemoryStream { Length: > 0 } body || http.Request.HasJsonContentType() is false)
        {
            return null;
        }

        var reader = new Utf8JsonReader(body.GetBuffer().AsSpan(0, (int)body.Length));
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth <= 2
                    && (reader.ValueTextEquals("reason"u8) || reader.ValueTextEquals("progress"u8))
                    && reader.Read() && reader.TokenType == JsonTokenType.String)
                {
                    return reader.GetString();
                }
            }
        }
        catch (JsonException)
        {
            // A body that is no JSON is the operation's to refuse.
        }

        return null;
    }

    /// <summary>Tables of the service's own schema, and jobs; the others belong to messaging and the ground rules of the API.</summary>
    private static bool IsOfTheTrade(IEntityType type) => type.GetSchema() is null || type.ClrType == typeof(Job);

    /// <summary>Of copies of another service's rows, that service has the entry.</summary>
    private static bool ChangesConfidentiality(EntityEntry row) =>
        row is { Entity: Aggregate and IConfidential, State: EntityState.Modified }
        && row.Property(nameof(IConfidential.Confidential)) is { } confidential
        && !Equals(confidential.OriginalValue, confidential.CurrentValue);

    private static string NameOf(IEntityType type) => JsonNamingPolicy.CamelCase.ConvertName(type.ClrType.Name);

    private static AuditSubject? SubjectOf(EntityEntry row) =>
        IdOf(row) is { } id ? new AuditSubject { Type = NameOf(row.Metadata), Id = id } : null;

    /// <summary>The row's id; of a row that belongs to another, the other's.</summary>
    private static Guid? IdOf(EntityEntry row)
    {
        var key = row.Metadata.FindOwnership()?.Properties ?? row.Metadata.FindPrimaryKey()?.Properties;
        return key is [{ ClrType: { } type } only, ..] && type == typeof(Guid) ? (Guid?)row.Property(only.Name).CurrentValue : null;
    }

    private AuditChange ChangeOf(EntityEntry row) => new()
    {
        Type = NameOf(row.Metadata),
        Id = IdOf(row),
        Kind = row.State switch
        {
            EntityState.Added => AuditedKind.Added,
            EntityState.Deleted => AuditedKind.Removed,
            _ => AuditedKind.Changed,
        },
        Fields = [.. Fields(row.State, "", row.Properties, row.ComplexProperties)],
    };

    private IEnumerable<AuditedField> Fields(
        EntityState state, string prefix, IEnumerable<PropertyEntry> properties,
        IEnumerable<ComplexPropertyEntry> complex)
    {
        foreach (var property in properties)
        {
            var column = _columns.GetOrAdd(property.Metadata, ColumnOf);
            var (before, after) = (state == EntityState.Added ? null : property.OriginalValue,
                state == EntityState.Deleted ? null : property.CurrentValue);
            var unchanged = state == EntityState.Modified ? !property.IsModified
                : Equals(before ?? after, property.Metadata.Sentinel) || (before ?? after) is null;
            if (column is null || unchanged)
            {
                continue;
            }

            yield return column.Values
                ? new AuditedField { Name = prefix + column.Name, Before = TextOf(before), After = TextOf(after) }
                : new AuditedField { Name = prefix + column.Name, Withheld = true };
        }

        foreach (var part in complex.Where(c => !c.Metadata.IsCollection))
        {
            var name = prefix + JsonNamingPolicy.CamelCase.ConvertName(part.Metadata.Name) + ".";
            foreach (var field in Fields(state, name, part.Properties, part.ComplexProperties))
            {
                yield return field;
            }
        }
    }

    /// <summary>How a property is audited; null when it is not: keys, versions, what only the database knows.</summary>
    private static Column? ColumnOf(IProperty property)
    {
        var marked = property.PropertyInfo?.GetCustomAttribute<AuditedAttribute>();
        if (property.PropertyInfo is null || property.IsPrimaryKey() || property.IsConcurrencyToken
            || (marked is null && property.ClrType == typeof(byte[])))
        {
            return null;
        }

        return new Column(JsonNamingPolicy.CamelCase.ConvertName(property.Name), marked?.Values ?? IsPlain(property.ClrType));
    }

    /// <summary>A number, word of a list, date or id, or several of them. Texts, and documents that hold some, can name people.</summary>
    private static bool IsPlain(Type type)
    {
        type = type.IsArray ? type.GetElementType()! : type.GetGenericArguments() is [var one] ? one : type;
        return type.IsPrimitive || type.IsEnum || type == typeof(decimal) || type == typeof(DateOnly) || type == typeof(DateTimeOffset)
            || type == typeof(Guid);
    }

    private static string? TextOf(object? value) => value switch
    {
        null => null,
        string text => text,
        DateTimeOffset instant => instant.ToString("O", CultureInfo.InvariantCulture),
        DateOnly date => date.ToString("O", CultureInfo.InvariantCulture),
        Enum or bool => JsonNamingPolicy.CamelCase.ConvertName(value.ToString()!),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        IEnumerable many => string.Join(", ", many.Cast<object?>().Select(TextOf)),
        _ => value.ToString(),
    };
}
