using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Data;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.Web.Hosting;
using Qibin.Crm.Web.Problems;

namespace Qibin.Crm.Projects;

/// <summary>Name and problem texts of the projects service.</summary>
internal static class ProjectsService
{
    public static ServiceDescription Description { get; } = new("projects", "项目 · Projects",
        new Dictionary<string, ProblemText>(StringComparer.Ordinal)
        {
            ["project.notActive"] = new("项目状态为{0}，只有推进中的项目可以办理阶段事项", "The project is {0}; only an active project changes its stage"),
            ["project.terminated"] = new(
                "项目已终止，不能修改；误终止的请由部门负责人、统筹岗或管理员恢复",
                "The project is terminated; if by mistake, ask a unit head, coordinator or administrator to resume it"),
            ["project.terminationRole"] = new(
                "只有部门负责人、统筹岗或管理员可以恢复已终止的项目",
                "Ask a unit head, coordinator or administrator to resume a terminated project"),
            ["project.sameStatus"] = new("项目状态已是{0}，请选择其他状态", "The project is {0} already; choose another status"),
            ["project.dateBeforeStatus"] = new(
                "日期早于上一次状态变更（{0}），请填写当日或之后的日期",
                "The date is before the last change of status; enter {0} or later"),
            ["project.notOwner"] = new(
                "只有项目责任人或管理岗位可以办理",
                "Only the project's owner, a unit head, a project officer, a coordinator or an administrator can do this"),
            ["project.movedIn"] = new("企业现入驻在园，不能退回到注册之前；请选择注册或之后的阶段", "The enterprise is in the city; choose registered or a later stage"),
            ["project.ownerRole"] = new(
                "变更责任人或涉密范围须由部门负责人、统筹岗或管理员办理",
                "Ask a unit head, coordinator or administrator to change the owner, confidentiality or readers"),
            ["project.officerUnknown"] = new("人员 {0} 不存在或已停用，请填写在用人员", "User {0} is unknown or not active; name an active user"),
            ["project.notProjectOfficer"] = new(
                "人员 {0} 不是项目专员，请填写项目专员",
                "User {0} has not the role project officer; name a user who has"),
            ["project.readersOfOpen"] = new(
                "只有涉密项目可以指定知悉人员",
                "Only a confidential project has named readers. Set confidential as well, or leave the readers out"),
            ["project.readersNeeded"] = new("涉密项目须指定知悉人员", "Name at least one reader of a confidential project"),
            ["stage.notNext"] = new("当前阶段为{0}，只能申报下一阶段{1}", "The stage is {0}; submit the next stage, {1}"),
            ["stage.last"] = new("项目已达效，没有后续阶段", "The project is efficient, its last stage; there is nothing to submit"),
            ["stage.dateBeforePrevious"] = new(
                "日期早于上一阶段日期（{0}），请填写当日或之后的日期；该日期有误的，请先申报更正",
                "The date is before that of the stage before; enter {0} or later, or have that date corrected first"),
            ["stage.notReached"] = new("项目尚未进入{0}阶段，没有可更正的日期", "The project has not reached stage {0}; choose a stage that it holds"),
            ["stage.dateOfConversion"] = new(
                "在谈日期即线索转为项目的日期，请在线索中更正",
                "The date of negotiating is that of the lead's conversion; correct it on the lead"),
            ["stage.dateSame"] = new("{0}日期已是 {1}，请填写其他日期", "Stage {0} has the date {1} already; enter another one"),
            ["stage.dateAfterNext"] = new(
                "日期晚于下一阶段日期（{0}），请填写当日或之前的日期",
                "The date is after that of the stage that followed; enter {0} or earlier"),
            ["stage.dateAfterAmount"] = new(
                "合同已有 {0} 的金额记录，签约日期不能晚于该日",
                "The contract has an amount dated {0}; enter that day or an earlier one, or reverse the entry first"),
            ["move.stageOrVersion"] = new(
                "请填写阶段或记录版本号其中一项",
                "Give either the stage or the version of the move, not both"),
            ["move.unknown"] = new(
                "项目历程中没有可更正的第 {0} 版记录，请从历程中选择",
                "Version {0} is no move that is corrected; take the version of a move from the project's history"),
            ["move.superseded"] = new(
                "该阶段或合同已被退回，其日期不再有效，请更正现行的记录",
                "A step back took the stage or the contract of this move away; correct the one that holds now"),
            ["move.dateSame"] = new("该日期已是 {0}，请填写其他日期", "The move has the date {0} already; enter another one"),
            ["move.noContract"] = new(
                "该记录未确定现行合同额，请选择现行合同的签约或变更记录",
                "The move did not set an amount of the present contract; choose its signing or a new amount since"),
            ["project.dateAfterStatus"] = new(
                "日期晚于其后一次状态变更（{0}），请填写当日或之前的日期",
                "The date is after the next change of status; enter {0} or earlier"),
            ["contract.same"] = new(
                "合同额已是该金额；日期有误的，请申报更正日期",
                "The contract has this amount already; where its date is wrong, submit a correction of the date"),
            ["contract.dateOfMove"] = new(
                "更正原登记金额不改变其日期，请不填日期",
                "The move keeps its date; leave the date out, or correct it by itself"),
            ["stage.evidenceMissing"] = new("进入{0}阶段的要件不齐，请补齐所列缺少项", "Evidence for stage {0} is missing; add each item that missing lists"),
            ["stage.fieldNotAsked"] = new("进入{0}阶段不需要填写{1}，请删除", "Stage {0} does not ask for {1}; leave it out"),
            ["stage.outputAfterStage"] = new(
                "首次产出日期不能晚于投产日期",
                "The first output is after the day of production; enter that day or an earlier one"),
            ["stage.currencyDiffers"] = new("{0}的币种与门槛币种 {1} 不同，请按该币种填写", "{0} has another currency than its threshold; give it in {1}"),
            ["stage.belowThreshold"] = new("{0}未达到门槛 {1} {2}", "{0} is below its threshold of {1} {2}"),
            ["stage.approverRole"] = new("{0}阶段须由{1}审批", "Stage {0} is approved by these roles: {1}"),
            ["stage.approverUnfit"] = new(
                "人员 {0} 不能审批该项目的{1}阶段，请填写有审批权限的在用人员",
                "User {0} cannot approve stage {1} of this project; name an active user with an approving role who sees the project"),
            ["stage.notBack"] = new("当前阶段为{0}，只能退回到更早的阶段", "The stage is {0}; choose an earlier one"),
            ["submission.open"] = new("已有待审批的申报，请先办结或撤回", "A submission waits for approval; have it decided or withdraw it first"),
            ["submission.closed"] = new("该申报已办结", "The submission is closed; file a new one"),
            ["submission.own"] = new("申报人不能审批自己的申报，请由他人审批", "Nobody approves an own submission; ask somebody else who may approve"),
            ["submission.integrationOnly"] = new(
                "只有系统集成可以代填申报人或审批人",
                "Leave the submitter and the approver out; only an integration names them"),
            ["submission.notSubmitter"] = new(
                "只有申报人、部门负责人或统筹岗可以撤回",
                "Only the submitter, a unit head or a coordinator can withdraw a submission"),
            ["contract.notSigned"] = new("项目尚未签约，请先完成签约阶段", "The project is not signed yet; reach the stage signed first"),
            ["amount.dateBeforeSigning"] = new(
                "日期早于签约日期（{0}），请填写当日或之后的日期",
                "The date is before that of signing; enter {0} or later"),
            ["amount.isReversal"] = new("冲销记录不能再冲销，请重新登记", "A reversal cannot be reversed; record a new entry"),
            ["amount.reversed"] = new("该笔记录已冲销", "The entry is reversed already"),
            ["amount.tooLarge"] = new("累计金额超出上限", "The sum exceeds 10^15, the limit of an amount; check the amount"),
            ["amount.originNotAsked"] = new("完成投资不填写资金来源", "Completed investment has no origin; leave it out"),
            ["document.locator"] = new("文件须提供地址或摘要", "Give the document's uri or its hash"),
            ["document.hash"] = new("须为 64 位小写十六进制摘要", "Give the SHA-256 as 64 lower-case hexadecimal digits"),
            ["amount.currencyNeeded"] = new("按金额筛选须指定币种", "Add the currency to a filter by amount"),
            ["amount.range"] = new("下限不能大于上限", "The lower bound is above the upper bound; exchange them"),
        },
        new Dictionary<string, RuleConstraint>(StringComparer.Ordinal)
        {
            [ProjectsDb.OneOpenSubmission] = new("submission.open", typeof(Submission), nameof(Submission.ProjectId)),
            [ProjectsDb.OneReversal] = new("amount.reversed", typeof(AmountEntry), nameof(AmountEntry.ReversalOf)),
        });
}
