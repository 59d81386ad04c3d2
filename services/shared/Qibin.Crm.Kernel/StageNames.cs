namespace Qibin.Crm.Kernel;

/// <summary>
/// The Chinese names of stages and statuses. Leads, projects and journeys share the words, so a word has one name in exports, reports and
/// problem texts.
/// </summary>
public static class StageNames
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        [nameof(LeadStage.New)] = "新线索",
        [nameof(LeadStage.Assessing)] = "研判中",
        [nameof(LeadStage.Following)] = "跟进中",
        [nameof(LeadStage.Converted)] = "已转项目",
        [nameof(LeadStage.Kept)] = "留存",
        [nameof(LeadStage.Invalid)] = "无效",
        [nameof(ProjectStage.Negotiating)] = "在谈",
        [nameof(ProjectStage.Signed)] = "签约",
        [nameof(ProjectStage.Registered)] = "注册",
        [nameof(ProjectStage.Started)] = "开工",
        [nameof(ProjectStage.Completed)] = "竣工",
        [nameof(ProjectStage.Producing)] = "投产",
        [nameof(ProjectStage.AtCapacity)] = "达产",
        [nameof(ProjectStage.Efficient)] = "达效",
        [nameof(ProjectStatus.Active)] = "推进中",
        [nameof(ProjectStatus.Suspended)] = "暂停",
        [nameof(ProjectStatus.Terminated)] = "终止",
    };

    /// <summary>The name of a stage or status, by its word.</summary>
    public static string Of<T>(T value) where T : struct, Enum => Names[value.ToString()];
}
