namespace Qibin.Crm.Kernel;

/// <summary>Stage of a lead 线索. <c>Kept</c> 留存 waits for a revisit date; <c>Invalid</c> 无效 has a reason.</summary>
public enum LeadStage { New, Assessing, Following, Converted, Kept, Invalid }
