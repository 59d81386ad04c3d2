namespace Qibin.Crm.Kernel;

/// <summary>
/// State of an entry application 入驻申请: 草稿, 受理, 评审中, 通过, 已签协议, 已交付, 已入驻, 已离园; 退回, 否决, 撤回.
/// </summary>
public enum EntryState { Draft, Accepted, Reviewing, Approved, Agreed, HandedOver, MovedIn, Left, Returned, Vetoed, Withdrawn }
