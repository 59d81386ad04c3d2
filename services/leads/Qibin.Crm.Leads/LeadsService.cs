using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Hosting;

namespace Qibin.Crm.Leads;

/// <summary>What the service says of itself, and who may do what in it.</summary>
internal static class LeadsService
{
    /// <summary>Who writes: those who follow leads, and those who keep order among them.</summary>
    public static readonly string[] Writers = [Roles.Officer, Roles.UnitHead, Roles.Coordinator, Roles.Administrator];

    /// <summary>Who gives a lead to another officer.</summary>
    public static readonly string[] Assigners = [Roles.UnitHead, Roles.Coordinator, Roles.Administrator];

    public static readonly ServiceDescription Description = new(
        "leads",
        "线索服务 · Leads",
        new Dictionary<string, ProblemText>
        {
            ["lead.closed"] = new("线索已关闭，请先重新启用", "The lead is closed; reopen it first"),
            ["lead.notClosed"] = new("线索未关闭", "The lead is not closed"),
            ["lead.converted"] = new("线索已转为项目", "The lead has been converted"),
            ["lead.notReady"] = new("线索尚不具备转项目条件", "The lead cannot be converted yet"),
            ["lead.wrongStage"] = new("线索当前阶段不能执行此操作", "The lead's present stage does not allow that"),
            ["lead.stageDateOrder"] = new("日期不能早于当前阶段的日期 {0:yyyy-MM-dd}", "The date cannot lie before that of the present stage, {0:yyyy-MM-dd}"),
            ["lead.dateBeforeFirstContact"] = new("日期不能早于首次联系日期 {0:yyyy-MM-dd}", "The date cannot lie before the first contact, {0:yyyy-MM-dd}"),
            ["lead.revisitOrder"] = new("回访日期须晚于留存日期", "The revisit date must come after the day the lead is kept"),
            ["lead.sameOwner"] = new("该线索已由此人负责", "The lead is with that officer already"),
            ["lead.restrictedToOwner"] = new("只有负责人或部门负责人可以设置涉密", "Only the owner or a unit head decides on confidentiality"),
            ["lead.readersOfOpen"] = new("只有涉密线索可以指定阅读人", "Only a confidential lead has named readers"),
            ["contact.notAuthor"] = new("只有登记人或部门负责人可以更正", "Only its author or a unit head corrects a contact"),
            ["contact.reasonNeeded"] = new("登记超过 24 小时或非本人登记，更正须写明原因", "After 24 hours, or by another than its author, a correction needs a reason"),
            ["contact.placeOfNoVisit"] = new("只有外出拜访和来访考察可以填写地点", "Only a visit has a place"),
            ["contact.afterStage"] = new("首次联系不能晚于后续阶段的日期 {0:yyyy-MM-dd}", "The first contact cannot come after the stage that followed it, {0:yyyy-MM-dd}"),
            ["referrer.exists"] = new("该线索已登记引荐单位/人", "The lead has a referrer already"),
            ["referrer.frozen"] = new("引荐单位/人已认定，不可更改", "The referrer is approved and frozen"),
            ["referrer.reasonNeeded"] = new("更改已认定的引荐单位/人须写明原因", "Changing an approved referrer needs a reason"),
            ["referrer.ownProposal"] = new("不能认定自己登记的引荐单位/人", "Nobody approves a referrer of his own proposal"),
            ["leave.order"] = new("结束日期不能早于开始日期", "The last day cannot lie before the first"),
            ["assignment.nobody"] = new("没有可分派的人员", "There is nobody to give the lead to"),
            ["closure.wentToNeedsReason"] = new("只有原因为“已落户他处”时可以填写落户地", "Only with the reason wentElsewhere"),
            ["value.single"] = new("只能填写一个值", "One value only"),
            ["nextStep.none"] = new("没有待办的下一步", "No next step is open"),
            ["nextStep.beforeFirstContact"] = new("下一步日期不能早于首次联系日期 {0:yyyy-MM-dd}", "A next step cannot be due before the first contact, {0:yyyy-MM-dd}"),
            ["officer.unknown"] = new("没有此负责人，或其不在职、不在可分派范围内", "No such officer, or not active, or out of reach"),
            ["owner.notAllowed"] = new("不能为他人登记", "Leads cannot be logged for another officer"),
            ["owner.withoutUnit"] = new("当前用户不属于任何部门，请指定负责人", "The caller belongs to no unit; name an owner"),
            ["investor.unknown"] = new("没有此客商", "No such investor"),
            ["investor.usccTaken"] = new("该统一社会信用代码的客商已存在", "An investor with this unified social credit code exists already"),
            ["investor.duplicate"] = new("已有相同或相近的客商；确需登记请说明理由", "Such an investor is there already; give a reason to enter it all the same"),
            ["investor.elsewhere"] = new("已有其他人员或部门在跟进该客商", "Somebody else already works on this investor"),
            ["investor.merged"] = new("该客商已并入另一客商", "The investor has been merged into another one"),
            ["merge.self"] = new("客商不能并入自身", "An investor cannot be merged into itself"),
            ["merge.beyondReach"] = new("合并涉及其他部门的线索，请由统筹人员办理", "The merge concerns leads of other units; a coordinator can do it"),
            ["merge.bothClaimed"] = new("两个客商均在首报保护期内，请先释放或裁定其一", "Both investors are claimed; release one claim or resolve it first"),
            ["merge.undone"] = new("该合并已撤销", "The merge has been undone"),
            ["merge.tooOld"] = new("合并已超过 {0} 天，不能撤销", "The merge is more than {0} days old and cannot be undone"),
            ["merge.later"] = new("之后还有合并，请先撤销较晚的合并", "Another merge came later; undo that one first"),
            ["person.unknown"] = new("该客商没有此联系人", "The investor has no such person"),
            ["import.empty"] = new("请先上传含有数据行的文件", "Upload a file with rows first"),
            ["import.running"] = new("导入任务正在进行", "A run of this import is under way"),
            ["import.notRunning"] = new("没有正在进行的导入任务", "No run of this import is under way"),
            ["import.started"] = new("该导入已执行", "This import has been run"),
            ["import.notStarted"] = new("该导入尚未执行", "This import has not been run"),
            ["import.reverted"] = new("该导入已撤销", "This import has been taken back"),
            ["import.tooLate"] = new("导入已超过 30 天，不能撤销", "An import can be taken back for 30 days"),
            ["import.keyColumn"] = new("没有对应该匹配键的列", "No column holds that key"),
            ["import.fieldTwice"] = new("一个字段只能对应一列", "A field is read from one column only"),
            ["import.leadUnknown"] = new("没有此编号的线索，或不在可见范围内", "No lead with this code, or none that you may see"),
            ["import.keyTaken"] = new("该外部编号已对应另一条线索，或不在可见范围内", "Another lead has this external key, or one that you may not see"),
            ["import.renameShared"] = new("该客商有多条线索，请在客商页面更名", "The investor has several leads; rename it on its own page"),
            ["import.duplicate"] = new("已有相同或相近的客商：{0}", "Investors like it are there already: {0}"),
            ["import.date"] = new("须为日期，如 2026-01-31", "Must be a date such as 2026-01-31"),
            ["import.amount"] = new("须为金额（元），最多 4 位小数", "Must be an amount in yuan, at most 4 decimals"),
            ["export.tooLarge"] = new("结果超过 1,000,000 行，请缩小筛选范围", "Over 1,000,000 rows; filter further"),
            ["export.notRunning"] = new("导出任务已结束", "The export has ended"),
            ["claim.taken"] = new("该客商已由{0}于 {1:yyyy-MM-dd} 首报，正在保护期内", "The investor has been claimed by {0} on {1:yyyy-MM-dd} and is protected"),
            ["claim.takenBySomebody"] = new("该客商已由其他单位首报，正在保护期内", "The investor has been claimed by another unit and is protected"),
            ["claim.evidence"] = new("该线索没有此联系记录，首报须以首次洽谈记录为凭", "The lead has no such contact; a claim needs the first talk as evidence"),
            ["claim.wrongState"] = new("首报当前状态不能执行此操作", "The claim's present state does not allow that"),
            ["claim.ownConfirmation"] = new("申报人不能确认自己的首报", "Whoever filed a claim cannot confirm it"),
            ["claim.noProgress"] = new("申报或上次延期以来没有新的联系记录，不能延期", "No contact has been logged since the claim was filed or last extended"),
            ["claim.none"] = new("该客商未被首报保护", "No claim holds the investor"),
            ["claim.ownUnit"] = new("不能对本单位的首报提出争议", "A unit cannot dispute its own claim"),
            ["claim.disputed"] = new("该首报已在争议处理中", "The claim is disputed already"),
            ["claim.resolved"] = new("该争议已裁定", "The dispute has been resolved"),
            ["claim.notAsked"] = new("投资额未达到此项要求", "The investment is too small to need that"),
            ["pool.notPooled"] = new("该线索不在公海，或已被他人领取", "The lead is not in the pool, or somebody has picked it"),
            ["pool.already"] = new("该线索已在公海", "The lead is in the pool already"),
            ["pool.confidential"] = new("涉密线索不能进入公海", "A confidential lead cannot go into the pool"),
            ["pool.formerOwner"] = new("该线索在 {0:yyyy-MM-dd} 前不能由原负责人领取", "Its former owner cannot pick the lead before {0:yyyy-MM-dd}"),
            ["pool.dailyLimit"] = new("今日领取已达上限（{0} 条）", "The limit of {0} picks a day is reached"),
            ["transfer.shareSum"] = new("业绩、税收分成须各合计 100%（10000 个基点）", "Credit and tax shares must each add up to 10000 basis points"),
            ["transfer.shareUnits"] = new("分成须列出流转双方及此前已有分成的单位，各一次", "Shares name both units, and those that have one already, once each"),
            ["transfer.shareOfOthers"] = new("其他单位此前的分成不能改变", "The shares that other units have already stay as they are"),
            ["transfer.sameUnit"] = new("流转须在不同单位之间进行，同单位请用分派", "A transfer goes to another unit; within the unit assign the lead"),
            ["transfer.confidential"] = new("涉密线索须先将接收人列为阅读人", "Name the officer as a reader of the confidential lead first"),
            ["transfer.answerBy"] = new("答复期限须在今后 90 天以内", "The deadline lies in the next 90 days"),
            ["transfer.open"] = new("该线索已有进行中的流转", "A transfer of the lead is under way already"),
            ["transfer.wrongState"] = new("流转当前状态不能执行此操作", "The transfer's present state does not allow that"),
            ["transfer.tooLate"] = new("答复期限已过", "The deadline for an answer has passed"),
            ["transfer.overtaken"] = new("线索已另行分派，流转不能确认", "The lead has changed hands meanwhile"),
            ["clock.paused"] = new("计时已暂停", "The clock stands still already"),
            ["clock.notPaused"] = new("计时未暂停", "The clock does not stand still"),
            ["clock.notRunning"] = new("该线索未在计时", "The lead's clock does not run"),
            ["clock.order"] = new("时限须依次不短于前一项", "A time cannot be shorter than the one before it"),
            ["calendar.otherYear"] = new("须为 {0} 年的日期", "Must be a day of {0}"),
            ["calendar.dayTwice"] = new("同一天只能出现一次", "A day may appear once only"),
            ["calendar.workdayAnyway"] = new("调休上班须为周六或周日", "A make-up working day is a Saturday or Sunday"),
            ["calendar.exists"] = new("该年度日历已存在，请刷新后重试", "The year has a schedule already; read it first"),
            ["value.exclusive"] = new("不能与 {0} 同时填写", "Cannot be given together with {0}"),
        },
        new Dictionary<string, string>
        {
            ["ux_investor_uscc"] = "investor.usccTaken",
            ["ux_investor_merge_from"] = "investor.merged",
            ["ux_referral_lead"] = "referrer.exists",
            ["ex_claim_period"] = "claim.takenBySomebody",
            ["ux_transfer_open"] = "transfer.open",
            ["ux_calendar_year"] = "calendar.exists",
        });

    /// <summary>Who and when, of a request.</summary>
    public static Domain.Actor Actor(this Caller caller, TimeProvider clock) => new(caller.Id, clock.GetUtcNow());

    /// <summary>A new id, ordered by time.</summary>
    public static Guid NewId(this TimeProvider clock) => Guid.CreateVersion7(clock.GetUtcNow());
}
