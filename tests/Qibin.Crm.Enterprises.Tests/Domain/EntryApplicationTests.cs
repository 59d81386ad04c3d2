using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Enterprises.Tests.Domain;

public class EntryApplicationTests
{
    private static readonly DateTimeOffset At = new(2026, 5, 6, 1, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly Day = new(2026, 3, 1);
    private static readonly Guid Somebody = Guid.CreateVersion7(At);

    private static readonly Dictionary<string, Action<EntryApplication>> Steps = new()
    {
        ["accept"] = a => a.Accept(On(a.LastOn)),
        ["review"] = a => a.Review(On(a.LastOn), [.. ScoreSheet.Indicators.Select(i => i.Points)], []),
        ["approve"] = a => a.Approve(On(a.LastOn)),
        ["agree"] = a => a.Agree(On(a.LastOn), null),
        ["handOver"] = a => a.HandOver(On(a.LastOn)),
        ["moveIn"] = a => a.MoveIn(On(a.LastOn), "T-1", null),
        ["leave"] = a => a.Leave(On(a.LastOn)),
        ["return"] = a => a.Return(On(a.LastOn)),
        ["veto"] = a => a.Veto(On(a.LastOn)),
        ["withdraw"] = a => a.Withdraw(On(a.LastOn)),
        ["amend"] = a => a.Amend(Wish(), At),
    };

    // How each state is reached, and the steps that it allows.
    public static TheoryData<string, string> Table => new()
    {
        { "", "accept withdraw amend" },
        { "accept", "review return veto withdraw" },
        { "accept review", "review approve return veto withdraw" },
        { "accept review approve", "agree return withdraw" },
        { "accept review approve agree", "handOver withdraw" },
        { "accept review approve agree handOver", "moveIn withdraw" },
        { "accept review approve agree handOver moveIn", "leave" },
        { "accept review approve agree handOver moveIn leave", "" },
        { "accept return", "accept withdraw amend" },
        { "accept veto", "" },
        { "withdraw", "" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void A_state_allows_its_steps_and_no_other(string way, string allowed)
    {
        foreach (var (name, step) in Steps)
        {
            var application = After(way);
            var version = application.Version;
            if (allowed.Split(' ').Contains(name))
            {
                step(application);
            }
            else
            {
                var refused = Assert.Throws<RuleViolation>(() => step(application));
                Assert.True(refused.Code is "entry.wrongState" or "entry.approvalLacks", $"{name} after «{way}»: {refused.Code}");
                Assert.Equal(version, application.Version);
            }
        }
    }

    [Fact]
    public void Spaces_are_reserved_by_approval_and_kept_until_the_enterprise_leaves()
    {
        var application = After("accept review");
        Assert.Empty(application.Occupations);
        application.Approve(On(Day.AddDays(1)));
        Assert.All(application.Occupations, o => Assert.Equal((Day.AddDays(30), Day.AddDays(395)), (o.From, o.Until)));
        application.Agree(On(Day.AddDays(2)), null);
        application.HandOver(On(Day.AddDays(3)));

        var tenancy = application.MoveIn(On(Day.AddDays(4)), "T-1", null);
        Assert.All(application.Occupations, o => Assert.Equal((Day.AddDays(4), Day.AddDays(395)), (o.From, o.Until)));
        Assert.Equal((Day.AddDays(4), Day.AddDays(395), application.Id), (tenancy.StartedOn, tenancy.LeaseUntil, tenancy.ApplicationId));

        application.Leave(On(Day.AddDays(100)));
        Assert.All(application.Occupations, o => Assert.Equal((Day.AddDays(4), Day.AddDays(100)), (o.From, o.Until)));
        Assert.Equal(2, application.Occupations.Count);
    }

    [Fact]
    public void Leaving_on_the_day_of_moving_in_leaves_no_occupation()
    {
        var application = After("accept review approve agree handOver moveIn");

        application.Leave(On(application.LastOn));

        Assert.Empty(application.Occupations);
    }

    [Fact]
    public void Staying_past_the_term_does_not_stretch_the_occupation()
    {
        var application = After("accept review approve agree handOver moveIn");

        application.Leave(On(Day.AddDays(500)));

        Assert.All(application.Occupations, o => Assert.Equal(Day.AddDays(395), o.Until));
    }

    [Fact]
    public void Each_move_is_kept_with_who_when_and_opinion()
    {
        var application = After("accept return accept review");

        Assert.Equal(
            [EntryState.Draft, EntryState.Accepted, EntryState.Returned, EntryState.Accepted, EntryState.Reviewing], application.Moves.Select(m => m.To));
        Assert.Equal([1, 2, 3, 4, 5], application.Moves.Select(m => m.Number));
        Assert.All(application.Moves, m => Assert.Equal((Somebody, At, "意见"), (m.OfficerId, m.RecordedAt, m.Opinion)));
        Assert.Equal(2, application.Round);
    }

    [Fact]
    public void A_tenancy_ends_once_and_not_before_it_began()
    {
        var application = After("accept review approve agree handOver");
        var tenancy = application.MoveIn(On(Day.AddDays(9)), "T-1", null);

        Assert.Equal("tenancy.endBeforeStart", Assert.Throws<RuleViolation>(() => tenancy.End(Day.AddDays(8), "x", At)).Code);
        tenancy.End(Day.AddDays(9), "x", At);
        Assert.Equal("tenancy.ended", Assert.Throws<RuleViolation>(() => tenancy.End(Day.AddDays(10), "x", At)).Code);
    }

    private static EntryApplication After(string way)
    {
        var enterprise = Enterprise.Register("E-1", Uscc.Parse("91350100M000100Y43"), new EnterpriseFacts("示例", null, null, null), Day, At);
        var application = EntryApplication.Draft("EA-1", enterprise, null, Wish(), On(Day));
        foreach (var step in way.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Steps[step](application);
        }

        return application;
    }

    private static EntryWish Wish() => new([Guid.CreateVersion7(At), Guid.CreateVersion7(At)], Day.AddDays(30), Day.AddDays(395), null, null);

    private static Step On(DateOnly day) => new(day, Somebody, Somebody, At, "意见");
}
