using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Hosting;

namespace Qibin.Crm.Pipeline;

internal static class PipelineService
{
    public static ServiceDescription Description { get; } = new("pipeline", "招商全程 · Pipeline", new Dictionary<string, ProblemText>
    {
        ["groupBy.count"] = new("groupBy 为一至两个维度", "groupBy takes one or two dimensions"),
        ["node.unknown"] = new("未知的产业链环节 {0}", "Unknown node {0}"),
        ["region.invalid"] = new("来源地为六位行政区划代码或 none，而非 {0}", "sourceRegion is a division code of six digits or none, not {0}"),
        ["month.invalid"] = new("month 的格式为 YYYY-MM，而非 {0}", "month is YYYY-MM, not {0}"),
        ["month.range"] = new("月份须从前到后，最多 {0} 个月", "Months go forward, {0} at most"),
        ["instant.future"] = new("时刻不能晚于现在", "The instant has not come yet"),
        ["convertTo.unknown"] = new("只能折算为 CNY，而非 {0}", "Only CNY can be converted to, not {0}"),
        ["rate.missing"] = new("缺少 {0} 在 {1} 或之前的汇率", "No rate of {0} is known for {1} or before"),
        ["rate.currency"] = new("{0} 不是需要汇率的货币代码", "{0} is no currency that needs a rate"),
        ["rate.repeated"] = new("同一货币同一日期出现多次", "One currency and day comes more than once"),
        ["rebuild.running"] = new("已有一次重建正在进行", "A rebuild is under way already"),
        ["report.confidential"] = new("报告中有项目现已涉密", "A project in the report has become confidential"),
        ["chain.unknown"] = new("未知的产业链 {0}", "Unknown industry chain {0}"),
        ["year.outside"] = new("日期须在 {0} 年内", "The day must lie in {0}"),
        ["by.one"] = new("by 为 unit 或 officer 之一", "by is one of unit and officer"),
        ["indicator.one"] = new("只能选择一个指标", "One indicator only"),
        ["subject.one"] = new("unitId 与 officerId 须且只能给出一个", "Give unitId or officerId, one of them"),
        ["unit.unknown"] = new("未知的单位", "Unknown unit"),
        ["officer.unknown"] = new("未知的人员", "Unknown officer"),
        ["measure.other"] = new("数量指标只给 count，金额指标只给 amount", "Give count or amount, the one that the indicator is about"),
        ["measure.currency"] = new("目标与扣减以人民币计", "Targets and penalties are in CNY"),
        ["measure.negative"] = new("不能小于零", "Not below zero"),
        ["target.repeated"] = new("同一对象的同一指标出现多次", "One indicator of one unit or officer comes more than once"),
        ["exclusion.already"] = new("该项目在此指标中已被剔除", "The project is left out of this indicator already"),
        ["exclusion.none"] = new("该项目在此指标中未被剔除", "The project is not left out of this indicator"),
        ["penalty.reversed"] = new("扣减只能撤销一次", "A penalty is taken back once, and a reversal not at all"),
    }, new Dictionary<string, string>
    {
        ["ix_penalty_reverses"] = "penalty.reversed",
    });
}
