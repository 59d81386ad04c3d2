using Qibin.Crm.Contracts.Directory;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

/// <summary>Tokens that are valid by their signature and are refused by what the directory says.</summary>
public sealed class EndedAccessTests(LeadsFixture leads) : IClassFixture<LeadsFixture>
{
    [Fact]
    public async Task S5_A_deactivated_officer_logs_no_first_contact_and_a_reactivated_one_does()
    {
        var (officer, colleague) = (await leads.PlacedAsync(TestCaller.Officer()), await leads.PlacedAsync(TestCaller.Officer()));
        await leads.LeadAsync(leads.As(officer));
        await leads.PlacedAsync(officer, active: false);
        await RefusedAsync(officer);
        (await leads.As(officer).PostAsync("/api/v1/first-contacts", leads.FirstContact())).IsProblem(401, "auth.required");
        await leads.LeadAsync(leads.As(colleague));

        await leads.PlacedAsync(officer);
        await Eventually.TrueAsync(async () => (await leads.As(officer).GetAsync("/api/v1/leads")).Status == 200);
        await leads.LeadAsync(leads.As(officer));
    }

    [Fact]
    public async Task S5_An_ended_sign_in_and_a_revoked_integration_are_refused_and_others_are_not()
    {
        var caller = TestCaller.Officer() with { SessionId = NewId() };
        var elsewhere = caller with { SessionId = NewId() };
        var (integration, other) = (TestCaller.Integration(), TestCaller.Integration());
        foreach (var open in (TestCaller[])[caller, elsewhere, integration, other])
        {
            (await leads.As(open).GetAsync("/api/v1/leads")).Is(200);
        }

        await EndAsync(caller.SessionId.Value, TimeSpan.FromMinutes(11));
        await EndAsync(integration.Id, TimeSpan.FromMinutes(11));
        await EndAsync(other.Id, TimeSpan.FromMinutes(-1));
        await RefusedAsync(caller);
        await RefusedAsync(integration);
        (await leads.As(elsewhere).GetAsync("/api/v1/leads")).Is(200);
        (await leads.As(caller with { SessionId = null }).GetAsync("/api/v1/leads")).Is(200);
        (await leads.As(other).GetAsync("/api/v1/leads")).Is(200);
    }

    [Fact]
    public async Task What_ended_is_forgotten_when_no_token_can_name_it_any_more()
    {
        var (old, fresh) = (NewId(), NewId());
        await EndAsync(old, TimeSpan.FromMinutes(-1));
        await EndAsync(fresh, TimeSpan.FromMinutes(11));
        Assert.Equal(0, await leads.Service.CountAsync($"select count(*) from directory.ended_access where ended_id = '{old}'"));
        Assert.Equal(1, await leads.Service.CountAsync($"select count(*) from directory.ended_access where ended_id = '{fresh}'"));
    }

    /// <summary>What the service knows of ended access may be a second old.</summary>
    private Task RefusedAsync(TestCaller caller) =>
        Eventually.TrueAsync(async () => (await leads.As(caller).GetAsync("/api/v1/leads")).Status == 401, TimeSpan.FromSeconds(20));

    private Task<bool> EndAsync(Guid id, TimeSpan left) => leads.Service.DeliverAsync(
        new AccessEnded { EndedId = id, Until = TimeProvider.System.GetUtcNow() + left }, id, 1);

    private static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
}
