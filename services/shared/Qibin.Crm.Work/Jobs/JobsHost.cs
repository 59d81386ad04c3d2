using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Qibin.Crm.Kernel;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Scheduling;
using Qibin.Crm.Work.Telemetry;

namespace Qibin.Crm.Work.Jobs;

/// <summary>One kind of long work.</summary>
public interface IJobKind<TDb> where TDb : DbContext
{
    /// <summary>
    /// Does the next portion (well under 5 seconds) inside the transaction that keeps the job's position: it reads
    /// <see cref="Job.Position"/>, sets it anew, and commits nothing itself. A step that fails is taken again from the same position.
    /// </summary>
    /// <param name="db">A context of this step's own, its transaction open.</param>
    /// <param name="job">The job, locked.</param>
    /// <param name="caller">Who asked for it.</param>
    /// <param name="ct">The service stops.</param>
    /// <returns>Whether there is more to do.</returns>
    /// <exception cref="RuleViolation">The job fails with this code.</exception>
    Task<bool> StepAsync(TDb db, Job job, Caller caller, CancellationToken ct);
}

/// <summary>Jobs of a service: their tables, their runner, their kinds.</summary>
public static class JobsHost
{
    public const string Schema = "jobs";

    /// <summary>Runs this service's jobs. Call it after the service defaults.</summary>
    public static WebApplicationBuilder AddJobs<TDb>(this WebApplicationBuilder builder, Action<JobKinds<TDb>> kinds)
        where TDb : DbContext, IServiceDb
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(kinds);
        var known = new JobKinds<TDb>(builder.Services);
        kinds(known);
        builder.Services.AddSingleton(known);
        builder.Services.AddHostedService<JobRunner<TDb>>();
        builder.Services
            .AddCleanup(new CleanupRule(
                "jobs.job_part", "job_id in (select id from jobs.job where result_until < $1)", TimeSpan.FromMinutes(10), Batch: 100))
            .AddCleanup(new CleanupRule("jobs.job", "finished_at < $1 - interval '30 days'", TimeSpan.FromMinutes(10)))
            .AddDatabaseGauge(new DatabaseGauge(
                "qibin.jobs.open", "{job}", "Jobs that have not ended, by state.",
                """
                select name, (select count(*) from jobs.job where job.state = known.state)::float8
                from (values (0, 'queued'), (1, 'running')) known (state, name)
                """, "state"))
            .TryAddSingleton<WorkTelemetry>();
        return builder;
    }

    /// <summary>
    /// The job under way of a kind of which there is one at a time, else a new one. From here to the end of the transaction nobody else
    /// begins one: whoever asks at the same moment waits, and is then answered with the first.
    /// </summary>
    public static async Task<Job> OneAtATimeAsync<TDb>(
        this TDb db, string kind, object parameters, Caller caller, TimeProvider clock, CancellationToken ct)
        where TDb : DbContext, IServiceDb
    {
        ArgumentNullException.ThrowIfNull(db);
        await db.LockJobKindAsync(kind, ct);
        var job = await db.Set<Job>()
            .SingleOrDefaultAsync(j => j.Kind == kind && (j.State == JobState.Queued || j.State == JobState.Running), ct);
        if (job is null)
        {
            job = Job.Of(kind, parameters, caller, clock);
            db.Add(job);
            await db.SaveChangesAsync(ct);
        }

        return job;
    }

    /// <summary>Schema <c>jobs</c>: jobs and the pieces of their results.</summary>
    public static ModelBuilder AddJobTables(this ModelBuilder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.Entity<Job>(row =>
        {
            row.ToTable("job", Schema);
            row.HasKey(x => x.Id);
            row.Property(x => x.Id).ValueGeneratedNever();
            row.Property(x => x.Kind).HasMaxLength(100);
            row.Property(x => x.Problem).HasMaxLength(100);
            row.Property(x => x.Parameters).HasColumnType("jsonb");
            row.Property(x => x.Owner).HasColumnType("jsonb");
            row.Property(x => x.Result).HasColumnType("jsonb");
            row.Ignore(x => x.IsEnded);
            row.HasIndex(x => new { x.OwnerId, x.CreatedAt });
            row.HasIndex(x => new { x.CreatedAt, x.Id }, "ix_job_open").HasFilter("state < 2");
            row.HasIndex(x => x.ResultUntil);
        });
        model.Entity<JobPart>(row =>
        {
            row.ToTable("job_part", Schema);
            row.HasKey(x => new { x.JobId, x.Number });
            row.HasOne<Job>().WithMany().HasForeignKey(x => x.JobId).OnDelete(DeleteBehavior.Cascade);
        });
        return model;
    }
}

/// <summary>The kinds of jobs that a service runs, by name.</summary>
public sealed class JobKinds<TDb>(IServiceCollection services) where TDb : DbContext
{
    private readonly Dictionary<string, Type> _types = new(StringComparer.Ordinal);

    internal string[] Names => [.. _types.Keys];

    /// <summary>Adds a kind; it is made anew for each step.</summary>
    public JobKinds<TDb> Run<TKind>(string name) where TKind : class, IJobKind<TDb>
    {
        _types.Add(name, typeof(TKind));
        services.AddScoped<TKind>();
        return this;
    }

    internal IJobKind<TDb> Make(IServiceProvider scope, string name) => (IJobKind<TDb>)scope.GetRequiredService(_types[name]);
}
