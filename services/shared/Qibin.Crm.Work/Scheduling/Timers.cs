using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Resilience;
using Qibin.Crm.Work.Telemetry;

namespace Qibin.Crm.Work.Scheduling;

/// <summary>
/// Does what is due in a service, at its start and then every <c>Timers:EverySeconds</c> (20 unless set; 0 is never by itself).
/// </summary>
public abstract class Timers : BackgroundService
{
    /// <summary>Does everything that is due now.</summary>
    /// <returns>Number of rows worked on.</returns>
    public abstract Task<int> RunDueAsync(CancellationToken ct);
}

/// <inheritdoc/>
/// <remarks>
/// Each row has a transaction of its own and is claimed with <c>for update skip locked</c>: instances share the work and none does
/// any of it twice. A row that fails is left for the next round and blocks no other.
/// </remarks>
internal sealed class Timers<TDb>(
    IServiceScopeFactory scopes, IEnumerable<DueWork<TDb>> works, DatabaseOutage outage, WorkTelemetry telemetry, TimeProvider clock,
    IOptions<TimerSettings> settings,
    ILogger<Timers<TDb>> log) : Timers
    where TDb : DbContext, IServiceDb
{
    private readonly int _everySeconds = settings.Value.EverySeconds;

    public override async Task<int> RunDueAsync(CancellationToken ct)
    {
        var done = 0;
        foreach (var work in works)
        {
            var failed = new List<Guid>();
            while (await StepAsync(work, failed, ct))
            {
                done++;
            }
        }

        return done;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_everySeconds <= 0)
        {
            return;
        }

        using var often = new PeriodicTimer(TimeSpan.FromSeconds(_everySeconds), clock);
        do
        {
            try
            {
                await outage.RunAsync(async stop => await RunDueAsync(stop), stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                log.LogWarning("What is due waits for the next round: {Reason}", e.GetBaseException().Message);
            }
        }
        while (await often.WaitForNextTickAsync(stoppingToken));
    }

    /// <returns>False when nothing more is due.</returns>
    private async Task<bool> StepAsync(DueWork<TDb> work, List<Guid> failed, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();
        var now = clock.GetUtcNow().ToUniversalTime();
        await using var transaction = await db.BeginAsync(ct);
        var due = await db.Database.SqlQueryRaw<Guid>(work.Claim, now, failed.ToArray()).ToListAsync(ct);
        if (due is not [var id])
        {
            return false;
        }

        using var activity = WorkTelemetry.Start("timer " + work.Table);
        try
        {
            await work.Do(db, id, now, ct);
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
            telemetry.Due(work.Table, done: true);
        }
        catch (Exception e) when (e is not OperationCanceledException && DatabaseFaults.Of(e) != DatabaseFault.Away)
        {
            // Rolled back when the transaction is disposed.
            log.LogError(e, "What was due with {Table} {Id} failed; tried again in the next round", work.Table, id);
            failed.Add(id);
            telemetry.Due(work.Table, done: false);
        }

        return true;
    }
}
