using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Identity.Tests.Domain;

public class PersonRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 10, 2, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_fifth_wrong_password_locks_for_five_minutes()
    {
        var person = Somebody(Roles.Officer);
        for (var n = 1; n <= 4; n++)
        {
            Assert.False(person.Try(false, Now));
            Assert.Null(person.LockedUntil);
        }

        Assert.False(person.Try(false, Now));
        Assert.Equal(Now.AddMinutes(5), person.LockedUntil);
        Assert.False(person.Try(true, Now.AddMinutes(5).AddSeconds(-1)));
        Assert.True(person.Try(true, Now.AddMinutes(5)));
        Assert.Null(person.LockedUntil);
    }

    [Fact]
    public void A_right_password_forgets_the_wrong_ones_before_it()
    {
        var person = Somebody(Roles.Officer);
        for (var round = 0; round < 3; round++)
        {
            for (var n = 1; n <= 4; n++)
            {
                person.Try(false, Now);
            }

            Assert.True(person.Try(true, Now));
            Assert.Equal(0, person.FailedTries);
        }
    }

    [Fact]
    public void A_deactivated_person_cannot_sign_in_and_has_another_stamp()
    {
        var person = Somebody(Roles.Officer);
        var stamp = person.SecurityStamp;
        person.Deactivate();
        Assert.False(person.Try(true, Now));
        Assert.NotEqual(stamp, person.SecurityStamp);
        Assert.Equal("user.inactive", Assert.Throws<RuleViolation>(person.Deactivate).Code);

        person.Reactivate();
        Assert.True(person.Try(true, Now));
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
    public void Several_roles_reach_as_far_as_the_widest(string[] roles, Reach reach) => Assert.Equal(reach, Person.ReachOf(roles));

    private static Person Somebody(params string[] roles) => Person.Register(
        Guid.CreateVersion7(Now), "somebody", "某人", null, null, Guid.CreateVersion7(Now), roles, [], mustChangePassword: false);
}
