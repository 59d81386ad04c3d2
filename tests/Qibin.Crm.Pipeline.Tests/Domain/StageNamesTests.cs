using Qibin.Crm.Kernel;

namespace Qibin.Crm.Pipeline.Tests.Domain;

public class StageNamesTests
{
    [Fact]
    public void Each_stage_and_status_has_a_Chinese_name_of_its_own()
    {
        Named<JourneyStage>();
        Named<JourneyStatus>();
        Named<LeadStage>();
        Named<ProjectStage>();
        Named<ProjectStatus>();
    }

    private static void Named<T>() where T : struct, Enum
    {
        var names = Enum.GetValues<T>().Select(StageNames.Of).ToList();
        Assert.Equal(names, names.Distinct());
        Assert.DoesNotContain(names, name => name.Any(char.IsAscii));
    }
}
