using Qibin.Crm.Contracts;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Kernel;
using Qibin.Crm.Messaging.Consuming;

namespace Qibin.Crm.Identity.Notices;

/// <summary>Tells people of what happened, by <see cref="NoticeRules"/>.</summary>
internal sealed class NoticeConsumer(IdentityDb db, NoticeWriter notices) : IConsume<IEvent>
{
    public async Task ConsumeAsync(IEvent happened, Delivery delivery, CancellationToken ct)
    {
        if (happened is ICommentEvent { Comment: var comment })
        {
            await notices.SettleAsync(db, comment, ct);
        }

        await notices.WriteAsync(db, NoticeRules.Of(happened, delivery.RecordedAt.OnDay()), delivery.ActorId, ct);
    }
}
