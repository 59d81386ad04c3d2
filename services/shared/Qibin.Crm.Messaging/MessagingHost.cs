using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Qibin.Crm.Contracts;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.Consuming;
using Qibin.Crm.Messaging.EventLog;
using Qibin.Crm.Messaging.Operations;
using Qibin.Crm.Messaging.Outbox;
using Qibin.Crm.Messaging.Parked;
using Qibin.Crm.Messaging.Queries;
using Qibin.Crm.Messaging.Telemetry;
using Qibin.Crm.Messaging.Transport;
using Qibin.Crm.Web.Hosting;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Hosting;
using Qibin.Crm.Work.Jobs;
using Qibin.Crm.Work.Scheduling;
using Qibin.Crm.Work.Telemetry;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace Qibin.Crm.Messaging;

/// <summary>Messaging of a service: what it consumes, and the parts that keep the promise that no event is lost or doubled.</summary>
public static class MessagingHost
{
    /// <summary>Adds event log, outbox, relay, inbox and parked messages. Call it after the service defaults.</summary>
    /// <param name="builder">The service.</param>
    /// <param name="subscribe">Names what the service consumes.</param>
    public static WebApplicationBuilder AddMessaging<TDb>(this WebApplicationBuilder builder, Action<Subscriptions>? subscribe = null)
        where TDb : DbContext, IServiceDb
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        subscribe?.Invoke(new Subscriptions(services));
        services.AddSingleton(MessagingProblems.Texts);
        services.AddSingleton<EventTypes>();
        // Before the filters that finish the document's schemas.
        services.Configure<SwaggerGenOptions>(swagger => swagger.DocumentFilterDescriptors.Insert(
            0, new FilterDescriptor { Type = typeof(EventSchemas), Arguments = [] }));
        services.AddSingleton<OutboxSignal>();
        services.AddSingleton<MessagingTelemetry>();
        services.AddDatabaseGauge(new DatabaseGauge(
            "qibin.outbox.depth", "{event}", "Events that wait for the broker, counted up to 500,000.",
            "select count(*)::float8 from (select from messaging.outbox limit 500000) waiting"));
        services.AddDatabaseGauge(new DatabaseGauge(
            "qibin.outbox.age", "s", "Age of the oldest event that waits for the broker; 0 without one.",
            """
            select coalesce((select extract(epoch from now() - e.recorded_at) from messaging.outbox o join messaging.event e
                on e.seq = o.seq
                             order by o.seq limit 1), 0)::float8
            """));
        services.AddDatabaseGauge(new DatabaseGauge(
            "qibin.outbox.held", "{event}", "Events that the broker refused.",
            "select count(*)::float8 from messaging.outbox where attempts > 0"));
        services.AddDatabaseGauge(new DatabaseGauge(
            "qibin.parked.messages", "{message}", "Messages that wait for an operator.",
            "select count(*)::float8 from messaging.parked_message where state = 0"));
        services.AddSingleton<IInterceptor, OutboxInterceptor>();
        services.AddSingleton<Inbox, Inbox<TDb>>();
        services.AddSingleton<Parking>();
        services.TryAddSingleton(new Batching(1));
        services.AddSingleton<Deliveries>();
        services.AddSingleton(provider => new Questions(provider.GetService<Broker>()));
        services.AddScoped<AuditAnswer>();
        services.AddSingleton(Answering.Of<AuditQuery, AuditReply, AuditAnswer>());
        services.AddSingleton(Answering.Of<AuditHeadsQuery, AuditHeadsReply, AuditAnswer>());
        services.AddSingleton<IMigrationStep, OutboxTrigger<TDb>>();
        services.AddHosted<OutboxGate>();
        services.AddSingleton<IWriteGate>(provider => provider.GetRequiredService<OutboxGate>());
        services.AddCleanup(new CleanupRule("messaging.inbox", "processed_at < $1 - interval '30 days'", TimeSpan.FromHours(1)));
        // Generated for the requests of this assembly; the service's own call is generated for its.
        services.AddValidation();
        // What it says of lost links and refused messages, this project says once and in its own words.
        builder.Logging.AddFilter("MassTransit", LogLevel.Critical);
        services.AddTransport(builder.Configuration);
        return builder;
    }

    /// <summary>The broker, when the configuration names one.</summary>
    private static void AddTransport(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<BrokerSettings>();
        if (configuration.Read<BrokerSettings>().Broker is not { } broker)
        {
            return;
        }

        services.AddSingleton(provider => new BrokerAddress(broker, "qibin-" + provider.GetRequiredService<ServiceDescription>().Name));
        services.AddSingleton<Topology>();
        services.AddSingleton<IMigrationStep, TopologyStep>();
        // Stopping goes the other way: the relay ends before the link that it sends through.
        services.AddHosted<Broker>();
        services.AddHosted<Relay>();
        services.AddHosted<QueueGauge>();
        services.AddHealthChecks().AddCheck<BrokerHealth>("messaging", tags: ["ready"]);
        services.AddSingleton<BrokerHealth>();
    }

    private static void AddHosted<T>(this IServiceCollection services) where T : class, IHostedService
    {
        services.AddSingleton<T>();
        services.AddHostedService(provider => provider.GetRequiredService<T>());
    }
}

