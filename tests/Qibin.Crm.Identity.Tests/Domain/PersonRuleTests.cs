using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Identity.Tests.Domain;

public class PersonRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 10, 2, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_person_is_deactivated_and_reactivated_once()
    {
        var person = Somebody(Roles.Officer);
        person.Deactivate();
        Assert.Equal("user.inactive", Assert.Throws<RuleViolation>(person.Deactivate).Code);

        person.Reactivate();
        Assert.True(person.Active);
        Assert.Equal("user.active", Assert.Throws<RuleViolation>(person.Reactivate).Code);
    }

    [Theory]
    [InlineData(new string[0], Reach.Own)]
    [InlineData(new[] { Roles.Officer }, Reach.Own)]
    [InlineData(new[] { Roles.UnitHead }, Reach.Subtree)]
    [InlineData(new[] { Roles.Officer, Roles.UnitHead }, Reach.Subtree)]
    [InlineData(new[] { Roles.UnitHead, Roles.ChainChief }, Reach.Chain)]
    [InlineData(new[] { Roles.Officer, Roles.Coordinator }, Reach.All)]
    [InlineData(new[] { "unheardOf" }, Reach.Own)]
    public void Several_roles_reach_as_far_as_the_widest(string[] roles, Reach reach) => Assert.Equal(reach, Roles.ReachOf(roles));

    [Theory]
    [InlineData(new[] { Roles.Officer, Roles.UnitHead }, new[] { "satellite" }, false, false)]
    [InlineData(new[] { Roles.Officer, Roles.UnitHead, Roles.ChainChief }, new[] { "satellite", "xinchuang" }, false, false)]
    [InlineData(new[] { Roles.Officer }, new[] { "satellite" }, false, true)]
    [InlineData(new[] { Roles.UnitHead, Roles.ChainChief, Roles.Coordinator }, new[] { "satellite" }, false, true)]
    [InlineData(new[] { Roles.Officer, Roles.UnitHead }, new string[0], false, true)]
    [InlineData(new[] { Roles.Officer, Roles.UnitHead }, new[] { "satellite" }, true, true)]
    public void S5_A_role_or_chain_taken_away_and_another_unit_are_losses(string[] roles, string[] chains, bool moves, bool loses)
    {
        var person = Somebody(Roles.Officer, Roles.UnitHead);
        person.Amend("某人", null, null, person.UnitId, person.Roles, ["satellite"]);
        Assert.Equal(loses, person.Loses(moves ? Guid.CreateVersion7(Now) : person.UnitId, roles, chains));
    }

    private static Person Somebody(params string[] roles) => Person.Register(
        Guid.CreateVersion7(Now), "somebody", "某人", null, null, Guid.CreateVersion7(Now), roles, [], mustChangePassword: false);
}
