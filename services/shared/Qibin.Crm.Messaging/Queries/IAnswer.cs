using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Qibin.Crm.Messaging.Queries;

/// <summary>Answers another service's question from this one's database. It changes no row of the trade.</summary>
public interface IAnswer<in TQuestion, TAnswer> where TQuestion : class where TAnswer : class
{
    Task<TAnswer> AnswerAsync(TQuestion question, CancellationToken ct);
}

/// <summary>A question that this service answers.</summary>
internal sealed record Answering(Action<IReceiveEndpointConfigurator, IServiceProvider> Configure)
{
    public static Answering Of<TQuestion, TAnswer, TAnswerer>()
        where TQuestion : class where TAnswer : class where TAnswerer : class, IAnswer<TQuestion, TAnswer> =>
        new((endpoint, services) => endpoint.Handler<TQuestion>(async context =>
        {
            await using var scope = services.CreateAsyncScope();
            await context.RespondAsync(
                await scope.ServiceProvider.GetRequiredService<TAnswerer>().AnswerAsync(context.Message, context.CancellationToken));
        }));
}
