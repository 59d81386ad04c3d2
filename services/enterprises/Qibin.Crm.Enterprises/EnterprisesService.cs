using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Hosting;
using Qibin.Crm.Web.Problems;

namespace Qibin.Crm.Enterprises;

/// <summary>Name and problem texts of the enterprises service.</summary>
internal static class EnterprisesService
{
    public static ServiceDescription Description { get; } = new(
        "enterprises",
        "Qibin.Crm 企业 Enterprises",
        new Dictionary<string, ProblemText>(StringComparer.Ordinal)
        {
            ["enterprise.usccTaken"] = new(
                "该统一社会信用代码已登记",
                "An enterprise with this unified social credit code is registered; use that one"),
            ["enterprise.registrationTaken"] = new(
                "该境外注册号已登记", "An enterprise with this foreign registration number is registered; use that one"),
            ["enterprise.codeNeeded"] = new(
                "没有统一社会信用代码的企业须保留境外注册号",
                "An enterprise without a unified social credit code keeps its foreign registration; replace it instead"),
            ["enterprise.unknown"] = new("未找到该企业", "There is no such enterprise; name one of the register"),
            ["chain.unknown"] = new("未知的产业链 {0}", "There is no industry chain {0}; use a code of the list of industry chains"),
            ["industryCode.invalid"] = new("国民经济行业代码须为门类字母，或字母加 2 至 4 位数字", "Give a letter from A to T, or a letter and 2 to 4 digits"),
            ["premises.nameTaken"] = new("同一上级下已有同名载体，请更换名称", "Another one in the same place has this name; choose another name"),
            ["premises.parkUnknown"] = new("未找到该园区", "There is no such park"),
            ["premises.buildingUnknown"] = new("未找到该楼宇", "There is no such building"),
            ["premises.spaceUnknown"] = new("未找到该单元", "There is no such space"),
            ["premises.floorUnknown"] = new("该楼宇没有第 {0} 层", "The building has no floor {0}; choose one that it has"),
            ["premises.floorInUse"] = new(
                "尚有单元位于将被去掉的楼层，请先调整这些单元",
                "Spaces are on the floors that would be removed; move them to another floor first"),
            ["premises.spaceNotAvailable"] = new("单元当前不可出租，请选择可用单元", "A space cannot be let at present; choose available ones"),
            ["premises.spaceTaken"] = new("单元在该期间已被占用，请选择其他单元或期间", "A space is taken in that period; choose another space or period"),
            ["entry.wrongState"] = new("申请当前为{0}，此操作要求{1}", "The application is {0}; this step needs it to be one of: {1}"),
            ["entry.beforePrevious"] = new(
                "日期早于上一步（{0}），请填写当日或之后的日期",
                "The date is before that of the previous step; enter {0} or later"),
            ["entry.termEmpty"] = new("结束日期须晚于开始日期", "The end of the term is not after its beginning; enter a later end"),
            ["entry.termOver"] = new("申请的期限已于 {0} 结束，请重新申请", "The term of the application ended on {0}; draft a new application"),
            ["entry.projectNotLinked"] = new(
                "该项目未关联此企业，或无权为其申请",
                "The enterprise has no such project that you may apply for; name one of its projects"),
            ["entry.ownProjectOnly"] = new(
                "只能为本人负责项目的企业办理",
                "The enterprise has no project of yours; ask a service officer or coordinator to draft the application"),
            ["entry.ownDraft"] = new(
                "起草人不能受理或评审自己起草的申请",
                "Whoever drafted an application neither accepts nor reviews it. Ask another officer"),
            ["entry.ownApproval"] = new(
                "参与起草、受理或评审的人员不能批准该申请",
                "Whoever drafted, accepted or reviewed an application does not approve it. Ask another approver"),
            ["entry.ownMoveIn"] = new("批准人不能办理该企业入驻", "The approver does not move the enterprise in. Ask a service officer"),
            ["entry.approvalLacks"] = new("批准前尚缺材料，请补齐所列缺少项", "Something is missing before approval; add what is listed as missing"),
            ["entry.fairCompetitionFailed"] = new(
                "公平竞争审查未通过，不能批准；请修改优惠条件后重新审查",
                "The fair-competition review failed; change the preferential terms and have them reviewed again"),
            ["entry.vetoStands"] = new(
                "存在一票否决事项：{0}，不能批准",
                "A reviewer found grounds for a veto ({0}), so the application cannot be approved"),
            ["entry.scoreTooLow"] = new(
                "平均得分 {0}，低于 {1} 分，不能批准",
                "The mean score of {0} is below {1}, so the application cannot be approved"),
            ["entry.approverNeeded"] = new(
                "系统代为登记批准时须提供在职批准人：领导，或项目所在部门及其上级部门的负责人",
                "Name the active leader, or head of the project's unit or one above it, who approved"),
            ["entry.approverOnlyForIntegrations"] = new("批准人即当前用户，不能另行指定", "You are the approver; leave the approver out"),
            ["score.indicatorUnknown"] = new("未知的评审指标 {0}", "There is no indicator {0} on the score sheet"),
            ["score.indicatorRepeated"] = new("评审指标 {0} 重复", "Indicator {0} appears twice; give it once"),
            ["score.indicatorMissing"] = new("缺少评审指标 {0}", "Indicator {0} is missing; score each indicator of the sheet"),
            ["score.vetoUnknown"] = new("未知的否决事项 {0}", "There is no ground for a veto {0} on the score sheet"),
            ["tenancy.ended"] = new("租约已结束", "The tenancy has ended already"),
            ["tenancy.endBeforeStart"] = new(
                "离园日期早于入驻日期（{0}），请填写当日或之后的日期",
                "The end is before the beginning of the tenancy; enter {0} or later"),
        },
        new Dictionary<string, RuleConstraint>(StringComparer.Ordinal)
        {
            [EnterprisesDb.UsccConstraint] = new("enterprise.usccTaken", typeof(Enterprise), nameof(Enterprise.Uscc)),
            [EnterprisesDb.ParkNameConstraint] = new("premises.nameTaken", typeof(PremisesPart), nameof(PremisesPart.Name)),
            [EnterprisesDb.BuildingNameConstraint] = new("premises.nameTaken", typeof(PremisesPart), nameof(PremisesPart.Name)),
            [EnterprisesDb.SpaceNameConstraint] = new("premises.nameTaken", typeof(PremisesPart), nameof(PremisesPart.Name)),
            [EnterprisesDb.OccupationConstraint] = new(
                "premises.spaceTaken", typeof(Occupation), nameof(Occupation.From), nameof(Occupation.Until)),
        });
}
