using Qibin.Crm.Identity.Domain;

namespace Qibin.Crm.Identity.Notices;

/// <summary>What a notice says, in Chinese and English, without a name.</summary>
internal static class NoticeTexts
{
    public static string Of(NoticeKind kind) => kind switch
    {
        NoticeKind.LeadAssigned => "有线索交给您 · A lead was given to you",
        NoticeKind.InvestorElsewhere => "另一单位也在洽谈同一客商 · Another unit talks with the same investor",
        NoticeKind.VisitsClashed => "两家单位近期走访了同一客商 · Two units visited the same investor",
        NoticeKind.TransferProposed => "有线索移交待您单位答复 · A transfer waits for your unit's answer",
        NoticeKind.TransferAccepted => "线索移交已接收，待确认 · An accepted transfer waits for confirmation",
        NoticeKind.TransferConfirmed => "线索移交已确认 · A transfer was confirmed",
        NoticeKind.TransferEnded => "线索移交未成 · A transfer was declined, refused or lapsed",
        NoticeKind.ClaimFiled => "有首报权申报待确认 · A first-report claim waits for confirmation",
        NoticeKind.ClaimConfirmed => "首报权已确认 · A first-report claim was confirmed",
        NoticeKind.ClaimDisputed => "首报权有争议待裁定 · A first-report claim is disputed",
        NoticeKind.ClaimEnded => "首报权保护已结束 · The protection of a first-report claim ended",
        NoticeKind.PoolWarned => "线索即将转入公海 · A lead is about to go into the pool",
        NoticeKind.LeadPooled => "线索已转入公海 · A lead went into the pool",
        NoticeKind.ResponseBreached => "线索响应超时 · A response deadline of a lead passed",
        NoticeKind.ProjectMoved => "您的项目有进展变动 · A project of yours moved",
        NoticeKind.UnmaskingLimit => "有人达到当日查看完整联系方式的上限 · Somebody reached the daily limit of unmasking",
        NoticeKind.OpenWork => "停用人员名下尚有未结线索或项目 · A deactivated person has open leads or projects",
        NoticeKind.CalendarMissing => "尚未录入下一年度的节假日安排 · The next year's schedule of holidays is not entered",
        NoticeKind.Mentioned => "有人在评论中提到您 · A comment names you",
        NoticeKind.Commented => "您负责的事项有新评论 · Somebody commented on what you follow",
        NoticeKind.InstructionGiven => "有批示待办理 · An instruction waits to be carried out",
        NoticeKind.InstructionDone => "您的批示已办结 · An instruction of yours was carried out",
        NoticeKind.Digest => "今日待办 · What is due today",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
