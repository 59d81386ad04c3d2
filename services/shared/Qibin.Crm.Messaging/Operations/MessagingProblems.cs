using Qibin.Crm.Kernel;

namespace Qibin.Crm.Messaging.Operations;

/// <summary>Problems of the messaging operations, in every service's catalogue.</summary>
internal static class MessagingProblems
{
    public static SharedProblems Texts { get; } = new(new Dictionary<string, ProblemText>(StringComparer.Ordinal)
    {
        ["changes.start"] = new("翻页游标与起始时刻只能给出一个", "Give cursor to go on, or since to begin; not both"),
        ["changes.future"] = new("请给出不晚于现在的时刻", "Give an instant that is not in the future"),
        ["parked.resolved"] = new("该消息已重放或已丢弃", "This message was already replayed or discarded; reload it"),
        ["parked.unreadable"] = new("该消息无法读取，不能重放：{0}", "This message cannot be read: {0}. Discard it"),
        ["parked.nobodyConsumes"] = new("本服务已没有消费者处理该消息", "No consumer of this service handles this message any more; discard it"),
        ["parked.failedAgain"] = new("重放失败，消息仍保留：{0}",
            "Replaying failed and the message stays parked: {0}. Remove the cause and replay it again"),
    });
}
