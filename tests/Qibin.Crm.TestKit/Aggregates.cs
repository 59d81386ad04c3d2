using Qibin.Crm.Kernel;

namespace Qibin.Crm.TestKit;

/// <summary>What a database does with an aggregate, for tests of rules that have none.</summary>
public static class Aggregates
{
    /// <summary>The aggregate as it is once it was saved: what it does next makes another version.</summary>
    public static T AsSaved<T>(this T aggregate) where T : Aggregate
    {
        ArgumentNullException.ThrowIfNull(aggregate);
        aggregate.Saved();
        return aggregate;
    }
}
