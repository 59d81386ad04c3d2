namespace Qibin.Crm.HouseRules.Tests.Controls.Leads.Domain;

internal sealed class LooksAtTheClock(TimeProvider clock)
{
    public Func<DateTimeOffset> Now => () => clock.GetUtcNow();
}
