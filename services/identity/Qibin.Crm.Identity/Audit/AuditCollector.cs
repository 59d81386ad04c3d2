using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Messaging.Queries;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Hosting;
using Qibin.Crm.Work.Resilience;
using Qibin.Crm.Work.Scheduling;

namespace Qibin.Crm.Identity.Audit;

/// <summary>The chain of audit entries.</summary>
internal static class AuditChain
{
    public static WebApplicationBuilder AddAuditChain(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<AuditCollector>();
        // Tests collect when they want to.
        if (builder.Configuration.Read<TimerSettings>().EverySeconds > 0)
        {
            builder.Services.AddHostedService(provider => provider.GetRequiredService<AuditCollector>());
        }

        return builder;
    }
}

/// <summary>
/// Brings the audit entries of all services into the chain, every three seconds. A service or a broker that is away delays its entries;
/// it loses none, since every service keeps its own. One instance at a time does it.
/// </summary>
internal sealed partial class AuditCollector(
    IServiceScopeFactory scopes, Questions questions, DatabaseOutage outage, TimeProvider clock, ILogger<AuditCollector> log)
    : BackgroundService
{
    /// <summary>The services, in the order in which they are asked.</summary>
    public static IReadOnlyList<string> Services { get; } = ["identity", "leads", "enterprises", "projects", "pipeline"];

    /// <summary>Types of subjects that are confidential, or open, by themselves.</summary>
    private static readonly string[] Confidential = ["lead", "project", "enterprise", "entryApplication", "tenancy"];

    private readonly HashSet<string> _silent = [];

    /// <summary>Brings in what the services have now.</summary>
    public async Task CollectAsync(CancellationToken ct)
    {
        foreach (var service in Services)
        {
            try
            {
                while (await StepAsync(service, ct))
                {
                    // More is there.
                }

                if (_silent.Remove(service))
                {
                    Answers(service);
                }
            }
            catch (TimeoutException e) when (_silent.Add(service))
            {
                Silent(service, e.Message);
            }
            catch (TimeoutException)
            {
                // Logged when it began.
            }
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        outage.EveryAsync(TimeSpan.FromSeconds(3), CollectAsync, Waits, stoppingToken);

    /// <summary>One answer of a service, in one transaction with its position.</summary>
    /// <returns>Whether more is there already.</returns>
    private async Task<bool> StepAsync(string service, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IdentityDb>();
        await using var transaction = await db.BeginAsync(ct);
        await db.LockAuditChainAsync(ct);
        var source = await db.Set<AuditSource>().SingleOrDefaultAsync(s => s.Service == service, ct);
        if (source is null)
        {
            db.Add(source = new AuditSource { Service = service });
        }

        var last = await db.Set<AuditRecord>().AsNoTracking().OrderByDescending(r => r.Number).FirstOrDefaultAsync(ct);
        var query = new AuditQuery { AfterXid = source.Xid, AfterSeq = source.Seq, Head = last?.Head };
        var reply = service == IdentityService.Description.Name
            ? await scope.ServiceProvider.GetRequiredService<Messaging.Queries.AuditAnswer>().AnswerAsync(query, ct)
            : await questions.AskAsync<AuditQuery, AuditReply>(service, query, ct);
        await AppendAsync(db, last?.Head, reply.Entries, ct);
        if (reply.Entries is [.., var newest])
        {
            (source.Xid, source.Seq) = (newest.Xid, newest.Seq);
        }

        if (reply.Entries.Length > 0 || source.CompleteAt is null || clock.GetUtcNow() - source.CompleteAt > TimeSpan.FromMinutes(1))
        {
            source.CompleteAt = reply.More ? source.CompleteAt : clock.GetUtcNow().ToUniversalTime();
            await db.SaveChangesAsync(ct);
        }

        await transaction.CommitAsync(ct);
        return reply.More;
    }

    private static async Task AppendAsync(IdentityDb db, AuditHead? head, IReadOnlyList<AuditLine> lines, CancellationToken ct)
    {
        foreach (var line in lines)
        {
            var entry = AuditRecord.Read(line.Content);
            var record = AuditRecord.After(head, line.Content, entry);
            head = record.Head;
            db.Add(record);
            if (entry.Confidential || entry.Changes.Any(c => c.Fields.Any(f => f is { Name: "confidential", After: "false" })))
            {
                // The earlier lines too.
                await db.SaveChangesAsync(ct);
                var subjects = record.Subjects.Union(await NamedWithAsync(db, entry, ct)).ToArray();
                await db.Database.ExecuteSqlAsync(entry.Confidential
                    ? $"""
                    insert into withheld_subject (id, service) select unnest({subjects}), {record.Service}
                    on conflict do nothing
                    """
                    : (FormattableString)$"delete from withheld_subject where id = any ({subjects}) and service = {record.Service}", ct);
            }
        }
    }

    /// <summary>
    /// What earlier entries named together with what became confidential, or open again: a lead's investor, people and contacts, which
    /// cannot be confidential by themselves.
    /// </summary>
    private static async Task<IEnumerable<Guid>> NamedWithAsync(IdentityDb db, AuditContent entry, CancellationToken ct)
    {
        Guid[] changed = [.. entry.Changes.Where(c => c.Fields.Any(f => f.Name == "confidential")).Select(c => c.Id).OfType<Guid>()];
        var entries = changed is [] ? []
            : await db.Set<AuditRecord>().AsNoTracking().Where(r => r.Service == entry.Service && r.Subjects.Any(s => changed.Contains(s)))
                .Select(r => r.Content).ToListAsync(ct);
        return entries.SelectMany(content => AuditRecord.Read(content).Subjects).Where(s => !Confidential.Contains(s.Type))
            .Select(s => s.Id);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The audit entries of {Service} wait for it: {Reason}")]
    private partial void Silent(string service, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The audit entries of {Service} are complete again")]
    private partial void Answers(string service);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Audit entries wait for the next round: {Reason}")]
    private partial void Waits(string reason);
}
