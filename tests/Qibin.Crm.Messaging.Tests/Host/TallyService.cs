using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Messaging.Operations;
using Qibin.Crm.TestKit;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Hosting;
using Qibin.Crm.Web.Idempotency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Messaging.Tests.Host;

/// <summary>The tests' own service: it tells of tallies, and hears of them twice.</summary>
internal static class TallyService
{
    /// <summary>Starts it, linked to the tests' broker unless told otherwise.</summary>
    public static async Task<TestService> StartAsync(bool linked = true, Action<WebApplicationBuilder>? adjust = null)
    {
        var broker = linked ? await TestBroker.AddressAsync() : null;
        return await TestService.StartAsync(linked ? "tally" : "tallyalone", Build, builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["ConnectionStrings:Broker"] = broker });
            adjust?.Invoke(builder);
        });
    }

    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? adjust)
    {
        var builder = WebApplication.CreateBuilder(args);
        adjust?.Invoke(builder);
        builder.AddServiceDefaults<TallyDb>(new ServiceDescription("tally", "Tallies", new Dictionary<string, ProblemText>()));
        builder.Services.AddSingleton<IMigrationStep, Tables>();
        builder.Services.AddSingleton<Poison>();
        builder.AddMessaging<TallyDb>(on => on
            .AnswerStates<TallyDb, Tally, TallyState>(tally => new TallyState(tally.Id))
            .Consume<TallyOpened, Ledger>().Consume<TallyRaised, Ledger>().Consume<TallyRaised, Mirror>());
        builder.Services.AddValidation();
        var app = builder.Build();
        var api = app.MapApi();
        api.MapPost("/tallies", OpenAsync).Allow(Scopes.OpsWrite, Roles.Administrator).WithName("openTally").WithSummary("开 · Open");
        api.MapOperations();
        return app;
    }

    /// <summary>Opens a tally, as a handler does.</summary>
    private static async Task<Created<Receipt>> OpenAsync(TallyDb db, TimeProvider clock, CancellationToken ct)
    {
        var tally = Tally.Open(Guid.CreateVersion7(clock.GetUtcNow()));
        db.Add(tally);
        db.Publish(tally, new TallyOpened { Name = "by request" });
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v1/tallies/{tally.Id}", new Receipt { Id = tally.Id, Version = tally.Version });
    }

    private sealed class Tables(IDbContextFactory<TallyDb> factory) : IMigrationStep
    {
        public async Task RunAsync(CancellationToken ct)
        {
            await using var db = await factory.CreateDbContextAsync(ct);
            await ((RelationalDatabaseCreator)db.GetService<IRelationalDatabaseCreator>()).CreateTablesAsync(ct);
        }
    }
}

/// <summary>The service's database.</summary>
public sealed class TallyDb(DbContextOptions<TallyDb> options) : DbContext(options), IServiceDb
{
    public Guid ActorId { get; set; }

    public DbSet<Tally> Tallies => Set<Tally>();

    public DbSet<Heard> Heard => Set<Heard>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddApiTables();
        modelBuilder.AddMessagingTables();
        modelBuilder.Entity<Tally>().ToTable("tally");
        modelBuilder.Entity<Heard>(row =>
        {
            row.ToTable("heard");
            row.HasKey(x => x.Position);
            row.HasIndex(x => x.StreamId);
            row.Property(x => x.At).HasDefaultValueSql("clock_timestamp()");
        });
        modelBuilder.AddAggregateConventions();
    }
}

/// <summary>What a tally tells of itself.</summary>
public sealed record TallyState(Guid Id);

/// <summary>Streams whose messages a consumer cannot process, until they are cured.</summary>
public sealed class Poison
{
    private readonly ConcurrentDictionary<Guid, byte> _streams = [];

    public void Into(Guid stream) => _streams[stream] = 0;

    public void Cure(Guid stream) => _streams.TryRemove(stream, out _);

    public void Taste(Guid stream)
    {
        if (_streams.ContainsKey(stream))
        {
            throw new InvalidDataException("This one is poison.");
        }
    }
}

/// <summary>Writes down every delivery.</summary>
public sealed class Ledger(TallyDb db, Poison poison) : IConsume<TallyOpened>, IConsume<TallyRaised>
{
    public Task ConsumeAsync(TallyOpened happened, Delivery delivery, CancellationToken ct) => NoteAsync(delivery);

    public Task ConsumeAsync(TallyRaised happened, Delivery delivery, CancellationToken ct) => NoteAsync(delivery);

    private Task NoteAsync(Delivery delivery)
    {
        poison.Taste(delivery.StreamId);
        db.Heard.Add(Entry.Of(nameof(Ledger), delivery));
        return Task.CompletedTask;
    }
}

/// <summary>Hears the same, as a second consumer.</summary>
public sealed class Mirror(TallyDb db) : IConsume<TallyRaised>
{
    public Task ConsumeAsync(TallyRaised happened, Delivery delivery, CancellationToken ct)
    {
        db.Heard.Add(Entry.Of(nameof(Mirror), delivery));
        return Task.CompletedTask;
    }
}

file static class Entry
{
    public static Heard Of(string consumer, Delivery delivery) => new()
    {
        Consumer = consumer,
        MessageId = delivery.MessageId,
        StreamId = delivery.StreamId,
        Version = delivery.Version,
        Ordinal = delivery.Ordinal,
        ActorId = delivery.ActorId,
        TraceId = Activity.Current?.TraceId.ToString() ?? "",
    };
}
