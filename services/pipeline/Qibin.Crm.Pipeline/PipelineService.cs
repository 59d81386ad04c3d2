using Qibin.Crm.Web.Hosting;
using Qibin.Crm.Web.Problems;

namespace Qibin.Crm.Pipeline;

internal static class PipelineService
{
    public static ServiceDescription Description { get; } = new("pipeline", "招商全程 · Pipeline", new Dictionary<string, ProblemText>
    {
        ["groupBy.count"] = new("请按一个或两个维度分组", "Group by one or two dimensions"),
        ["node.unknown"] = new("没有产业链环节 {0}，请从产业链目录中选择", "There is no node {0}; choose one from the industry chains"),
        ["region.invalid"] = new(
            "来源地请填六位行政区划代码，不能是 {0}", "Give the source region as a division code of six digits, or none, instead of {0}"),
        ["month.invalid"] = new(
            "月份请写成四位年份和两位月份，如 2026-11，不能是 {0}", "Write the month as YYYY-MM instead of {0}"),
        ["month.range"] = new("起始月份不能晚于结束月份，且最多 {0} 个月", "Give a first month that is not after the last, and {0} months at most"),
        ["reachedIn.alone"] = new("请同时选择里程碑", "Choose a milestone in reached as well"),
        ["instant.future"] = new("请给出不晚于现在的时刻", "Give an instant that is not in the future"),
        ["watermark.none"] = new(
            "尚不知道 {0} 服务已记录到何时，请稍后再问", "It is not known yet what the {0} service has recorded; ask again in a moment"),
        ["convertTo.unknown"] = new("只能折算为人民币，不能折算为 {0}", "Convert to CNY; {0} is not supported"),
        ["rate.currency"] = new("请给出需要汇率的外币代码，{0} 不是", "Give the code of a foreign currency; {0} is not one"),
        ["rate.repeated"] = new("同一货币同一日期只能出现一次", "Give each currency and day once"),
        ["rebuild.running"] = new("已有另一种方式的重建正在进行，请等它结束", "Wait until the rebuild that is running has ended"),
        ["verification.unknown"] = new("请给出一次已结束的核对", "Give a verification that has ended"),
        ["report.confidential"] = new("报告中有项目现已涉密，请重新生成报告", "A project in the report has become confidential; create the report again"),
        ["chain.unknown"] = new("没有产业链 {0}，请从产业链目录中选择", "There is no industry chain {0}; choose one from the list of chains"),
        ["year.outside"] = new("请给出 {0} 年内的日期", "Give a day in {0}"),
        ["by.one"] = new("请选择按单位或按负责人考核", "Choose to assess by unit or by owner"),
        ["indicator.one"] = new("请只选择一个指标", "Choose one indicator only"),
        ["subject.one"] = new("请给出单位或负责人，二者只能有一个", "Give either unitId or ownerId, not both"),
        ["unit.unknown"] = new("没有该单位，请从单位目录中选择", "There is no such unit; choose one from the directory"),
        ["owner.unknown"] = new("没有该人员，请从人员目录中选择", "There is no such person; choose one from the directory"),
        ["measure.other"] = new(
            "数量指标请填数量，金额指标请填金额，另一个留空", "Give a count for an indicator of projects and an amount for one of money, not both"),
        ["measure.currency"] = new("目标与扣减请以人民币填写", "Give targets and penalties in CNY"),
        ["measure.negative"] = new("请填写不小于零的数值", "Give a value that is not below zero"),
        ["target.repeated"] = new("同一对象的同一指标只能出现一次", "Give each indicator of a unit or owner once"),
        ["exclusion.already"] = new("该项目在此指标中已被剔除，无需再次剔除", "The project is already excluded from this indicator; nothing is left to do"),
        ["exclusion.none"] = new("该项目在此指标中未被剔除，无需恢复", "The project is not excluded from this indicator; nothing is left to do"),
        ["penalty.reversed"] = new("每项扣减只能撤销一次，撤销本身不能再撤销", "Reverse a penalty once only; a reversal cannot be reversed"),
    }, new Dictionary<string, RuleConstraint>
    {
        ["ix_penalty_reverses"] = new("penalty.reversed", typeof(PenaltyRow), nameof(PenaltyRow.Reverses)),
    });
}
