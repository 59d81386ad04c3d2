using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Validation;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Problems;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

#pragma warning disable ASP0029 // An item is validated by itself: see ShapeCheck.

namespace Qibin.Crm.Web.Idempotency;

/// <summary>What a refused item does to the rest of its batch.</summary>
public enum BatchMode
{
    /// <summary>Nothing of the batch takes effect.</summary>
    Atomic,

    /// <summary>The others take effect.</summary>
    Each,
}

/// <summary>Several requests of one kind in one transaction, answered in order.</summary>
public sealed record BatchRequest<TItem> : IBatch where TItem : class
{
    int IBatch.Count => Items?.Count ?? 0;

    [Needed]
    public BatchMode? Mode { get; init; }

    /// <summary>1 to 500 items. An item that breaks its shape is refused by itself when the mode is <c>each</c>, one with an
    /// unknown word, a wrong type or an unknown property too.</summary>
    [Items(1, Batch.Largest), Needed, SkipValidation, JsonConverter(typeof(BatchItems))]
    public IReadOnlyList<TItem>? Items { get; init; }
}

/// <summary>The outcome of each item, in the order of the request.</summary>
public sealed record BatchAnswer : IReceipt
{
    public required IReadOnlyList<BatchResult> Results { get; init; }
}

/// <summary>The outcome of one item: the status and receipt or problem it would have had alone.</summary>
public sealed record BatchResult
{
    public required int Status { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Location { get; init; }

    /// <summary>The receipt's ids by name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public object? Receipt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Problem? Problem { get; init; }
}

/// <summary>Runs a use case for each item of a batch.</summary>
public static class Batch
{
    /// <summary>Items of the largest batch.</summary>
    public const int Largest = 500;

    private const string Savepoint = "batch_item";

    /// <param name="http">The batch's request.</param>
    /// <param name="batch">The items.</param>
    /// <param name="handle">The use case's own handler, called for one item.</param>
    public static async Task<BatchAnswer> RunAsync<TItem>(HttpContext http, BatchRequest<TItem> batch, Func<TItem, Task<IResult>> handle)
        where TItem : class
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(handle);
        // The framework skips these two checks together with those of the items.
        if (batch.Items is not { Count: >= 1 and <= Largest })
        {
            throw Refusal.Invalid("/items", batch.Items is null ? "value.required" : "batch.size");
        }

        var db = http.RequestServices.GetRequiredService<ScopedDb>().Context;
        var faults = http.RequestServices.GetRequiredService<FaultHandler>();
        var problems = http.RequestServices.GetRequiredService<ProblemWriter>();
        var results = new List<BatchResult>(batch.Items.Count);
        foreach (var item in batch.Items)
        {
            var index = results.Count;
            if (batch.Mode == BatchMode.Each)
            {
                await db.Database.CurrentTransaction!.CreateSavepointAsync(Savepoint, http.RequestAborted);
            }

            var (refusal, missing) = (default(Refusal), (IReadOnlyList<string>)[]);
            try
            {
                if ((batch.Items as ReadItems<TItem>)?.Unread.GetValueOrDefault(index) is { } unread)
                {
                    // As it would have been told for a request of its own, which would be no JSON if it were no object.
                    throw unread.Path is null or "$"
                        ? Refusal.Invalid("", "json.wrongType")
                        : new BadHttpRequestException(unread.Message, unread);
                }

                await ValidateAsync(item, http);
                var result = Answer.Unwrap(await handle(item));
                var status = Answer.Status(result);
                if (status < 400)
                {
                    WriteSubjects.Note(http, db);
                    // What is saved is forgotten, or each save would look through all that came before it.
                    db.ChangeTracker.Clear();
                    results.Add(new BatchResult
                    {
                        Status = status,
                        Location = result?.GetType().GetProperty("Location")?.GetValue(result) as string,
                        Receipt = Answer.Value(result) as IReceipt,
                    });
                    continue;
                }

                refusal = new Refusal(status, CommonProblems.CodeOf(status));
            }
            catch (Exception e) when (faults.Explain(e) is { Refusal.Status: < 500 } explained)
            {
                (refusal, missing) = explained;
            }

            if (batch.Mode == BatchMode.Atomic)
            {
                Fault[] faultsOfBatch = [new Fault($"/items/{index}", refusal.Code, [.. refusal.Arguments]),
                    .. refusal.Faults.Select(f => f with { Pointer = $"/items/{index}{f.Pointer}" })];
                throw refusal.Status == StatusCodes.Status400BadRequest
                    ? new Refusal(StatusCodes.Status400BadRequest, "batch.refused") { Faults = faultsOfBatch }
                    : new Refusal(StatusCodes.Status409Conflict, "batch.refused") { Faults = faultsOfBatch };
            }

            await db.Database.CurrentTransaction!.RollbackToSavepointAsync(Savepoint, http.RequestAborted);
            db.ChangeTracker.Clear();
            results.Add(new BatchResult { Status = refusal.Status, Problem = problems.Describe(http, refusal, missing) });
        }

        return new BatchAnswer { Results = results };
    }

    private static async Task ValidateAsync<TItem>(TItem item, HttpContext http) where TItem : class
    {
        if (item is null)
        {
            throw Refusal.Invalid("", "value.required");
        }

        if (await ShapeCheck.FaultsAsync(item, http.RequestServices, http.RequestAborted) is { Count: > 0 } faults)
        {
            throw Refusal.Invalid(faults);
        }
    }
}

/// <summary>Items as they were read; one that could not be is null, and its fault beside it.</summary>
internal sealed class ReadItems<TItem> : List<TItem> where TItem : class
{
    public Dictionary<int, JsonException> Unread { get; } = [];
}

/// <summary>Reads item by item, so that one with an unknown word or a wrong type is refused by itself.</summary>
internal sealed class BatchItems : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => true;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Reader<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

    private sealed class Reader<TItem> : JsonConverter<IReadOnlyList<TItem>> where TItem : class
    {
        public override IReadOnlyList<TItem>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                throw new JsonException("json.wrongType");
            }

            var items = new ReadItems<TItem>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var item = reader;
                try
                {
                    items.Add(JsonSerializer.Deserialize<TItem>(ref item, options)!);
                    reader = item;
                }
                catch (JsonException unread)
                {
                    items.Unread.Add(items.Count, unread);
                    items.Add(null!);
                    // The serializer has read the whole value ahead.
                    reader.TrySkip();
                }
            }

            return items;
        }

        public override void Write(Utf8JsonWriter writer, IReadOnlyList<TItem> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.AsEnumerable(), options);
    }
}
