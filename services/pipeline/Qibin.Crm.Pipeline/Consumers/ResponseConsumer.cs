using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Pipeline;

/// <summary>Notes what the response clocks of leads told, and the daily numbers of their owners.</summary>
internal sealed class ResponseConsumer(PipelineDb db) :
    IConsume<ResponseBreached>, IConsume<ResponseBreachMoved>, IConsume<ResponseClockPaused>, IConsume<ResponseClockResumed>, IConsume<DigestMade>
{
    public Task ConsumeAsync(ResponseBreached happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery).Fact(happened, happened.OccurredOn, lead: happened.LeadId).Gathered();

    public Task ConsumeAsync(ResponseBreachMoved happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery).Fact(happened, happened.OccurredOn, lead: happened.LeadId).Gathered();

    public Task ConsumeAsync(ResponseClockPaused happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery).Lead(happened.Lead, happened).Gathered();

    public Task ConsumeAsync(ResponseClockResumed happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery).Lead(happened.Lead, happened).Gathered();

    public Task ConsumeAsync(DigestMade happened, Delivery delivery, CancellationToken ct) =>
        new Telling(db, delivery).Fact(happened, happened.On).Gathered();
}
