using Qibin.Crm.ServiceDefaults;

namespace Qibin.Crm.Pipeline;

internal static class PipelineService
{
    public static ServiceDescription Description { get; } = new("pipeline", "招商全程 · Pipeline", new Dictionary<string, ProblemText>
    {
        ["groupBy.count"] = new("groupBy 为一至两个维度", "groupBy takes one or two dimensions"),
        ["node.unknown"] = new("未知的产业链环节 {0}", "Unknown node {0}"),
        ["region.invalid"] = new("来源地为六位行政区划代码或 none，而非 {0}", "sourceRegion is a division code of six digits or none, not {0}"),
        ["month.invalid"] = new("month 的格式为 YYYY-MM，而非 {0}", "month is YYYY-MM, not {0}"),
        ["chain.unknown"] = new("未知的产业链 {0}", "Unknown industry chain {0}"),
    });
}
