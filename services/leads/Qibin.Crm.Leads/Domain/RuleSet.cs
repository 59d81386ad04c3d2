using System.Text.Json;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;

namespace Qibin.Crm.Leads.Domain;

/// <summary>Rules of one area, which an administrator may change: limits, times, amounts. What is not set has its shipped value.</summary>
internal sealed class RuleSet : Aggregate
{
    private RuleSet()
    {
    }

    /// <summary>For people who read the table.</summary>
    [Audited]
    public string Area { get; private set; } = "";

    [Audited]
    public string Body { get; private set; } = "{}";
    public Guid ChangedBy { get; private set; }
    public DateTimeOffset ChangedAt { get; private set; }

    public T As<T>() where T : class => JsonSerializer.Deserialize<T>(Body, StrictJson.Options)!;

    public void Change<T>(T rules, Actor actor) where T : class
    {
        Body = JsonSerializer.Serialize(rules, StrictJson.Options);
        (ChangedBy, ChangedAt) = (actor.By, actor.At);
        Touch();
    }
}

/// <summary>Rules of one area.</summary>
internal interface IRules
{
    /// <summary>Id of the <see cref="RuleSet"/> that holds them, as the migration made it.</summary>
    static abstract Guid Id { get; }
}
