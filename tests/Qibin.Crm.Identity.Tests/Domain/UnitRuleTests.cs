using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Identity.Tests.Domain;

public class UnitRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 10, 2, 0, 0, TimeSpan.Zero);

    private readonly Unit _district, _bureau, _branch, _office;
    private readonly UnitTree _tree;

    public UnitRuleTests()
    {
        _district = Defined("district", null);
        _bureau = Defined("bureau", _district);
        _branch = Defined("branch", _bureau);
        _office = Defined("office", _district);
        _tree = new UnitTree([_office, _branch, _bureau, _district]);
    }

    [Fact]
    public void A_unit_is_not_moved_below_itself_or_what_is_below_it()
    {
        foreach (var below in (Unit[])[_district, _bureau, _branch])
        {
            Assert.Equal("unit.cycle", Assert.Throws<RuleViolation>(() => _district.Move(below.Id, _tree)).Code);
        }

        Assert.Null(_district.ParentId);
        _branch.Move(_office.Id, _tree);
        Assert.Equal(_office.Id, _branch.ParentId);
        _branch.Move(null, _tree);
        Assert.Null(_branch.ParentId);
    }

    [Fact]
    public void The_tree_knows_what_is_below_a_unit_and_in_which_order()
    {
        Assert.Equal([_bureau.Id, _branch.Id], _tree.Subtree(_bureau.Id));
        Assert.Equal(
            [(_district, 0), (_bureau, 1), (_branch, 2), (_office, 1)],
            _tree.Walk().ToList());
    }

    [Fact]
    public void T16_Only_a_unit_with_nothing_in_it_and_below_it_is_a_mistake()
    {
        Assert.Equal("unit.hasUnits", Refused(hasUnits: true, hadPeople: true));
        Assert.Equal("unit.hadPeople", Refused(hasUnits: false, hadPeople: true));
        var removed = _branch.Remove(false, false, "误建", Guid.CreateVersion7(Now), Now, Now.AddDays(30));
        var restored = Unit.Of(removed);
        Assert.Equal(
            (_branch.Id, _branch.Code, _branch.Name, _branch.ParentId, Now.AddDays(30)),
            (restored.Id, restored.Code, restored.Name, restored.ParentId, removed.DueAt));

        string Refused(bool hasUnits, bool hadPeople) => Assert.Throws<RuleViolation>(
            () => _branch.Remove(hasUnits, hadPeople, "误建", Guid.CreateVersion7(Now), Now, Now.AddDays(30))).Code;
    }

    private static Unit Defined(string code, Unit? parent) => Unit.Define(Guid.CreateVersion7(Now), code, code, null, parent?.Id);
}
