namespace Qibin.Crm.Pipeline.Domain;

/// <summary>
/// Where a journey stands: the lead's stage until its project exists, the project's from then on. The words are those of
/// leads and projects, in the order of the trade.
/// </summary>
public enum JourneyStage
{
    New, Assessing, Following, Converted, Kept, Invalid,
    Negotiating, Signed, Registered, Started, Completed, Producing, AtCapacity, Efficient,
}

/// <summary>Whether a journey moves: active 推进中; a project suspended 暂停 or terminated 终止; a lead kept 留存 for later or invalid 无效.</summary>
public enum JourneyStatus { Active, Suspended, Terminated, Kept, Invalid }

/// <summary>The milestones of a journey, in the order of the trade.</summary>
public enum MilestoneKind { FirstContact, Converted, Signed, Registered, Started, Completed, MovedIn, Producing, AtCapacity, Efficient }

internal static class Stages
{
    public static JourneyStage Of(LeadStage stage) => Enum.Parse<JourneyStage>(stage.ToString());

    public static JourneyStage Of(ProjectStage stage) => Enum.Parse<JourneyStage>(stage.ToString());

    /// <summary>The status of a lead without a project: its stage says it.</summary>
    public static JourneyStatus StatusOf(JourneyStage stage) => stage switch
    {
        JourneyStage.Kept => JourneyStatus.Kept,
        JourneyStage.Invalid => JourneyStatus.Invalid,
        _ => JourneyStatus.Active,
    };

    public static JourneyStatus StatusOf(ProjectStatus status) => Enum.Parse<JourneyStatus>(status.ToString());

    /// <summary>
    /// Whether what it has achieved counts, in assessment, forecast and report alike: of a project that is terminated on the day nothing
    /// does.
    /// </summary>
    public static bool Achieves(this JourneyState journey) => journey.Status != JourneyStatus.Terminated;

    /// <summary>The milestone that a project's stage is; negotiating is none.</summary>
    public static MilestoneKind? MilestoneOf(ProjectStage stage) =>
        stage == ProjectStage.Negotiating ? null : Enum.Parse<MilestoneKind>(stage.ToString());

    /// <summary>The project's stage that a milestone is; null of the others, which are never taken back with a stage.</summary>
    public static ProjectStage? StageOf(MilestoneKind kind) => Enum.TryParse<ProjectStage>(kind.ToString(), out var stage) ? stage : null;
}
