using System.Globalization;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Enterprises.Tests.Domain;

public class EntryApplicationTests
{
    private static readonly DateTimeOffset At = new(2026, 5, 6, 1, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly Day = new(2026, 3, 1);
    private static readonly Guid Somebody = Guid.CreateVersion7(At);

    private static readonly Dictionary<string, Action<EntryApplication, DateOnly>> Steps = new()
    {
        ["accept"] = (a, on) => a.Accept(On(on)),
        ["review"] = (a, on) => a.Review(On(on), [.. ScoreSheet.Indicators.Select(i => i.Points)], []),
        ["approve"] = (a, on) => a.Approve(On(on)),
        ["agree"] = (a, on) => a.Agree(On(on), null),
        ["handOver"] = (a, on) => a.HandOver(On(on)),
        ["moveIn"] = (a, on) => a.MoveIn(On(on), "T-1", null),
        ["leave"] = (a, on) => a.Leave(On(on)),
        ["return"] = (a, on) => a.Return(On(on)),
        ["veto"] = (a, on) => a.Veto(On(on)),
        ["withdraw"] = (a, on) => a.Withdraw(On(on)),
        ["amend"] = (a, _) => a.Amend(Wish(), At),
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
                step(application, application.LastOn);
            }
            else
            {
                var refused = Assert.Throws<RuleViolation>(() => step(application, application.LastOn));
                Assert.True(refused.Code is "entry.wrongState" or "entry.approvalLacks", $"{name} after «{way}»: {refused.Code}");
                Assert.Equal(version, application.Version);
            }
        }
    }

    [Fact]
    public void S8_Nobody_decides_on_an_application_that_they_took_a_step_of_before()
    {
        var (drafter, accepter, reviewer, approver) = (NewId(), NewId(), NewId(), NewId());
        var points = ScoreSheet.Indicators.Select(i => i.Points).ToArray();
        var application = After("", drafter: drafter);
        Refused("entry.ownDraft", () => application.Accept(By(drafter, Day)));
        application.Accept(By(accepter, Day));
        Refused("entry.ownDraft", () => application.Review(By(drafter, Day), points, []));
        application.Review(By(reviewer, Day), points, []);
        foreach (var own in (Guid[])[drafter, accepter, reviewer])
        {
            Refused("entry.ownApproval", () => application.Approve(By(own, Day)));
            // Neither when an integration names that person.
            Refused("entry.ownApproval", () => application.Approve(By(own, Day) with { RecordedBy = NewId(), Brought = true }));
        }

        application.Approve(By(approver, Day));
        application.Agree(By(accepter, Day), null);
        application.HandOver(By(accepter, Day));
        Refused("entry.ownMoveIn", () => application.MoveIn(By(approver, Day), "T-1", null));
        application.MoveIn(By(accepter, Day), "T-1", null);

        // Who reviewed an earlier round only may approve the later one.
        var again = After("accept");
        again.Review(By(reviewer, Day), points, []);
        again.Return(On(Day));
        again.Accept(On(Day));
        again.Review(On(Day), points, []);
        again.Approve(By(reviewer, Day));

        // An integration records what several people did: it is none of them.
        var brought = By(NewId(), Day) with { Brought = true };
        var recorded = After("", drafter: brought.OfficerId);
        recorded.Accept(brought);
        recorded.Review(brought, points, []);
        recorded.Approve(brought with { OfficerId = approver });

        static Guid NewId() => Guid.CreateVersion7(At);

        static void Refused(string code, Func<object> step) => Assert.Equal(code, Assert.Throws<RuleViolation>(step).Code);
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
    public void Leaving_ends_an_occupation_that_had_no_end()
    {
        var application = After("accept review approve agree handOver moveIn", Wish() with { WantedTo = null });
        Assert.All(application.Occupations, o => Assert.Null(o.Until));

        var day = application.LastOn.AddDays(10);
        application.Leave(On(day));

        Assert.Equal(2, application.Occupations.Count);
        Assert.All(application.Occupations, o => Assert.Equal(day, o.Until));
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
            [EntryState.Draft, EntryState.Accepted, EntryState.Returned, EntryState.Accepted, EntryState.Reviewing],
            application.Moves.Select(m => m.To));
        Assert.Equal([1, 2, 3, 4, 5], application.Moves.Select(m => m.Number));
        Assert.All(application.Moves, m => Assert.Equal((m.RecordedBy, At, "意见"), (m.OfficerId, m.RecordedAt, m.Opinion)));
        Assert.Equal(2, application.Round);
    }

    [Theory]
    [InlineData("60", null)]
    [InlineData("59", "entry.scoreTooLow")]
    [InlineData("60 60", null)]
    [InlineData("50 70", null)]
    [InlineData("59 60", "entry.scoreTooLow")]
    [InlineData("0 100 80", null)]
    [InlineData("0 100 79", "entry.scoreTooLow")]
    public void An_application_passes_from_a_mean_score_of_sixty_on(string scores, string? refused)
    {
        var application = After("accept");
        foreach (var score in scores.Split(' '))
        {
            application.Review(On(Day), Points(int.Parse(score, CultureInfo.InvariantCulture)), []);
        }

        var approve = () => application.Approve(On(Day));
        if (refused is null)
        {
            Assert.Equal(EntryState.Reviewing, approve());
            Assert.Equal(EntryState.Approved, application.State);
        }
        else
        {
            Assert.Equal(refused, Assert.Throws<RuleViolation>(() => approve()).Code);
            Assert.Empty(application.Occupations);
        }
    }

    [Fact]
    public void Only_the_reviews_of_the_last_round_count()
    {
        var application = After("accept");
        application.Review(On(Day), Points(10), ["environment"]);
        application.Return(On(Day));
        application.Accept(On(Day));
        var lacking = Assert.Throws<RuleViolation>(() => application.Approve(On(Day)));
        Assert.Equal(("entry.approvalLacks", "review"), (lacking.Code, Assert.Single(lacking.Missing)));
        application.Review(On(Day), Points(60), []);
        application.Approve(On(Day));
        Assert.Equal([1, 2], application.Reviews.Select(r => r.Round));
    }

    [Fact]
    public void One_veto_outweighs_every_score()
    {
        var application = After("accept");
        application.Review(On(Day), Points(100), []);
        application.Review(On(Day), Points(100), ["dishonesty", "environment"]);
        var refused = Assert.Throws<RuleViolation>(() => application.Approve(On(Day)));
        Assert.Equal("entry.vetoStands", refused.Code);
        Assert.Equal("环保不达标、列入失信名单", Assert.IsType<ProblemText>(Assert.Single(refused.Arguments)).Chinese);
    }

    [Theory]
    [InlineData(null, "entry.approvalLacks")]
    [InlineData(FairCompetitionConclusion.Failed, "entry.fairCompetitionFailed")]
    [InlineData(FairCompetitionConclusion.Passed, null)]
    [InlineData(FairCompetitionConclusion.Exempt, null)]
    public void Preferential_terms_need_a_fair_competition_review_that_did_not_fail(FairCompetitionConclusion? conclusion, string? refused)
    {
        var application = After("");
        application.Amend(Wish() with { PreferentialTerms = "首年房租减半" }, At);
        application.Accept(On(Day));
        application.Review(On(Day), Points(100), []);
        if (conclusion is { } given)
        {
            application.RecordFairCompetition(new FairCompetitionReview(given, "GP-1", Day.AddDays(1), Somebody), At);
            Assert.Equal("entry.beforePrevious", Assert.Throws<RuleViolation>(() => application.Approve(On(Day))).Code);
        }

        var approve = () => application.Approve(On(Day.AddDays(1)));
        if (refused is null)
        {
            approve();
            Assert.Equal("entry.wrongState", Assert.Throws<RuleViolation>(
                () => application.RecordFairCompetition(
                new FairCompetitionReview(FairCompetitionConclusion.Failed, "GP-2", Day, Somebody), At)).Code);
        }
        else
        {
            Assert.Equal(refused, Assert.Throws<RuleViolation>(() => approve()).Code);
        }
    }

    [Fact]
    public void No_step_lies_before_the_one_before_it()
    {
        foreach (var (name, step) in Steps.Where(s => s.Key != "amend"))
        {
            var way = Table.Select(row => row.Data).First(row => row.Item2.Split(' ').Contains(name)).Item1;
            var application = After(way);
            var (state, last) = (application.State, application.LastOn);
            Assert.Equal("entry.beforePrevious", Assert.Throws<RuleViolation>(() => step(application, last.AddDays(-1))).Code);
            Assert.Equal((state, last), (application.State, application.LastOn));
            step(application, last);
        }
    }

    [Theory]
    [InlineData("accept review approve", "return")]
    [InlineData("accept review approve", "withdraw")]
    [InlineData("accept review approve agree", "withdraw")]
    [InlineData("accept review approve agree handOver", "withdraw")]
    public void What_is_returned_or_withdrawn_gives_its_spaces_back(string way, string last)
    {
        var application = After(way);
        Assert.Equal(2, application.Occupations.Count);
        Steps[last](application, application.LastOn);
        Assert.Empty(application.Occupations);
    }

    [Fact]
    public void A_space_that_is_named_twice_is_reserved_once()
    {
        var application = After("");
        var space = Guid.CreateVersion7(At);
        application.Amend(Wish() with { SpaceIds = [space, space] }, At);
        application.Accept(On(Day));
        application.Review(On(Day), Points(60), []);
        application.Approve(On(Day));
        Assert.Equal(space, Assert.Single(application.Occupations).SpaceId);
    }

    [Theory]
    [InlineData(394, null)]
    [InlineData(395, "entry.termOver")]
    [InlineData(396, "entry.termOver")]
    public void An_enterprise_moves_in_on_the_last_day_of_the_term_at_the_latest(int day, string? refused)
    {
        var application = After("accept review approve agree handOver");
        var moveIn = () => application.MoveIn(On(Day.AddDays(day)), "T-1", null);
        if (refused is null)
        {
            moveIn();
            Assert.All(application.Occupations, o => Assert.Equal((Day.AddDays(30), Day.AddDays(395)), (o.From, o.Until)));
        }
        else
        {
            Assert.Equal(refused, Assert.Throws<RuleViolation>(() => moveIn()).Code);
            Assert.Equal(EntryState.HandedOver, application.State);
        }
    }

    [Theory]
    [InlineData(29, 0)]
    [InlineData(30, 0)]
    [InlineData(31, 31)]
    [InlineData(395, 395)]
    [InlineData(396, 395)]
    public void Leaving_ends_the_occupation_on_that_day_and_never_prolongs_it(int leftOn, int until)
    {
        // Moved in on the wanted day, day 30; nobody can leave before.
        var application = After("accept review approve agree handOver");
        application.MoveIn(On(Day.AddDays(30)), "T-1", null);
        if (leftOn < 30)
        {
            Assert.Equal("entry.beforePrevious", Assert.Throws<RuleViolation>(() => application.Leave(On(Day.AddDays(leftOn)))).Code);
            return;
        }

        application.Leave(On(Day.AddDays(leftOn)));
        Assert.Equal(until == 0 ? [] : [Day.AddDays(until), Day.AddDays(until)], application.Occupations.Select(o => o.Until!.Value));
    }

    [Fact]
    public void A_term_has_at_least_one_day()
    {
        var application = After("");
        Assert.Equal("entry.termEmpty",
            Assert.Throws<RuleViolation>(() => application.Amend(Wish() with { WantedTo = Day.AddDays(30) }, At)).Code);
        application.Amend(Wish() with { WantedTo = Day.AddDays(31) }, At);
        application.Amend(Wish() with { WantedTo = null }, At);
    }

    private static EntryApplication After(string way, EntryWish? wish = null, Guid? drafter = null)
    {
        var enterprise = Enterprise.Register("E-1", Uscc.Parse("91350100M000100Y43"), new EnterpriseFacts("示例", null, null, null), Day, At);
        var application = EntryApplication.Draft(
            "EA-1", enterprise, null, wish ?? Wish(), By(drafter ?? Guid.CreateVersion7(At), Day));
        foreach (var step in way.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Steps[step](application, application.LastOn);
        }

        return application;
    }

    /// <summary>A sheet with this total.</summary>
    private static int[] Points(int total)
    {
        var points = new int[ScoreSheet.Indicators.Count];
        for (var i = 0; i < points.Length; i++)
        {
            points[i] = Math.Min(total, ScoreSheet.Indicators[i].Points);
            total -= points[i];
        }

        Assert.Equal(0, total);
        return points;
    }

    private static EntryWish Wish() =>
        new([Guid.CreateVersion7(At), Guid.CreateVersion7(At)], Day.AddDays(30), Day.AddDays(395), null, null);

    /// <summary>A step by somebody who has taken none before.</summary>
    private static Step On(DateOnly day) => By(Guid.CreateVersion7(At), day);

    private static Step By(Guid who, DateOnly day) => new(day, who, who, At, "意见");
}
