using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Audit;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Telemetry;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Web.Idempotency;

/// <summary>
/// Every write runs in one transaction. POST and PATCH take an Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07),
/// claimed first and completed in that same transaction: a repeat gets the first answer to the byte, another request under the
/// key 422, a repeat of one that is still running 409, a repeat about what has become confidential to the caller 404. Only answers of
/// success are kept, so a refused request may be sent again.
/// </summary>
internal sealed class WriteFilter : IEndpointFilter
{
    private const string Claim =
        """
        insert into api.idempotency (principal, key, method, route, request_hash) values (@principal, @key, @method, @route, @hash)
        on conflict do nothing
        """;

    private const string Complete =
        """
        update api.idempotency set status = @status, location = @location, version = @version, answer = @answer, subjects = @subjects
        where principal = @principal and key = @key
        """;

    public static bool NeedsKey(string method) => HttpMethods.IsPost(method) || HttpMethods.IsPatch(method);

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var clock = http.RequestServices.GetRequiredService<TimeProvider>();
        if (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method))
        {
            var read = await next(context);
            if (http.GetEndpoint()?.Metadata.GetMetadata<AuditedRead>() is not null && Answer.Status(Answer.Unwrap(read)) < 400)
            {
                var reader = http.RequestServices.GetRequiredService<ScopedDb>().Context;
                AuditInterceptor.AddFor(http, reader, clock);
                await reader.SaveChangesAsync(http.RequestAborted);
            }

            return read;
        }

        if (http.RequestServices.GetService<IWriteGate>() is { IsOpen: false })
        {
            throw Refusal.Busy(retryAfter: 5);
        }

        var ct = http.RequestAborted;
        using var places = context.Arguments.OfType<IBatch>().FirstOrDefault() is { } batch
            ? await http.RequestServices.GetRequiredService<BatchPlaces>().TakeAsync(batch.Count, ct) : null;
        var db = http.RequestServices.GetRequiredService<ScopedDb>().Context;
        var last = http.RequestServices.GetRequiredService<LastStatement>();
        if (!NeedsKey(http.Request.Method))
        {
            await using var plain = await db.BeginAsync(ct);
            var answer = Answer.Unwrap(await next(context));
            if (Answer.Status(answer) < 400)
            {
                await AuditAsync(http, db, clock, ct);
                await plain.CommitAsync(CancellationToken.None);
            }

            return answer;
        }

        var key = Key(http.Request);
        var principal = Caller.From(http.User).Id;
        await using var transaction = await db.BeginAsync(ct);
        if (!await ClaimAsync(transaction, principal, key, http, ct))
        {
            return await RepeatAsync(db, principal, key, http, ct);
        }

        var result = Answer.Unwrap(await next(context));
        var status = Answer.Status(result);
        if (status >= 400)
        {
            return result;
        }

        await AuditAsync(http, db, clock, ct);
        var json = http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var kept = Keep(result, status, json);
        last.Set(db, new NpgsqlBatchCommand(Complete)
        {
            Parameters =
            {
                new() { ParameterName = "status", Value = kept.Status },
                new() { ParameterName = "location", NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)kept.Location ?? DBNull.Value },
                new() { ParameterName = "version", NpgsqlDbType = NpgsqlDbType.Bigint, Value = (object?)kept.Version ?? DBNull.Value },
                new() { ParameterName = "answer", NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)kept.Body ?? DBNull.Value },
                new() { ParameterName = "subjects", Value = WriteSubjects.Note(http, db) },
                new() { ParameterName = "principal", Value = principal },
                new() { ParameterName = "key", Value = key },
            },
        });
        // From here on the client going away must not decide whether the write took place.
        await transaction.CommitAsync(CancellationToken.None);
        return Answer.Value(result) is IToldOnce ? Keep(result, status, json, told: true) : kept;
    }

    /// <summary>An operation of which no save made an entry, such as one that wrote by SQL alone, gets its entry here.</summary>
    private static async Task AuditAsync(HttpContext http, DbContext db, TimeProvider clock, CancellationToken ct)
    {
        if (!AuditInterceptor.IsAudited(http))
        {
            AuditInterceptor.AddFor(http, db, clock);
            await db.SaveChangesAsync(ct);
        }
    }

    private static string Key(HttpRequest request)
    {
        var header = request.Headers["Idempotency-Key"];
        if (header.Count == 0)
        {
            throw new Refusal(StatusCodes.Status400BadRequest, "idempotency.keyMissing");
        }

        // The draft has the key as a structured-field string, in quotes; bare keys are widespread and unambiguous.
        var key = header.ToString();
        key = key is ['"', .. var inner, '"'] ? inner : key;
        return key.Length is >= 1 and <= 128 && key.All(c => c is > ' ' and < '\x7f' and not '"')
            ? key
            : throw new Refusal(StatusCodes.Status400BadRequest, "idempotency.keyMalformed");
    }

    private static async Task<bool> ClaimAsync(
        IDbContextTransaction transaction, Guid principal, string key, HttpContext http, CancellationToken ct)
    {
        await using var claim = Command(transaction, Claim);
        claim.Parameters.AddWithValue("principal", principal);
        claim.Parameters.AddWithValue("key", key);
        claim.Parameters.AddWithValue("method", http.Request.Method);
        claim.Parameters.AddWithValue("route", http.Request.Path.Value ?? "");
        claim.Parameters.AddWithValue("hash", RequestBody.HashOf(http));
        try
        {
            return await claim.ExecuteNonQueryAsync(ct) == 1;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            // The connection's lock_timeout (2 s) ran out waiting for the first request of this key.
            throw new Refusal(StatusCodes.Status409Conflict, "idempotency.running") { RetryAfter = 1 };
        }
    }

    private static async Task<IResult> RepeatAsync(DbContext db, Guid principal, string key, HttpContext http, CancellationToken ct)
    {
        var row = await db.Set<IdempotencyRow>().AsNoTracking().SingleOrDefaultAsync(x => x.Principal == principal && x.Key == key, ct)
            ?? throw new Refusal(StatusCodes.Status409Conflict, "idempotency.running") { RetryAfter = 1 };
        if (!row.RequestHash.AsSpan().SequenceEqual(RequestBody.HashOf(http)))
        {
            throw new Refusal(StatusCodes.Status422UnprocessableEntity, "idempotency.reused");
        }

        if (await WriteSubjects.AreHiddenAsync(db, http, row.Subjects, ct))
        {
            return TypedResults.NotFound();
        }

        RequestLog.Replayed(http);
        http.Response.Headers["Idempotency-Replayed"] = "true";
        return new KeptAnswer(row.Status!.Value, row.Location, row.Version, row.Answer);
    }

    private static KeptAnswer Keep(object? result, int status, JsonSerializerOptions json, bool told = false)
    {
        var value = Answer.Value(result);
        value = value is IToldOnce once && !told ? once.Kept : value;
        if (value is not (null or IReceipt))
        {
            throw new InvalidOperationException($"{value.GetType()} answers a keyed write but is no receipt.");
        }

        var location = result?.GetType().GetProperty("Location")?.GetValue(result) as string;
        return new KeptAnswer(status, location, (value as IVersioned)?.Version,
            value is null ? null : JsonSerializer.Serialize(value, value.GetType(), json));
    }

    private static NpgsqlCommand Command(IDbContextTransaction transaction, string sql)
    {
        var underlying = (NpgsqlTransaction)transaction.GetDbTransaction();
        return new NpgsqlCommand(sql, underlying.Connection, underlying);
    }

    /// <summary>An answer as it was, and will be, sent for its key.</summary>
    private sealed record KeptAnswer(int Status, string? Location, long? Version, string? Body) : IResult, IStatusCodeHttpResult
    {
        int? IStatusCodeHttpResult.StatusCode => Status;

        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = Status;
            if (Location is not null)
            {
                response.Headers.Location = Location;
            }

            if (Version is long version)
            {
                response.Headers.ETag = EntityTag.Of(version, null);
            }

            if (Body is not null)
            {
                response.ContentType = "application/json; charset=utf-8";
                await response.WriteAsync(Body, httpContext.RequestAborted);
            }
        }
    }
}
