using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Enterprises.Tests.Domain;

public class TenancyTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 6, 1, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly Day = new(2026, 3, 1);

    [Fact]
    public void A_tenancy_takes_over_what_was_applied_for()
    {
        var (application, tenancy) = Opened();
        Assert.Equal(
            (application.Id, application.EnterpriseId, Day.AddDays(9), Day.AddDays(395)),
            (tenancy.ApplicationId, tenancy.EnterpriseId, tenancy.StartedOn, tenancy.LeaseUntil));
        Assert.Equal(application.SpaceIds, tenancy.SpaceIds);
        Assert.Equal((tenancy.Id, EntryState.MovedIn), (application.TenancyId, application.State));
        Assert.Equal((null, null, 1L), (tenancy.EndedOn, tenancy.EndReason, tenancy.Version));
    }

    [Theory]
    [InlineData(8, "tenancy.endBeforeStart")]
    [InlineData(9, null)]
    [InlineData(500, null)]
    public void A_tenancy_ends_once_and_not_before_it_began(int day, string? refused)
    {
        var (_, tenancy) = Opened();
        var end = () => tenancy.End(Day.AddDays(day), "合同到期", Now);
        if (refused is not null)
        {
            Assert.Equal(refused, Assert.Throws<RuleViolation>(end).Code);
            Assert.Null(tenancy.EndedOn);
            return;
        }

        end();
        Assert.Equal((Day.AddDays(day), "合同到期"), (tenancy.EndedOn, tenancy.EndReason));
        Assert.Equal("tenancy.ended", Assert.Throws<RuleViolation>(end).Code);
    }

    private static (EntryApplication Application, Tenancy Tenancy) Opened()
    {
        var enterprise = Enterprise.Register(
            "E-1", Uscc.Parse("91350100M000100Y43"), new EnterpriseFacts("示例", null, null, null), Day, Now);
        var application = EntryApplication.Draft(
            "EA-1", enterprise, null, new EntryWish([Guid.CreateVersion7(Now)], Day.AddDays(30), Day.AddDays(395), null, null), Step(0));
        application.Accept(Step(0));
        application.Review(Step(0), [.. ScoreSheet.Indicators.Select(i => i.Points)], []);
        application.Approve(Step(0));
        application.Agree(Step(0), null);
        application.HandOver(Step(0));
        return (application, application.MoveIn(Step(9), "T-1", null));
    }

    private static Step Step(int day) => new(Day.AddDays(day), Guid.CreateVersion7(Now), Guid.CreateVersion7(Now), Now);
}
