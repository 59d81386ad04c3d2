using Qibin.Crm.ServiceDefaults;

namespace Qibin.Crm.Pipeline;

internal static class PipelineService
{
    public static ServiceDescription Description { get; } = new("pipeline", "招商全程 · Pipeline", new Dictionary<string, ProblemText>
    {
        ["groupBy.count"] = new("groupBy 为一至两个维度", "groupBy takes one or two dimensions"),
        ["chain.unknown"] = new("未知的产业链 {0}", "Unknown industry chain {0}"),
    });
}
