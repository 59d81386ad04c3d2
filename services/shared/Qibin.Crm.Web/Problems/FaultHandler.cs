using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Telemetry;
using Qibin.Crm.Work.Resilience;

namespace Qibin.Crm.Web.Problems;

/// <summary>Turns exceptions into problem answers, in one place.</summary>
public sealed partial class FaultHandler(
    ProblemWriter problems, ProblemCatalog catalog, ILogger<FaultHandler> log, DatabaseOutage? outage = null) : IExceptionHandler
{
    /// <summary>The serializer's words for a member that the type does not have; it says so only in its message.</summary>
    internal const string UnknownMember = "could not be mapped to any .NET member";

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        if (httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var (refusal, missing) = Explain(exception);
        // A refusal is the service's own word, not a fault of it; under overload there are thousands.
        if (refusal.Status >= 500 && exception is not Refusal)
        {
            Note(httpContext, refusal, exception);
        }

        await problems.WriteAsync(httpContext, refusal, missing);
        return true;
    }

    /// <summary>A fault is logged with its stack; a database that is away or overloaded is nothing to look for in the code.</summary>
    private void Note(HttpContext http, Refusal refusal, Exception exception)
    {
        if (refusal.Status != StatusCodes.Status503ServiceUnavailable)
        {
            log.LogError(exception, "{Method} {Route} ended in {Status}", http.Request.Method, RequestLog.RouteOf(http), refusal.Status);
        }
        else if (outage?.Report(exception) != true)
        {
            log.LogWarning("{Method} {Route} ended in 503: {Reason}", http.Request.Method, RequestLog.RouteOf(http),
                exception.GetBaseException().Message);
        }
    }

    /// <summary>What an exception means to the caller, without the list of what is missing.</summary>
    public Refusal RefusalOf(Exception exception) => Explain(exception).Refusal;

    /// <summary>What an exception means to the caller.</summary>
    public (Refusal Refusal, IReadOnlyList<string> Missing) Explain(Exception exception) => exception switch
    {
        Refusal refusal => (refusal, []),
        RuleViolation rule => (new Refusal(StatusCodes.Status409Conflict, rule.Code, [.. rule.Arguments]), rule.Missing),
        BadHttpRequestException bad => (Malformed(bad), []),
        DbUpdateConcurrencyException => (new Refusal(StatusCodes.Status412PreconditionFailed, "ifMatch.stale"), []),
        DbUpdateException { InnerException: PostgresException inner } => (FromDatabase(inner), []),
        PostgresException postgres => (FromDatabase(postgres), []),
        // Broken or refused connections, an exhausted pool, a command that timed out.
        _ when IsLostConnection(exception) => (Refusal.Busy("service.unavailable", 2), []),
        _ => (new Refusal(StatusCodes.Status500InternalServerError, "service.fault"), []),
    };

    /// <summary>
    /// Whether the database went away under the request, however deep the driver or EF Core has wrapped it: a connection that broke,
    /// was closed under a reader, or could not be had.
    /// </summary>
    private static bool IsLostConnection(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException or EndOfStreamException
                or InvalidOperationException { Source: "Npgsql" })
            {
                return true;
            }
        }

        return false;
    }

    private Refusal FromDatabase(PostgresException error) => error.SqlState switch
    {
        PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ExclusionViolation or PostgresErrorCodes.CheckViolation
            or PostgresErrorCodes.ForeignKeyViolation when catalog.ForConstraint(error.ConstraintName) is string code =>
            new Refusal(StatusCodes.Status409Conflict, code),
        // What a row refers to may have been removed since it was read.
        PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation
            or PostgresErrorCodes.ExclusionViolation => new Refusal(StatusCodes.Status409Conflict, "state.conflict"),
        PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure
            or PostgresErrorCodes.QueryCanceled => Refusal.Busy(),
        _ when error.IsTransient || error.SqlState.StartsWith("57", StringComparison.Ordinal)
            || error.SqlState.StartsWith("08", StringComparison.Ordinal)
            || error.SqlState.StartsWith("53", StringComparison.Ordinal) => Refusal.Busy("service.unavailable", 2),
        _ => new Refusal(StatusCodes.Status500InternalServerError, "service.fault"),
    };

    private static Refusal Malformed(BadHttpRequestException bad)
    {
        if (bad.StatusCode != StatusCodes.Status400BadRequest)
        {
            return new Refusal(bad.StatusCode, CommonProblems.CodeOf(bad.StatusCode));
        }

        if (bad.InnerException is JsonException json)
        {
            return Refusal.Invalid(PointerOf(json.Path), CodeOf(json), ArgumentsOf(json));
        }

        // The framework names the parameter that did not bind only in its message.
        var parameter = UnboundParameter().Match(bad.Message);
        if (parameter.Success)
        {
            // A member of a query record carries its C# name.
            var name = JsonNamingPolicy.CamelCase.ConvertName(parameter.Groups["name"].Value);
            return Refusal.Invalid(name, "query.value", name);
        }

        return bad.Message.Contains("no body", StringComparison.OrdinalIgnoreCase)
            || bad.Message.Contains("parameter", StringComparison.OrdinalIgnoreCase)
            ? Refusal.Invalid("", "request.bodyMissing")
            : new Refusal(StatusCodes.Status400BadRequest, "request.malformed");
    }

    private static string CodeOf(JsonException json) =>
        json.Message.Contains(UnknownMember, StringComparison.Ordinal) ? "json.unknownProperty"
        : CodedMessage().IsMatch(json.Message) ? json.Message.Split('|', ' ')[0]
        : json.InnerException is JsonException or null && json.Path is null or "$" ? "json.malformed"
        : "json.wrongType";

    private static object[] ArgumentsOf(JsonException json) =>
        CodedMessage().IsMatch(json.Message) ? [.. json.Message.Split(" Path:")[0].Split('|').Skip(1)] : [];

    /// <summary><c>$.people[0].phone</c> becomes <c>/people/0/phone</c>.</summary>
    private static string PointerOf(string? path)
    {
        var pointer = new StringBuilder();
        foreach (var segment in (path ?? "$").Split(['.', '[', ']', '\''], StringSplitOptions.RemoveEmptyEntries))
        {
            if (segment != "$")
            {
                pointer.Append('/').Append(segment.ToString(CultureInfo.InvariantCulture));
            }
        }

        return pointer.ToString();
    }

    [GeneratedRegex("^Failed to bind parameter \"\\S+ (?<name>\\w+)\"", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex UnboundParameter();

    [GeneratedRegex("^[a-z]+\\.[a-zA-Z]+(\\||$| Path:)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex CodedMessage();
}
