using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Web.Hosting;

namespace Qibin.Crm.Projects;

/// <summary>What the projects service says of itself.</summary>
internal static class ProjectsService
{
    public static ServiceDescription Description { get; } = new("projects", "项目 · Projects",
        new Dictionary<string, ProblemText>(StringComparer.Ordinal)
        {
            ["project.notActive"] = new("项目当前状态为 {0}，不能办理阶段事项", "The project is {0}, so its stages do not move"),
            ["project.terminated"] = new("项目已终止，不能再修改", "The project is terminated and does not change any more"),
            ["project.sameStatus"] = new("项目状态已是 {0}", "The project is {0} already"),
            ["project.dateBeforeStatus"] = new("日期不能早于上一次状态变更（{0}）", "The date cannot lie before the last change of status ({0})"),
            ["project.notOwner"] = new("只有项目责任人或管理岗位可以办理", "Only the project's owner or a role above may do that"),
            ["project.movedIn"] = new("企业已入驻，不能退回到注册之前", "The enterprise has moved in, so the project does not go back before registration"),
            ["project.ownerRole"] = new("变更责任人或涉密范围须由部门负责人、统筹岗或管理员办理", "Owner and confidentiality are set by a unit head, coordinator or administrator"),
            ["project.officerUnknown"] = new("人员 {0} 不存在或已停用", "Officer {0} is unknown or not active"),
            ["project.notProjectOfficer"] = new("人员 {0} 不是项目专员", "Officer {0} is no project officer"),
            ["project.readersNeeded"] = new("涉密项目须指定知悉人员", "A confidential project needs named readers"),
            ["stage.notNext"] = new("当前阶段为 {0}，只能申报下一阶段 {1}", "The stage is {0}, so only {1} can be submitted"),
            ["stage.last"] = new("项目已达效，没有后续阶段", "The project is efficient; there is no stage after it"),
            ["submission.open"] = new("已有待审批的阶段申报", "A submission waits for its approval already"),
            ["submission.closed"] = new("该申报已办结", "The submission is closed"),
            ["stage.dateBeforePrevious"] = new("日期不能早于上一阶段日期（{0}）", "The date cannot lie before that of the stage before ({0})"),
            ["stage.evidenceMissing"] = new("进入阶段 {0} 的要件不齐，缺少项见 missing", "Evidence for stage {0} is missing; see missing"),
            ["stage.fieldNotAsked"] = new("进入阶段 {0} 不需要 {1}", "Stage {0} does not ask for {1}"),
            ["stage.outputAfterStage"] = new("首次产出日期不能晚于投产日期", "The first output cannot lie after the day of producing"),
            ["stage.currencyDiffers"] = new("{0} 的币种与门槛币种 {1} 不同，不能比较", "{0} is not in {1}, the threshold's currency, so the two cannot be compared"),
            ["stage.belowThreshold"] = new("{0} 未达到门槛 {1} {2}", "{0} is below its threshold of {1} {2}"),
            ["submission.own"] = new("申报人不能审批自己的申报", "Nobody approves their own submission"),
            ["stage.approverRole"] = new("阶段 {0} 须由 {1} 审批", "Stage {0} is approved by {1}"),
            ["stage.approverUnfit"] = new("人员 {0} 不能审批该项目的阶段 {1}", "Officer {0} is not one who approves stage {1} of this project"),
            ["submission.integrationOnly"] = new("只有系统集成可以代报申报人或审批人", "Only an integration names who submitted or approved"),
            ["submission.notSubmitter"] = new("只有申报人或部门负责人、统筹岗可以撤回", "Only the submitter, a unit head or a coordinator takes a submission back"),
            ["stage.notBack"] = new("当前阶段为 {0}，只能退回到更早的阶段", "The stage is {0}; a step back leads to an earlier one"),
            ["contract.notSigned"] = new("项目尚未签约", "The project is not signed yet"),
            ["amount.isReversal"] = new("冲销记录不能再冲销", "An entry that takes another back cannot be taken back"),
            ["amount.reversed"] = new("该笔记录已冲销", "The entry has been taken back already"),
            ["amount.tooLarge"] = new("累计金额超出上限", "The sum is beyond what an amount can hold"),
            ["amount.originNotAsked"] = new("完成投资不填写资金来源", "Leave the origin out: completed investment has none"),
            ["document.locator"] = new("文件须提供地址或摘要", "A document needs its uri or its hash"),
            ["document.hash"] = new("须为 64 位小写十六进制 SHA-256", "Must be a SHA-256 of 64 lower-case hexadecimal digits"),
            ["amount.currencyNeeded"] = new("按金额筛选须指定币种", "Filtering by amount needs its currency"),
            ["amount.range"] = new("下限不能大于上限", "The lower bound cannot be above the upper one"),
        },
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [ProjectsDb.OneOpenSubmission] = "submission.open",
            [ProjectsDb.OneReversal] = "amount.reversed",
        });
}
