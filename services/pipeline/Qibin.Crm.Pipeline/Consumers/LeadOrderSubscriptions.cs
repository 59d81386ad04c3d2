using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Messaging;

namespace Qibin.Crm.Pipeline;

/// <summary>What keeps order among those who follow leads.</summary>
internal static class LeadOrderSubscriptions
{
    public static Subscriptions ConsumeLeadOrder(this Subscriptions on) => on
        .Consume<ClaimMoved, ClaimMovedConsumer>()
        .Consume<PoolWarned, PoolConsumer>()
        .Consume<LeadPooled, PoolConsumer>()
        .Consume<LeadLeftPool, PoolConsumer>()
        .Consume<TransferMoved, TransferMovedConsumer>()
        .Consume<ResponseBreached, ResponseConsumer>()
        .Consume<ResponseBreachMoved, ResponseConsumer>()
        .Consume<ResponseClockPaused, ResponseConsumer>()
        .Consume<ResponseClockResumed, ResponseConsumer>()
        .Consume<DigestMade, ResponseConsumer>();
}
