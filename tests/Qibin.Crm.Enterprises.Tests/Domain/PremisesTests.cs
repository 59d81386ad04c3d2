using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Enterprises.Tests.Domain;

public class PremisesTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 6, 1, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(-2, false)]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public void A_space_is_on_a_floor_that_its_building_has(int floor, bool there)
    {
        var building = Building.Open(Guid.CreateVersion7(Now), "B-1", new BuildingFacts("1 号楼", 3, 1, null, PremisesState.Available), Now);
        Assert.Equal(there, building.HasFloor(floor));
        var facts = new SpaceFacts("101", floor, 100, null, null, null, null, null, new DateOnly(2026, 1, 1), PremisesState.Available);
        if (there)
        {
            var space = Space.Open(building, "S-1", facts, Now);
            Assert.Equal((building.Id, building.ParkId, floor), (space.BuildingId, space.ParkId, space.Floor));
        }
        else
        {
            Assert.Equal("premises.floorUnknown", Assert.Throws<RuleViolation>(() => Space.Open(building, "S-1", facts, Now)).Code);
        }
    }
}
