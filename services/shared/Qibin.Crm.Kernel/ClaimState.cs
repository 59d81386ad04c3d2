namespace Qibin.Crm.Kernel;

/// <summary>
/// State of a first-report claim 首报首谈: 待确认, 保护中, 已延期, 争议中, 已到期, 已释放. The first four hold the investor; while one does,
/// no other claim on that investor is taken.
/// </summary>
public enum ClaimState { Pending, Protected, Extended, Disputed, Expired, Released }
