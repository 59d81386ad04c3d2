using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Qibin.Crm.Contracts;
using Qibin.Crm.ServiceDefaults;

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
        services.AddSingleton<Inbox, Inbox<TDb>>();
        services.AddSingleton<IMigrationStep, OutboxTrigger<TDb>>();
        services.AddSingleton<IInterceptor, Saves>();
        return builder;
    }

    /// <summary>Maps what operators and feeds ask of this service's messaging.</summary>
    public static RouteGroupBuilder MapOperations(this RouteGroupBuilder api) => api;
}

/// <summary>What a service consumes.</summary>
public sealed class Subscriptions(IServiceCollection services)
{
    /// <summary>One consumer of one kind of event.</summary>
    public Subscriptions Consume<TEvent, TConsumer>() where TEvent : class, IEvent where TConsumer : class, IConsume<TEvent>
    {
        services.AddScoped<TConsumer>();
        services.AddSingleton(new Subscription(typeof(TEvent), typeof(TConsumer), (provider, happened, delivery, ct) =>
            provider.GetRequiredService<TConsumer>().ConsumeAsync((TEvent)happened, delivery, ct)));
        return this;
    }
}
