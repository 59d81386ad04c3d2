using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Identity.Tests.Domain;

public class ClientRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 10, 2, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(1);

    [Fact]
    public void A_secret_is_accepted_until_it_expires()
    {
        var client = Registered();
        Assert.True(client.Accepts("first", Now));
        Assert.True(client.Accepts("first", Now + Lifetime - TimeSpan.FromSeconds(1)));
        Assert.False(client.Accepts("first", Now + Lifetime));
        Assert.False(client.Accepts("other", Now));
    }

    [Fact]
    public void A_rotated_secret_overlaps_with_the_new_one()
    {
        var client = Registered();
        client.Rotate("second", Lifetime, Overlap, Now);
        Assert.True(client.Accepts("first", Now + Overlap - TimeSpan.FromSeconds(1)));
        Assert.False(client.Accepts("first", Now + Overlap));
        Assert.True(client.Accepts("second", Now + Overlap));
    }

    [Fact]
    public void The_second_rotation_ends_the_first_secret_at_once()
    {
        var client = Registered();
        client.Rotate("second", Lifetime, Overlap, Now.AddMinutes(1));
        client.Rotate("third", Lifetime, Overlap, Now.AddMinutes(2));
        Assert.False(client.Accepts("first", Now.AddMinutes(2)));
        Assert.True(client.Accepts("second", Now.AddMinutes(2)));
        Assert.True(client.Accepts("third", Now.AddMinutes(2)));
    }

    [Fact]
    public void An_overlap_does_not_lengthen_a_secret_that_ends_sooner()
    {
        var client = Registered();
        client.Rotate("second", Lifetime, Lifetime, Now.AddDays(29));
        Assert.False(client.Accepts("first", Now + Lifetime));
    }

    [Fact]
    public void A_revoked_client_is_refused_for_good()
    {
        var client = Registered();
        client.Revoke(Now);
        Assert.False(client.Accepts("first", Now));
        Assert.Equal("client.revoked", Assert.Throws<RuleViolation>(() => client.Revoke(Now)).Code);
        Assert.Equal("client.revoked", Assert.Throws<RuleViolation>(() => client.Rotate("second", Lifetime, Overlap, Now)).Code);
    }

    private static Client Registered() => Client.Register(Guid.CreateVersion7(Now), "system", "系统", ["leads.read"], "first", Lifetime, Now);
}
