using System.Text.Json;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;

namespace Qibin.Crm.Work.Jobs;

/// <summary>State of a job.</summary>
public enum JobState { Queued, Running, Succeeded, Failed, Cancelled }

/// <summary>
/// Long work that a request asked for. It runs from the database in steps, each a transaction that commits its effect together with
/// the job's position, so that whoever goes on after a killed process begins where the last step ended.
/// </summary>
public sealed class Job
{
    private Job()
    {
    }

    public Guid Id { get; private set; }

    /// <summary>What is to be done, such as <c>leads.import</c>.</summary>
    public string Kind { get; private set; } = "";

    /// <summary>What the kind needs to know, as JSON.</summary>
    public string Parameters { get; private set; } = "{}";

    /// <summary>Who asked; nobody else sees the job.</summary>
    public Guid OwnerId { get; private set; }

    /// <summary>The owner's claims when it asked, as JSON: the job sees and may do what they allow.</summary>
    public string Owner { get; private set; } = "{}";

    public JobState State { get; private set; }

    /// <summary>Rows done.</summary>
    public long Done { get; set; }

    /// <summary>Rows to do; null while nobody has counted.</summary>
    public long? Total { get; set; }

    /// <summary>Where the next step begins, in the kind's own words; null before the first one.</summary>
    public string? Position { get; set; }

    /// <summary>What came of it so far, as JSON.</summary>
    public string? Result { get; set; }

    /// <summary>Problem code of a failed job.</summary>
    public string? Problem { get; private set; }

    /// <summary>Somebody asked for its end; the next step is not taken.</summary>
    public bool Cancelling { get; private set; }

    /// <summary>Who runs it; a step commits only while this is the runner's own.</summary>
    public Guid? Lease { get; private set; }

    /// <summary>By the database's clock. Past it another runner may take the job, unless a step of it is just under way.</summary>
    public DateTimeOffset? LeasedUntil { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset? StartedAt { get; private set; }
    public DateTimeOffset? FinishedAt { get; private set; }

    /// <summary>Until when the result can be fetched; null when it leaves none.</summary>
    public DateTimeOffset? ResultUntil { get; set; }

    public bool IsEnded => State is JobState.Succeeded or JobState.Failed or JobState.Cancelled;

    /// <summary>A job to be added with the change that asks for it.</summary>
    public static Job Of(string kind, object parameters, Caller caller, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(clock);
        return new Job
        {
            Id = Guid.CreateVersion7(clock.GetUtcNow()),
            Kind = kind,
            Parameters = JsonSerializer.Serialize(parameters, StrictJson.Options),
            OwnerId = caller.Id,
            Owner = JsonSerializer.Serialize(caller.Claims, StrictJson.Options),
            CreatedAt = clock.GetUtcNow(),
        };
    }

    /// <summary>The parameters as the kind wrote them.</summary>
    public T Read<T>() => JsonSerializer.Deserialize<T>(Parameters, StrictJson.Options)!;

    /// <summary>Who asked, as it was then.</summary>
    public Caller Caller() => Kernel.Caller.From(JsonSerializer.Deserialize<CallerClaims>(Owner, StrictJson.Options)!);

    /// <summary>Asks a job that has not ended to end; what it has committed stays.</summary>
    public void Cancel(DateTimeOffset now)
    {
        if (State == JobState.Queued)
        {
            End(JobState.Cancelled, now);
        }

        Cancelling |= !IsEnded;
    }

    internal void End(JobState state, DateTimeOffset now, string? problem = null) =>
        (State, FinishedAt, Problem, Lease, LeasedUntil) = (state, now, problem, null, null);
}

/// <summary>A piece of a job's result, in the order of their numbers.</summary>
public sealed class JobPart
{
    public required Guid JobId { get; init; }
    public required int Number { get; init; }
    public required byte[] Content { get; init; }

    /// <summary>
    /// What its rows are about, in their order: a row that the owner may no longer see is left out when the result is fetched.
    /// </summary>
    public Guid[] RowIds { get; init; } = [];

    /// <summary>Where each of the rows ends in <see cref="Content"/>.</summary>
    public int[] RowEnds { get; init; } = [];

    /// <summary>Those of the rows that show what is masked for others.</summary>
    public Guid[] UnmaskedIds { get; init; } = [];
}

/// <summary>A job as its owner sees it.</summary>
public sealed record JobAnswer
{
    public required Guid Id { get; init; }
    public required JobState State { get; init; }

    /// <summary>Rows done.</summary>
    public required long Done { get; init; }

    /// <summary>Rows to do; null while nobody has counted.</summary>
    public long? Total { get; init; }

    /// <summary>Its end was asked for and comes with the step under way.</summary>
    public required bool Cancelling { get; init; }

    /// <summary>Problem code of a failed job.</summary>
    public string? Problem { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    public static JobAnswer From(Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return new()
        {
            Id = job.Id,
            State = job.State,
            Done = job.Done,
            Total = job.Total,
            Cancelling = job.Cancelling && !job.IsEnded,
            Problem = job.Problem,
            CreatedAt = job.CreatedAt,
            StartedAt = job.StartedAt,
            FinishedAt = job.FinishedAt,
        };
    }

    /// <summary>Distinguishes answers of one version while the job runs.</summary>
    internal string Variant =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{State}-{Done}{(Cancelling ? "-c" : "")}");
}
