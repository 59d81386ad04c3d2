namespace Qibin.Crm.Kernel;

/// <summary>What the response clock of a lead asks for: 明确专人, 研判, 反馈客商, 定期报告.</summary>
public enum ResponseKind { Officer, Assessment, Feedback, Report }

/// <summary>State of a breach: 未补办, 已补办, 不再要求.</summary>
public enum BreachState { Open, Met, Dropped }
