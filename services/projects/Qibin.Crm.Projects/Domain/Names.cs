using Qibin.Crm.Kernel;

namespace Qibin.Crm.Projects.Domain;

/// <summary>Names of stages, statuses and roles as problem texts show them. The English one is the word of the API.</summary>
internal static class Names
{
    public static ProblemText Of(ProjectStage stage) => new(StageNames.Of(stage), Word.Of(stage));

    public static ProblemText Of(ProjectStatus status) => new(StageNames.Of(status), Word.Of(status));

    /// <summary>The roles of an approver.</summary>
    public static ProblemText OfRoles(IEnumerable<string> roles) => ProblemText.List([.. roles.Select(role => new ProblemText(
        role switch
        {
            Roles.UnitHead => "部门负责人",
            Roles.ProjectOfficer => "项目专员",
            Roles.Leader => "领导",
            _ => "统筹岗",
        },
        role))]);
}

/// <summary>The API's word for a value of an enumeration.</summary>
internal static class Word
{
    public static string Of<TEnum>(TEnum value) where TEnum : struct, Enum =>
        value.ToString() is var name ? char.ToLowerInvariant(name[0]) + name[1..] : "";
}
