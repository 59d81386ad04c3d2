namespace Qibin.Crm.Pipeline.Targets;

internal static class AssessmentOperations
{
    /// <summary>Targets of a year, what was achieved of them, and what changes the count.</summary>
    public static void MapAssessment(this RouteGroupBuilder api)
    {
        api.MapEnterTargets();
        api.MapListTargets();
        api.MapReadAssessment();
        api.MapListAssessedProjects();
        api.MapExcludeProject();
        api.MapListExclusions();
        api.MapImposePenalty();
        api.MapReversePenalty();
        api.MapListPenalties();
    }
}
