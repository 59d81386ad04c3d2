using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Enterprises.Tests.Domain;

/// <summary>An enterprise follows the projects that registered it, whatever the order of their events.</summary>
public class EnterpriseTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 6, 1, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly Day = new(2026, 3, 1);
    private static readonly Uscc Code = Uscc.Parse("91350100M000100Y43");
    private static readonly Guid Reader = Guid.CreateVersion7(Now);
    private static readonly Guid Second = Guid.CreateVersion7(Now);

    [Fact]
    public void The_state_of_the_highest_version_holds_in_any_order_of_the_events()
    {
        var project = Project();
        (LinkedProject State, long Version, int On, bool Registers)[] events =
        [
            (project, 3, 0, true),
            (project with { OwnerId = Reader, Confidential = true, Readers = [Reader] }, 5, 10, false),
            (project with { OwnerId = Second, UnitId = Second, ChainCode = "xinchuang", Confidential = true, Readers = [Second] }, 7, 20,
                false),
        ];
        foreach (var order in (int[][])[[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
        {
            var enterprise = Enterprise.Found("E-1", Code, project, Day.AddDays(30), Now);
            foreach (var (state, version, on, registers) in order.Select(i => events[i]))
            {
                enterprise.Follow(state, version, Day.AddDays(on), registers, Now);
            }

            var link = Assert.Single(enterprise.Links);
            Assert.Equal((Second, Second, "xinchuang", 7L), (link.OwnerId, link.UnitId, link.ChainCode, link.Version));
            Assert.Equal(Day, link.RegisteredOn);
            Assert.Equal((Day, true), (enterprise.RegisteredOn, enterprise.Confidential));
            Assert.Equal([Second], enterprise.Readers);
        }
    }

    [Fact]
    public void An_enterprise_is_confidential_while_all_its_projects_are_and_has_their_readers_together()
    {
        var (first, second) = (Project(Reader), Project(Second));
        var enterprise = Enterprise.Found("E-1", Code, first, Day, Now);
        Assert.True(enterprise.Follow(first, 1, Day, true, Now));
        Assert.True(enterprise.Follow(second, 1, Day.AddDays(-5), true, Now));
        Assert.Equal((true, Day.AddDays(-5)), (enterprise.Confidential, enterprise.RegisteredOn));
        Assert.Equal(((Guid[])[Reader, Second]).Order(), enterprise.Readers);
        Assert.Equal($"True {Reader}", Cover(enterprise, first.ProjectId));

        Assert.False(enterprise.Follow(second with { Confidential = false, Readers = [] }, 2, Day, false, Now));
        Assert.Equal("False ", Cover(enterprise, null));
        Assert.Equal($"True {Reader}", Cover(enterprise, first.ProjectId));

        enterprise.Unlink(second.ProjectId, Now);
        Assert.Equal($"True {Reader}", Cover(enterprise, null));
        enterprise.Unlink(first.ProjectId, Now);
        Assert.Equal($"True {Reader}", Cover(enterprise, null));
    }

    [Fact]
    public void An_enterprise_that_was_registered_by_hand_stays_open_with_its_own_date()
    {
        var enterprise = Enterprise.Register("E-1", Code, new EnterpriseFacts("示例", null, null, null), Day, Now);
        var project = Project(Reader);
        enterprise.Follow(project, 1, Day.AddDays(-30), true, Now);
        Assert.Equal((false, Day), (enterprise.Confidential, enterprise.RegisteredOn));
        Assert.Equal($"True {Reader}", Cover(enterprise, project.ProjectId));
    }

    private static string Cover(Enterprise enterprise, Guid? projectId)
    {
        var (confidential, readers) = enterprise.CoverOf(projectId);
        return $"{confidential} {string.Join(' ', readers)}";
    }

    private static LinkedProject Project(Guid? reader = null) => new()
    {
        ProjectId = Guid.CreateVersion7(Now),
        LeadId = Guid.CreateVersion7(Now),
        OwnerId = Guid.CreateVersion7(Now),
        UnitId = Guid.CreateVersion7(Now),
        ChainCode = "satellite",
        NodeCode = "satellite.data",
        EnterpriseName = "示例卫星（鹤壁）有限公司",
        Confidential = reader is not null,
        Readers = reader is { } one ? [one] : [],
    };
}
