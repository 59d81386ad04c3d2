using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Hosting;
using Qibin.Crm.Web.Problems;

namespace Qibin.Crm.Leads;

/// <summary>What the service says of itself, and who may do what in it.</summary>
internal static class LeadsService
{
    /// <summary>Who writes: those who follow leads, and those who keep order among them.</summary>
    public static readonly string[] Writers = [Roles.Officer, Roles.UnitHead, Roles.Coordinator];

    /// <summary>Who logs contacts: besides those who work on leads, leaders and chain chiefs their own visits.</summary>
    public static readonly string[] Visitors = [.. Writers, Roles.Leader, Roles.ChainChief];

    /// <summary>Who gives a lead to another officer.</summary>
    public static readonly string[] Assigners = [Roles.UnitHead, Roles.Coordinator];

    public static readonly ServiceDescription Description = new(
        "leads",
        "线索服务 · Leads",
        new Dictionary<string, ProblemText>
        {
            ["lead.closed"] = new("线索已关闭，请先重新启用", "The lead is closed. Reopen it first"),
            ["lead.notClosed"] = new("线索未关闭", "The lead is open; only a closed lead can be reopened"),
            ["lead.converted"] = new(
                "线索已转为项目，请在项目中办理；再上项目请登记后续项目",
                "The lead has become a project. Change the project instead, or open a further project of the lead"),
            ["lead.notConverted"] = new(
                "线索尚未转为项目，不能登记后续项目；请先转为项目", "The lead has no project yet, so it cannot have a further one. Convert it instead"),
            ["lead.notReady"] = new("线索尚不具备转项目条件", "The lead is not ready for conversion. Add what is listed as missing"),
            ["lead.wrongStage"] = new(
                "线索当前阶段不能执行此操作",
                "The lead's stage does not allow this. Read the lead and choose the next step of its stage"),
            ["lead.stageDateOrder"] = new(
                "日期不能早于当前阶段的日期 {0:yyyy-MM-dd}；该日期有误的，请先更正",
                "The date is before {0:yyyy-MM-dd}, the date of the present stage. Give that date or a later one, or correct it first"),
            ["lead.stageUnknown"] = new(
                "阶段历史中没有此记录", "The lead's history has no such entry. Read the history and give the version of one of its entries"),
            ["lead.stageDateOfContact"] = new(
                "首次联系日期随联系记录，请更正最早的联系记录",
                "The first entry has the date of the earliest contact. Correct that contact instead"),
            ["lead.stageDateSame"] = new("阶段日期已是 {0:yyyy-MM-dd}", "The stage has the date {0:yyyy-MM-dd} already. Give another one"),
            ["lead.stageDateTooEarly"] = new(
                "日期不能早于上一阶段的日期 {0:yyyy-MM-dd}",
                "The date is before {0:yyyy-MM-dd}, the date of the stage before. Give that date or a later one"),
            ["lead.stageDateTooLate"] = new(
                "日期不能晚于下一阶段的日期 {0:yyyy-MM-dd}",
                "The date is after {0:yyyy-MM-dd}, the date of the stage that followed. Give that date or an earlier one"),
            ["lead.dateBeforeFirstContact"] = new(
                "日期不能早于首次联系日期 {0:yyyy-MM-dd}",
                "The date is before the first contact on {0:yyyy-MM-dd}. Give that date or a later one"),
            ["lead.revisitOrder"] = new("回访日期须晚于留存日期", "The revisit date must be after the date of closing"),
            ["lead.sameOwner"] = new("该线索已由此人负责，请另选负责人", "This person already owns the lead. Choose another owner"),
            ["lead.restrictedToOwner"] = new(
                "只有负责人、部门负责人或统筹岗可以设置涉密",
                "The lead's owner proposes, a unit head or coordinator decides about confidentiality. Ask one of them"),
            ["lead.confidentialByHead"] = new(
                "涉密已由部门负责人确认，如需变更请联系知悉的部门负责人",
                "A head has decided that the lead is confidential. Ask one among its readers to change that"),
            ["lead.readAlready"] = new("您已可查看该线索，无需应急开启", "You read this lead already. Open it as usual"),
            ["lead.readersOfOpen"] = new(
                "只有涉密线索可以指定阅读人",
                "Only a confidential lead has named readers. Set confidential as well, or leave the readers out"),
            ["contact.visitsOnly"] = new(
                "领导与链长只登记本人的走访，其他联系与下一步由招商人员登记",
                "Leaders and chain chiefs log their own visits. Ask the lead's officer to log other contacts and next steps"),
            ["lead.claimed"] = new(
                "该线索有首报或争议记录，不能移入回收站，请关闭为无效",
                "A claim or dispute was filed on the lead, so it stays on record. Close it as invalid instead"),
            ["lead.transferred"] = new(
                "该线索已流转，不能移入回收站，请关闭为无效",
                "The lead was transferred, so it stays on record. Close it as invalid instead"),
            ["lead.pooled"] = new("该线索在公海，请先领取", "The lead is in the pool. Pick it first"),
            ["contact.only"] = new(
                "这是该线索唯一的联系记录，请更正此记录，或移除整条线索",
                "The lead has no other contact. Correct this one, or remove the lead"),
            ["contact.evidence"] = new(
                "首报或争议以此联系记录为凭，不能移除；内容有误的请更正",
                "A claim or dispute names this contact as its evidence. Correct it instead"),
            ["nextStep.open"] = new(
                "该线索已有待办的下一步，请先完成或取消", "The lead has another open next step. Complete or cancel that one first"),
            ["person.met"] = new(
                "有联系记录写明与此人联系，请先更正这些记录中的联系人",
                "Contacts say that they were with this person. Name another person in them first, or amend this one"),
            ["person.last"] = new(
                "这是该客商唯一的联系人，请先新增联系人，或修改此人",
                "The investor has no other person. Add one first, or amend this one"),
            ["bin.investorMerged"] = new(
                "该客商已并入另一客商，请先撤销合并再恢复，或在合并后的客商下重新登记",
                "The investor has been merged into another one. Undo the merge first, or enter it with that investor again"),
            ["contact.notAuthor"] = new(
                "只有登记人或部门负责人可以更正或移除", "Only its author or a unit head corrects or removes a contact. Ask one of them"),
            ["contact.reasonNeeded"] = new(
                "登记超过 24 小时或非本人登记，更正须写明原因",
                "Give a reason: 24 hours have passed, or somebody else logged the contact"),
            ["contact.placeOfNoVisit"] = new(
                "只有外出拜访和来访考察可以填写地点",
                "Only a visit has a place. Leave the place out, or choose a visit as channel"),
            ["contact.afterStage"] = new(
                "首次联系不能晚于后续阶段的日期 {0:yyyy-MM-dd}，请填该日或更早，或先更正该阶段的日期",
                "The first contact would come after {0:yyyy-MM-dd}, when the lead left its first stage. Give that date or an earlier one"),
            ["referrer.exists"] = new("该线索已登记引荐单位/人", "The lead has a referrer already. Amend that one"),
            ["referrer.frozen"] = new("引荐单位/人已认定，不可更改", "The referrer is approved and can no longer be changed. Ask a coordinator"),
            ["referrer.reasonNeeded"] = new("更改已认定的引荐单位/人须写明原因", "Give a reason for changing an approved referrer"),
            ["referrer.ownProposal"] = new("不能认定自己登记的引荐单位/人", "The proposer of a referrer does not approve it. Ask another head"),
            ["leave.order"] = new("结束日期不能早于开始日期", "The last day is before the first. Swap them, or leave the last day out"),
            ["assignment.nobody"] = new("没有可分派的人员", "No officer can take the lead. Assign it by name"),
            ["closure.wentToNeedsReason"] = new(
                "只有原因为“已落户他处”时可以填写落户地",
                "The place belongs to the reason wentElsewhere. Choose that reason, or leave the place out"),
            ["value.single"] = new("只能填写一个值", "Give one value only"),
            ["nextStep.none"] = new("没有待办的下一步，请先安排", "The lead has no open next step. Plan one first"),
            ["nextStep.beforeFirstContact"] = new(
                "下一步日期不能早于首次联系日期 {0:yyyy-MM-dd}",
                "The next step is due before the first contact on {0:yyyy-MM-dd}. Give that date or a later one"),
            ["officer.unknown"] = new(
                "没有此人员，或其不在职、不在可分派范围内，请另选",
                "This person is unknown, inactive, or beyond your reach. Choose another"),
            ["owner.notAllowed"] = new("不能为他人登记，请不填负责人", "You log leads for yourself only. Leave the owner out"),
            ["owner.withoutUnit"] = new("当前用户不属于任何部门，请指定负责人", "You belong to no unit. Name an owner"),
            ["investor.unknown"] = new("没有此客商，或不在您的管理范围内", "No such investor among those that you may change. Check the id"),
            ["investor.usccTaken"] = new(
                "该统一社会信用代码的客商已存在",
                "An investor with this unified social credit code exists already. Use that one"),
            ["investor.registrationTaken"] = new(
                "该境外注册号的客商已存在", "An investor with this foreign registration number exists already. Use that one"),
            ["import.registrationIncomplete"] = new(
                "注册国家和注册号须一并填写", "A foreign registration has a country and a number. Fill in both, or neither"),
            ["investor.duplicate"] = new(
                "已有相同或相近的客商；确需登记请说明理由",
                "Such an investor exists already. Use it, or give a reason in duplicateOverride"),
            ["investor.elsewhere"] = new("已有其他人员或部门在跟进该客商", "Another officer or unit works with this investor. Talk to them first"),
            ["investor.merged"] = new("该客商已并入另一客商，请使用合并后的客商", "The investor has been merged into another one. Use that one"),
            ["merge.self"] = new("客商不能并入自身", "An investor cannot be merged into itself. Name another one"),
            ["merge.beyondReach"] = new("合并涉及其他部门的线索，请由统筹人员办理", "The merge would move leads of other units. Ask a coordinator"),
            ["merge.bothClaimed"] = new(
                "两个客商均在首报保护期内，请先释放或裁定其一",
                "Both investors are protected. Release one claim, or have it resolved, first"),
            ["merge.undone"] = new("该合并已撤销", "The merge has been undone already"),
            ["merge.tooOld"] = new("合并已超过 {0} 天，不能撤销", "The merge is more than {0} days old and can no longer be undone"),
            ["merge.later"] = new("之后还有合并，请先撤销较晚的合并", "A later merge builds on this one. Undo the later one first"),
            ["unmasking.dailyLimit"] = new(
                "今日查看完整联系方式已达 {0} 人，请明日再查看，或请部门负责人分派线索",
                "You have unmasked {0} people today. Go on tomorrow, or have the lead assigned to you by a head"),
            ["person.unreachable"] = new(
                "请至少填写电话、邮箱、微信号中的一项", "Give one way at least to reach the person: phone, e-mail or WeChat id"),
            ["person.unknown"] = new("该客商没有此联系人，请先新增联系人", "The investor has no such person. Add the person first"),
            ["import.empty"] = new("请先上传含有数据行的文件", "The import has no rows. Upload a file with rows first"),
            ["import.running"] = new("导入任务正在进行", "A run of this import is in progress. Wait for its end, or cancel it"),
            ["import.notRunning"] = new("没有正在进行的导入任务", "No run of this import is in progress"),
            ["import.started"] = new("该导入已执行", "The import has been run already. Begin a new one"),
            ["import.notStarted"] = new("该导入尚未执行", "The import has not been run. There is nothing to revert"),
            ["import.reverted"] = new("该导入已撤销", "The import has been reverted. Begin a new one"),
            ["import.tooLate"] = new("导入已超过 30 天，不能撤销", "An import can be reverted for 30 days only"),
            ["import.keyColumn"] = new("没有对应该匹配键的列", "No column is read into that key. Choose another key, or assign a column"),
            ["import.fieldTwice"] = new("一个字段只能对应一列", "Two columns are read into one field. Choose one of them"),
            ["import.leadUnknown"] = new("没有此编号的线索，或不在您的管理范围内", "No lead with this code among those that you may change"),
            ["import.keyTaken"] = new("该外部编号已对应另一条线索，或不在您的管理范围内", "Another lead has this external key, or one that you may not change"),
            ["import.renameShared"] = new("该客商有多条线索，请在客商页面更名", "The investor has several leads. Rename it on its own page"),
            ["import.duplicate"] = new("已有相同或相近的客商：{0}", "Similar investors exist already: {0}"),
            ["import.columnsUnread"] = new(
                "以下列有内容但不会导入：{0}。请逐列指定对应的字段，不导入的列留空；金额列须注明元、万元或亿元",
                "These columns hold values that would not be read: {0}. Give fields for each column, empty for one that is left out; "
                + "an amount needs its unit, yuan, 10,000 or 100 million yuan"),
            ["import.errorCell"] = new("单元格是错误值，请改正公式或填写内容", "The cell holds an error. Correct its formula, or enter a value"),
            ["import.amountTwice"] = new(
                "金额的单位或币种与该列、币种列不一致", "The amount's unit or currency contradicts its column or the currency's column"),
            ["import.date"] = new("须为日期，如 2026-01-31", "Give a date such as 2026-01-31"),
            ["import.amount"] = new(
                "须为一个金额，如 5000、1.2亿元、2000万美元，换算成元后小数位数不超过该币种的最小单位",
                "Give one amount such as 5000 or 1.2亿元; in yuan it has at most the decimals of its currency: 2 for CNY, 0 for JPY"),
            ["claim.taken"] = new(
                "该客商已由{0}于 {1:yyyy-MM-dd} 首报，正在保护期内",
                "{0} has claimed the investor on {1:yyyy-MM-dd}, and it is protected. Dispute that claim, or wait for its end"),
            ["claim.takenBySomebody"] = new(
                "该客商已由其他单位首报，正在保护期内",
                "Another unit has claimed the investor, and it is protected. Dispute that claim, or wait for its end"),
            ["claim.evidence"] = new(
                "该线索没有此联系记录，首报须以首次洽谈记录为凭",
                "The lead has no such contact. Name a contact of the lead as the first talk"),
            ["claim.wrongState"] = new("首报当前状态不能执行此操作", "The claim's state does not allow this. Read the claim again"),
            ["claim.ownConfirmation"] = new("申报人不能确认自己的首报", "The filer of a claim does not confirm it. Ask another head"),
            ["claim.noProgress"] = new(
                "申报或上次延期以来没有新的联系记录，不能延期",
                "No contact was logged since the filing or the last extension. Log one first"),
            ["claim.none"] = new("该客商未被首报保护，可直接首报", "No claim protects the investor. File one instead"),
            ["claim.ownUnit"] = new("不能对本单位的首报提出争议", "The claim is your own unit's. Release it instead"),
            ["claim.disputed"] = new("该首报已在争议处理中", "The claim is disputed already. Wait for the resolution"),
            ["claim.resolved"] = new("该争议已裁定", "The dispute has been resolved already"),
            ["claim.notAsked"] = new("投资额未达到此项要求", "The investment is too small to need this"),
            ["pool.notPooled"] = new("该线索不在公海，或已被他人领取", "The lead is not in the pool, or somebody has picked it. Choose another"),
            ["pool.already"] = new("该线索已在公海", "The lead is in the pool already"),
            ["pool.confidential"] = new("涉密线索不能进入公海", "A confidential lead does not go into the pool. Lift the confidentiality first"),
            ["pool.formerOwner"] = new(
                "该线索在 {0:yyyy-MM-dd} 前不能由原负责人领取",
                "You owned this lead. You may pick it again from {0:yyyy-MM-dd} on"),
            ["pool.dailyLimit"] = new("今日领取已达上限（{0} 条）", "You have picked {0} leads today, which is the limit. Try again tomorrow"),
            ["transfer.shareSum"] = new(
                "业绩、税收分成须各合计 100%",
                "The credit shares and the tax shares must each add up to 10000 basis points"),
            ["transfer.shareUnits"] = new(
                "分成须列出流转双方及此前已有分成的单位，各一次",
                "List both units, and each unit that has a share already, once each"),
            ["transfer.shareOfOthers"] = new("其他单位此前的分成不能改变", "Leave the shares of other units as they are"),
            ["transfer.sameUnit"] = new("流转须在不同单位之间进行，同单位请用分派", "A transfer goes to another unit. Within the unit, assign the lead"),
            ["transfer.ownProposal"] = new(
                "发起人不能自行接收，发起人和接收人不能确认该流转",
                "Whoever proposed a transfer does not accept it, and neither of both sides confirms it. Ask another coordinator"),
            ["claim.ownDispute"] = new("提出争议的人员不能裁定该争议", "Whoever opened a dispute does not resolve it. Ask another coordinator"),
            ["transfer.confidential"] = new("涉密线索须先将接收人列为阅读人", "Name the new owner as a reader of the confidential lead first"),
            ["transfer.answerBy"] = new("答复期限须在今后 90 天以内", "The deadline must be within the next 90 days"),
            ["transfer.open"] = new("该线索已有进行中的流转，请等其办结或先撤回", "The lead has an open transfer. Wait for its end, or withdraw it"),
            ["transfer.wrongState"] = new("流转当前状态不能执行此操作", "The transfer's state does not allow this. Read the transfer again"),
            ["transfer.tooLate"] = new("答复期限已过", "The deadline for an answer has passed. Propose a new transfer"),
            ["transfer.overtaken"] = new(
                "线索已另行分派，请不予确认并重新发起流转",
                "The lead has another owner meanwhile. Refuse this transfer and propose a new one"),
            ["clock.paused"] = new("计时已暂停", "The clock is paused already. Resume it instead"),
            ["clock.notPaused"] = new("计时未暂停", "The clock is not paused"),
            ["clock.notRunning"] = new("该线索未在计时", "The lead's clock is not running"),
            ["clock.order"] = new("时限须依次不短于前一项", "Each time must be at least as long as the one before it"),
            ["calendar.otherYear"] = new("须为 {0} 年的日期", "Give a day of {0}"),
            ["calendar.dayTwice"] = new("同一天只能出现一次", "Give each day once"),
            ["calendar.workdayAnyway"] = new("调休上班须为周六或周日", "A make-up working day falls on a Saturday or Sunday"),
            ["calendar.exists"] = new("该年度日历已存在，请刷新后重试", "The year has a schedule already. Read it, then change it with its version"),
            ["value.exclusive"] = new("不能与已填写的另一项同时填写，请只填其一", "Leave this out, or leave out {0}"),
        },
        new Dictionary<string, RuleConstraint>
        {
            ["ux_investor_merge_from"] = new("investor.merged", typeof(InvestorMerge), nameof(InvestorMerge.FromId)),
            ["ux_referral_lead"] = new("referrer.exists", typeof(Referral), nameof(Referral.LeadId)),
            ["ex_claim_key"] = new("claim.takenBySomebody", typeof(Claim), nameof(Claim.Keys), nameof(Claim.HeldUntil)),
            ["ux_transfer_open"] = new("transfer.open", typeof(Transfer), nameof(Transfer.LeadId)),
            ["pk_external_key"] = new("import.keyTaken", typeof(ExternalKey), nameof(ExternalKey.Key)),
            ["ux_calendar_year"] = new("calendar.exists", typeof(CalendarYear), nameof(CalendarYear.Year)),
        });

    /// <summary>Who and when, of a request.</summary>
    public static Actor Actor(this Caller caller, TimeProvider clock) => new(caller.Id, clock.GetUtcNow());

    /// <summary>A new id, ordered by time.</summary>
    public static Guid NewId(this TimeProvider clock) => Guid.CreateVersion7(clock.GetUtcNow());
}
