using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Polly.Registry;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Hosting;

namespace Qibin.Crm.Work.Resilience;

/// <summary>
/// Knows whether the database answers: asks it once a second, by a connection of its own. A database that refuses, or that says nothing
/// twice for 1.8 seconds, is away until it answers again. An outage is two lines of the log, no matter which part notices it first and
/// however many requests, messages and jobs fail: one when the database goes, one when it is back.
/// </summary>
public sealed class DatabaseOutage(
    IOptions<DatabaseSettings> settings, ResiliencePipelineProvider<string> pipelines, TimeProvider clock, ILogger<DatabaseOutage> log) :
        BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Longest wait for an answer. Twice that and the pause are below the 5 seconds that a caller waits at most; once alone would take a
    /// machine without processor time for a database that is away.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.8);

    /// <summary>A wait that ended later than this was held up in this process, and says nothing about the database.</summary>
    private static readonly TimeSpan HeldUp = Patience + TimeSpan.FromSeconds(0.5);

    /// <summary>
    /// Threads at once while the database is away. The driver gives up a statement by a request that it sends, and waits for, on the
    /// thread that it is on (npgsql, NpgsqlConnector.DoCancelRequest): as many as there are connections may be held up for seconds.
    /// </summary>
    private const int Threads = 64;

    private TaskCompletionSource _away = NewSignal();
    private NpgsqlConnection? _session;
    private int _noted;
    private long _since;
    private long _failures;

    /// <summary>Whether the database is away.</summary>
    public bool IsAway => Away.IsCompleted;

    /// <summary>Completed when the database goes away; another task once it is back.</summary>
    public Task Away => Volatile.Read(ref _away).Task;

    /// <summary>Takes note of a failure, if it is the database's being away.</summary>
    /// <returns>Whether it was.</returns>
    public bool Report(Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        if (DatabaseFaults.Of(fault) != DatabaseFault.Away)
        {
            return false;
        }

        Interlocked.Increment(ref _failures);
        Note(AwayException.ReasonOf(fault));
        return true;
    }

    /// <summary>Runs work that nobody waits for; while the database is away it is tried again, once a second.</summary>
    public ValueTask RunAsync(Func<CancellationToken, ValueTask> work, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(work);
        return pipelines.GetPipeline(Pipelines.Database).ExecuteAsync(async stop =>
        {
            try
            {
                await work(stop);
            }
            catch (Exception e) when (Report(e))
            {
                throw;
            }
        }, ct);
    }

    /// <summary>
    /// Runs work that nobody waits for again and again, first one pause after the start. A round that fails although the database is there
    /// is left to the next one.
    /// </summary>
    /// <param name="every">The pause.</param>
    /// <param name="round">The work of one round.</param>
    /// <param name="failed">Hears why a round failed.</param>
    /// <param name="ct">The service stops.</param>
    public async Task EveryAsync(TimeSpan every, Func<CancellationToken, Task> round, Action<string> failed, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(round);
        ArgumentNullException.ThrowIfNull(failed);
        using var rounds = new PeriodicTimer(every, clock);
        while (await rounds.WaitForNextTickAsync(ct))
        {
            try
            {
                await RunAsync(stop => new ValueTask(round(stop)), ct);
            }
#pragma warning disable CA1031 // Whatever a round fails by, it must not stop the service.
            catch (Exception e) when (!ct.IsCancellationRequested)
#pragma warning restore CA1031
            {
                failed(e.GetBaseException().Message);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var connection = new NpgsqlConnectionStringBuilder(settings.Value.Database)
        {
            Pooling = false,
            GssEncryptionMode = GssEncryptionMode.Disable,
            Timeout = 3,
            CommandTimeout = 3,
            ApplicationName = "qibin-watch",
        };
        await using var database = new NpgsqlDataSourceBuilder(connection.ConnectionString) { Name = "watch" }.Build();
        ThreadPool.GetMinThreads(out var usual, out var ports);
        using var rounds = new PeriodicTimer(Every, clock);
        var misses = 0;
        do
        {
            var asked = Stopwatch.GetTimestamp();
            try
            {
                await AskAsync(database, stoppingToken);
                misses = 0;
                Return(usual, ports);
            }
            catch (TimeoutException) when (!IsAway && (Stopwatch.GetElapsedTime(asked) > HeldUp || ++misses < 2))
            {
                // Asked once more.
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                ThreadPool.SetMinThreads(Math.Max(usual, Threads), ports);
                Note(e is TimeoutException ? "it does not answer" : AwayException.ReasonOf(e));
                _away.TrySetResult();
            }
        }
        while (await rounds.WaitForNextTickAsync(stoppingToken));
    }

    /// <exception cref="TimeoutException">There was no answer in time.</exception>
    private async Task AskAsync(NpgsqlDataSource database, CancellationToken ct)
    {
        if (_session is not null)
        {
            try
            {
                await AskAsync(_session, ct);
                return;
            }
            catch (NpgsqlException)
            {
                // That session is lost; a database that is there opens another one.
            }
        }

        await AskAsync(_session = database.CreateConnection(), ct);
    }

    private async Task AskAsync(NpgsqlConnection session, CancellationToken ct)
    {
        var asking = SelectAsync(session);
        try
        {
            await asking.WaitAsync(Patience, ct);
        }
        catch
        {
            _session = null;
            _ = EndAsync(session, asking);
            throw;
        }
    }

    private static async Task SelectAsync(NpgsqlConnection session)
    {
        if (session.State == System.Data.ConnectionState.Closed)
        {
            await session.OpenAsync();
        }

        await using var ask = new NpgsqlCommand("select 1", session);
        await ask.ExecuteNonQueryAsync();
    }

    /// <summary>Closes a session once its statement has ended, by an answer that comes too late or by the driver's time-out.</summary>
    private static async Task EndAsync(NpgsqlConnection session, Task asking)
    {
        await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await session.DisposeAsync();
    }

    private void Note(string reason)
    {
        if (Interlocked.CompareExchange(ref _noted, 1, 0) == 0)
        {
            _since = clock.GetTimestamp();
            log.LogWarning("The database is away: {Reason}. Requests that need it are answered 503", reason);
        }
    }

    private void Return(int threads, int ports)
    {
        if (Volatile.Read(ref _noted) == 0)
        {
            return;
        }

        log.LogInformation(
            "The database is back after {Seconds:0.0} s; {Failures} pieces of work failed", clock.GetElapsedTime(_since).TotalSeconds,
            Interlocked.Exchange(ref _failures, 0));
        ThreadPool.SetMinThreads(threads, ports);
        if (IsAway)
        {
            Volatile.Write(ref _away, NewSignal());
        }

        Volatile.Write(ref _noted, 0);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
