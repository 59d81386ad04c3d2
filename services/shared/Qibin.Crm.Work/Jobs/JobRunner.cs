using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Polly;
using Polly.Registry;
using Qibin.Crm.Kernel;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Resilience;
using Qibin.Crm.Work.Telemetry;

namespace Qibin.Crm.Work.Jobs;

/// <summary>
/// Takes jobs from the database, two at a time in each process, and runs them step by step. A job has a lease of 5 seconds, renewed
/// by each step; whoever finds it past takes the job over. A step holds the job's row, so that nobody takes it over meanwhile, and
/// commits only while the lease is its own: of two runners one at most has an effect.
/// </summary>
internal sealed class JobRunner<TDb>(
    IDbContextFactory<TDb> factory, IServiceScopeFactory scopes, NpgsqlDataSource database, JobKinds<TDb> kinds, ExplainFault explain,
    ResiliencePipelineProvider<string> pipelines, DatabaseOutage outage, WorkTelemetry telemetry, TimeProvider clock,
    ILogger<JobRunner<TDb>> log, IWriteGate? gate = null) : BackgroundService
    where TDb : DbContext, IServiceDb
{
    private const int AtOnce = 2;

    private const string Claim =
        """
        update jobs.job set state = 1, lease = $1, leased_until = clock_timestamp() + interval '5 seconds', started_at =
            coalesce(started_at, $2)
        where id = (
            select id from jobs.job where kind = any ($3) and (state = 0 or (state = 1 and leased_until < clock_timestamp()))
            order by created_at, id limit 1 for update skip locked)
        returning id
        """;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    private readonly ResiliencePipeline _steps = pipelines.GetPipeline(Pipelines.JobStep);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => WorkAsync(stoppingToken)));

    private async Task WorkAsync(CancellationToken ct)
    {
        using var often = new PeriodicTimer(Poll, clock);
        do
        {
            try
            {
                await outage.RunAsync(stop => new ValueTask(RunAllAsync(stop)), ct);
            }
            catch (Exception e) when (e is NpgsqlException or InvalidOperationException or TimeoutException or DbUpdateException)
            {
                log.LogWarning("No job was taken: {Reason}", e.GetBaseException().Message);
            }
        }
        while (await often.WaitForNextTickAsync(ct));
    }

    private async Task RunAllAsync(CancellationToken ct)
    {
        while (gate is not { IsOpen: false })
        {
            var lease = Guid.CreateVersion7(clock.GetUtcNow());
            if (await ClaimAsync(lease, ct) is not { } id)
            {
                return;
            }

            await RunAsync(id, lease, ct);
        }
    }

    private async Task<Guid?> ClaimAsync(Guid lease, CancellationToken ct)
    {
        await using var claim = database.CreateCommand(Claim);
        claim.Parameters.Add(new NpgsqlParameter { Value = lease });
        claim.Parameters.Add(new NpgsqlParameter { Value = clock.GetUtcNow().ToUniversalTime() });
        claim.Parameters.Add(new NpgsqlParameter { Value = kinds.Names });
        return (Guid?)await claim.ExecuteScalarAsync(ct);
    }

    private async Task RunAsync(Guid id, Guid lease, CancellationToken ct)
    {
        try
        {
            while (await _steps.ExecuteAsync(stop => TryStepAsync(id, lease, stop), ct))
            {
            }
        }
        catch (Exception e) when (ct.IsCancellationRequested)
        {
            // Nothing of the step is committed; whoever comes next goes on at once.
            log.LogInformation("Job {Job} is left to the next runner: {Reason}", id, e.Message);
            await ReleaseAsync(id, lease);
        }
        catch (Exception e)
        {
            log.Log(e is RuleViolation or Refusal ? LogLevel.Information : LogLevel.Error, e, "Job {Job} failed", id);
            await FailAsync(id, lease, explain(e).Code, ct);
        }
    }

    private async ValueTask<bool> TryStepAsync(Guid id, Guid lease, CancellationToken ct)
    {
        if (gate is { IsOpen: false })
        {
            throw new WritesRefusedException();
        }

        try
        {
            return await StepAsync(id, lease, ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested && e is not (RuleViolation or Refusal) && !outage.Report(e))
        {
            log.LogWarning(e, "A step of job {Job} failed", id);
            throw;
        }
    }

    /// <returns>Whether there is more to do for this runner.</returns>
    private async Task<bool> StepAsync(Guid id, Guid lease, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        await using var db = await factory.CreateDbContextAsync(ct);
        await using var transaction = await db.BeginAsync(ct);
        var job = await LockedAsync(db, id, ct);
        if (job?.Lease != lease || job.State != JobState.Running)
        {
            return false;
        }

        using var activity = WorkTelemetry.Start("job " + job.Kind);
        var started = clock.GetTimestamp();
        db.ActorId = job.OwnerId;
        if (job.Cancelling)
        {
            job.End(JobState.Cancelled, clock.GetUtcNow());
        }
        else if (!await kinds.Make(scope.ServiceProvider, job.Kind).StepAsync(db, job, job.Caller(), ct))
        {
            job.End(JobState.Succeeded, clock.GetUtcNow());
        }

        db.ChangeTracker.DetectChanges();
        await db.SaveChangesAsync(ct);
        var more = job.State == JobState.Running;
        if (more)
        {
            await db.Database.ExecuteSqlAsync(
                $"update jobs.job set leased_until = clock_timestamp() + interval '5 seconds' where id = {id}", ct);
        }

        await transaction.CommitAsync(ct);
        telemetry.Stepped(job.Kind, clock.GetElapsedTime(started));
        if (!more)
        {
            telemetry.Ended(job.Kind, job.State.ToString());
        }

        return more;
    }

    private async Task FailAsync(Guid id, Guid lease, string problem, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        await using var transaction = await db.BeginAsync(ct);
        var job = await LockedAsync(db, id, ct);
        if (job?.Lease == lease && job.State == JobState.Running)
        {
            job.End(JobState.Failed, clock.GetUtcNow(), problem);
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
            telemetry.Ended(job.Kind, job.State.ToString());
        }
    }

    private async Task ReleaseAsync(Guid id, Guid lease)
    {
        try
        {
            await using var release = database.CreateCommand("update jobs.job set leased_until = '-infinity' where id = $1 and lease = $2");
            release.Parameters.Add(new NpgsqlParameter { Value = id });
            release.Parameters.Add(new NpgsqlParameter { Value = lease });
            await release.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            log.LogDebug(e, "The lease of job {Job} runs out by itself", id);
        }
    }

    private static Task<Job?> LockedAsync(TDb db, Guid id, CancellationToken ct) =>
        db.Set<Job>().FromSql($"select * from jobs.job where id = {id} for update").SingleOrDefaultAsync(ct);
}
