using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Hosting;

namespace Qibin.Crm.Enterprises;

/// <summary>What the enterprises service says of itself.</summary>
internal static class EnterprisesService
{
    public static ServiceDescription Description { get; } = new(
        "enterprises",
        "Qibin.Crm 企业 Enterprises",
        new Dictionary<string, ProblemText>(StringComparer.Ordinal)
        {
            ["enterprise.usccTaken"] = new("该统一社会信用代码已登记", "An enterprise with this unified social credit code is registered already"),
            ["enterprise.unknown"] = new("未找到该企业", "There is no such enterprise"),
            ["chain.unknown"] = new("未知的产业链 {0}", "Unknown industry chain {0}"),
            ["industryCode.invalid"] = new("国民经济行业代码须为门类字母，或字母加 2 至 4 位数字", "An industry code is a letter A to T, or a letter and 2 to 4 digits"),
            ["premises.nameTaken"] = new("同一上级下已有同名载体", "The name is taken by another one in the same place"),
            ["premises.parkUnknown"] = new("未找到该园区", "There is no such park"),
            ["premises.buildingUnknown"] = new("未找到该楼宇", "There is no such building"),
            ["premises.spaceUnknown"] = new("未找到该单元", "There is no such space"),
            ["premises.floorUnknown"] = new("该楼宇没有第 {0} 层", "The building has no floor {0}"),
            ["premises.floorInUse"] = new("尚有单元位于将被去掉的楼层", "Spaces stand on floors that would go"),
            ["premises.spaceNotAvailable"] = new("单元当前不可出租", "A space cannot be let at present"),
            ["premises.spaceTaken"] = new("单元在该期间已被占用", "A space is taken in that time"),
            ["entry.wrongState"] = new("申请当前为 {0}，此操作要求 {1}", "The application is {0}; this step needs {1}"),
            ["entry.beforePrevious"] = new("日期不能早于上一步的 {0}", "The date lies before the previous step's, {0}"),
            ["entry.termEmpty"] = new("结束日期须晚于开始日期", "The term's end must lie after its beginning"),
            ["entry.termOver"] = new("申请的期限已于 {0} 结束", "The term that was applied for ended on {0}"),
            ["entry.projectNotLinked"] = new("该项目未关联此企业", "That project is not linked to the enterprise"),
            ["entry.ownProjectOnly"] = new("只能为本人负责项目的企业办理", "Only for enterprises of your own projects"),
            ["entry.approvalLacks"] = new("批准前尚缺材料", "Something is missing before approval"),
            ["entry.fairCompetitionFailed"] = new("公平竞争审查未通过", "The fair-competition review did not pass"),
            ["entry.vetoStands"] = new("存在一票否决事项：{0}", "A veto stands: {0}"),
            ["entry.scoreTooLow"] = new("平均得分 {0}，低于 {1} 分", "The mean score of {0} is below {1}"),
            ["entry.approverNeeded"] = new("系统代为登记批准时须提供在职批准人", "An approval recorded by an integration needs an active approver"),
            ["entry.approverOnlyForIntegrations"] = new("批准人即当前用户，不能另行指定", "The approver is the caller and cannot be named"),
            ["score.indicatorUnknown"] = new("未知的评审指标 {0}", "Unknown indicator {0}"),
            ["score.indicatorRepeated"] = new("评审指标 {0} 重复", "Indicator {0} appears twice"),
            ["score.indicatorMissing"] = new("缺少评审指标 {0}", "Indicator {0} is missing"),
            ["score.vetoUnknown"] = new("未知的否决事项 {0}", "Unknown veto ground {0}"),
            ["tenancy.ended"] = new("租约已结束", "The tenancy has ended"),
            ["tenancy.endBeforeStart"] = new("离园日期不能早于入驻日期 {0}", "The end lies before the beginning on {0}"),
        },
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [EnterprisesDb.UsccConstraint] = "enterprise.usccTaken",
            [EnterprisesDb.ParkNameConstraint] = "premises.nameTaken",
            [EnterprisesDb.BuildingNameConstraint] = "premises.nameTaken",
            [EnterprisesDb.SpaceNameConstraint] = "premises.nameTaken",
            [EnterprisesDb.OccupationConstraint] = "premises.spaceTaken",
        });
}