/// <summary>What a service consumes.</summary>
public sealed class Subscriptions(IServiceCollection services)
{
    internal IServiceCollection Services => services;

    /// <summary>One consumer of one kind of event.</summary>
    public Subscriptions Consume<TEvent, TConsumer>() where TEvent : class, IEvent where TConsumer : class, IConsume<TEvent>
    {
        services.AddScoped<TConsumer>();
        services.AddSingleton(new Subscription(typeof(TEvent), typeof(TConsumer), (provider, happened, delivery, ct) =>
            provider.GetRequiredService<TConsumer>().ConsumeAsync((TEvent)happened, delivery, ct)));
        return this;
    }

    /// <summary>One consumer of every event that is a <typeparamref name="TEvent"/>, those that are yet to be written included.</summary>
    public Subscriptions ConsumeEvery<TEvent, TConsumer>() where TEvent : class, IEvent where TConsumer : class, IConsume<TEvent>
    {
        services.AddScoped<TConsumer>();
        foreach (var happened in typeof(TEvent).Assembly.GetTypes()
            .Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(TEvent))))
        {
            services.AddSingleton(new Subscription(happened, typeof(TConsumer), (provider, e, delivery, ct) =>
                provider.GetRequiredService<TConsumer>().ConsumeAsync((TEvent)e, delivery, ct)));
        }

        return this;
    }

    /// <summary>
    /// Answers <see cref="StatesQuery"/> with the states of one kind of aggregate, the one whose events others follow,
    /// <see cref="EventsQuery"/> with its events, and <see cref="LogQuery"/> with the keys of all events.
    /// </summary>
    /// <param name="read">The public state, as events carry it.</param>
    public Subscriptions AnswerStates<TDb, TAggregate, TState>(Func<TAggregate, TState> read) where TDb : DbContext, IServiceDb
        where TAggregate : Aggregate
    {
        services.AddSingleton(new StateOf<TAggregate, TState>(read));
        services.AddScoped<StatesAnswer<TDb, TAggregate, TState>>();
        services.AddSingleton(Answering.Of<StatesQuery, StatesReply, StatesAnswer<TDb, TAggregate, TState>>());
        services.AddScoped<LogAnswer>();
        services.AddSingleton(Answering.Of<LogQuery, LogReply, LogAnswer>());
        services.AddScoped<EventsAnswer<TDb>>();
        services.AddSingleton(Answering.Of<EventsQuery, EventsReply, EventsAnswer<TDb>>());
        return this;
    }

    /// <summary>Answers <see cref="ApprovalsQuery"/> with what waits here for a person's decision.</summary>
    public Subscriptions AnswerApprovals<TAnswerer>() where TAnswerer : class, IAnswer<ApprovalsQuery, ApprovalsReply>
    {
        services.AddScoped<TAnswerer>();
        services.AddSingleton(Answering.Of<ApprovalsQuery, ApprovalsReply, TAnswerer>());
        return this;
    }

    /// <summary>Answers <see cref="SubjectsQuery"/> with what the service's resources are called.</summary>
    public Subscriptions AnswerSubjects<TAnswerer>() where TAnswerer : class, IAnswer<SubjectsQuery, SubjectsReply>
    {
        services.AddScoped<TAnswerer>();
        services.AddSingleton(Answering.Of<SubjectsQuery, SubjectsReply, TAnswerer>());
        return this;
    }

    /// <summary>Answers <see cref="OpenWorkQuery"/> with how much is open with an officer.</summary>
    public Subscriptions AnswerOpenWork<TAnswerer>() where TAnswerer : class, IAnswer<OpenWorkQuery, OpenWorkReply>
    {
        services.AddScoped<TAnswerer>();
        services.AddSingleton(Answering.Of<OpenWorkQuery, OpenWorkReply, TAnswerer>());
        return this;
    }

    /// <summary>
    /// Processes up to so many waiting messages in one transaction. For a read model alone: the locks of all of them are held until
    /// the commit, so no request may take any of them.
    /// </summary>
    public Subscriptions InBatchesOf(int most)
    {
        services.AddSingleton(new Batching(most));
        return this;
    }
}
