using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Domain;
using static Qibin.Crm.Leads.Tests.Domain.Sample;

namespace Qibin.Crm.Leads.Tests.Domain;

/// <summary>Working days are Monday to Friday here; day 0 is a Monday.</summary>
public class ResponseClockTests
{
    private static readonly ResponseTerms Terms = new(new WorkingCalendar([]), new ResponseRules());
    private static readonly Guid By = NewId();

    [Fact]
    public void Officer_assessment_and_feedback_count_from_the_opening()
    {
        var clock = ResponseClock.Started(Day0, named: false).Scheduled(Terms);
        Assert.Equal([(ResponseKind.Officer, 1), (ResponseKind.Assessment, 3), (ResponseKind.Feedback, 9)], Days(clock));
        Assert.Equal(Day0.AddDays(1), clock.NextOn);
        Assert.Equal([(ResponseKind.Assessment, 3), (ResponseKind.Feedback, 9)],
            Days(ResponseClock.Started(Day0, named: true).Scheduled(Terms)));
    }

    [Fact]
    public void Each_step_ends_its_deadline()
    {
        var opened = ResponseClock.Started(Day0, named: false);
        Assert.Equal([(ResponseKind.Assessment, 3), (ResponseKind.Feedback, 9)], Days(opened.Named(Day0.AddDays(1)).Scheduled(Terms)));
        // Who concludes the assessment answers for the lead.
        var assessed = opened.Assessed(Day0.AddDays(2));
        Assert.Equal((Day0.AddDays(2), Day0.AddDays(2)), (assessed.OfficerOn, assessed.AssessedOn));
        Assert.Equal([(ResponseKind.Feedback, 9)], Days(assessed.Scheduled(Terms)));
        // A report is due 14 working days after the answer, and after each report.
        var answered = assessed.Answered(Day0.AddDays(4));
        Assert.Equal([(ResponseKind.Report, 24)], Days(answered.Scheduled(Terms)));
        var reported = answered.Answered(Day0.AddDays(7));
        Assert.Equal((Day0.AddDays(4), Day0.AddDays(7)), (reported.FeedbackOn, reported.ReportedOn));
        Assert.Equal([(ResponseKind.Report, 25)], Days(reported.Scheduled(Terms)));
    }

    [Fact]
    public void What_was_done_first_stays()
    {
        var clock = ResponseClock.Started(Day0, named: true).Assessed(Day0.AddDays(1));
        Assert.Equal((Day0, Day0.AddDays(1)), (clock.Named(Day0.AddDays(5)).OfficerOn, clock.Assessed(Day0.AddDays(5)).AssessedOn));
    }

    [Fact]
    public void An_answer_before_the_assessment_is_none()
    {
        var clock = ResponseClock.Started(Day0, named: true).Answered(Day0.AddDays(1));
        Assert.Equal((null, null), (clock.FeedbackOn, clock.ReportedOn));
    }

    [Fact]
    public void A_deadline_passes_with_the_end_of_its_day_and_is_told_once()
    {
        var clock = ResponseClock.Started(Day0, named: false).Scheduled(Terms);
        Assert.Same(clock, clock.Lapsed(Day0.AddDays(1), out var none));
        Assert.Empty(none);
        var lapsed = clock.Lapsed(Day0.AddDays(2), out var first);
        Assert.Equal(new ResponseDeadline(ResponseKind.Officer, Day0.AddDays(1)), Assert.Single(first));
        Assert.Equal([ResponseKind.Officer], lapsed.Breached);
        Assert.Equal(Day0.AddDays(3), lapsed.NextOn);
        lapsed.Lapsed(Day0.AddDays(2), out var again);
        Assert.Empty(again);
        lapsed.Lapsed(Day0.AddDays(4), out var second);
        Assert.Equal(ResponseKind.Assessment, Assert.Single(second).Kind);
    }

    [Fact]
    public void A_told_deadline_stays_whatever_the_rules_become()
    {
        var longer = Terms with { Rules = new ResponseRules { OfficerDays = 10, AssessmentDays = 10 } };
        var clock = ResponseClock.Started(Day0, named: false).Scheduled(Terms).Lapsed(Day0.AddDays(2), out _).Scheduled(longer);
        Assert.Equal([(ResponseKind.Officer, 1), (ResponseKind.Assessment, 14), (ResponseKind.Feedback, 9)], Days(clock));
        Assert.Equal([ResponseKind.Officer], clock.Breached);
    }

    [Fact]
    public void A_told_report_stays_until_a_later_one()
    {
        var clock = ResponseClock.Started(Day0, named: true).Assessed(Day0).Answered(Day0).Scheduled(Terms);
        var due = Day0.AddDays(18);
        Assert.Equal([(ResponseKind.Report, 18)], Days(clock));
        var lapsed = clock.Lapsed(due.AddDays(1), out _);
        Assert.Equal([ResponseKind.Report], lapsed.Answered(due).Scheduled(Terms).Breached);
        var reported = lapsed.Answered(due.AddDays(3)).Scheduled(Terms);
        Assert.Empty(reported.Breached);
        Assert.Equal([(ResponseKind.Report, 39)], Days(reported));
    }

    [Fact]
    public void Time_counts_from_the_start_of_the_rules_at_the_earliest()
    {
        var later = Terms with { Rules = new ResponseRules { StartOn = Day0.AddDays(7) } };
        Assert.Equal([(ResponseKind.Assessment, 10), (ResponseKind.Feedback, 16)],
            Days(ResponseClock.Started(Day0, named: true).Scheduled(later)));
        var earlier = Terms with { Rules = new ResponseRules { StartOn = Day0.AddDays(-7) } };
        Assert.Equal([(ResponseKind.Assessment, 3), (ResponseKind.Feedback, 9)],
            Days(ResponseClock.Started(Day0, named: true).Scheduled(earlier)));
    }

    [Fact]
    public void Days_of_a_pause_do_not_count()
    {
        var clock = ResponseClock.Started(Day0, named: true);
        var paused = clock.Paused(Day0.AddDays(1), "等待方案", By);
        Assert.Equal(ClockState.Paused, paused.State);
        Assert.Empty(paused.Scheduled(Terms).Deadlines);
        // Tuesday and Wednesday do not count, Thursday does again.
        var resumed = paused.Resumed(Day0.AddDays(3));
        Assert.Equal((ClockState.Running, new ClockPause(Day0.AddDays(1), Day0.AddDays(3), "等待方案", By)),
            (resumed.State, Assert.Single(resumed.Pauses)));
        Assert.Equal([(ResponseKind.Assessment, 7), (ResponseKind.Feedback, 11)], Days(resumed.Scheduled(Terms)));
    }

    [Fact]
    public void Only_a_running_clock_is_paused_and_only_a_paused_one_resumed()
    {
        var running = ResponseClock.Started(Day0, named: true);
        var paused = running.Paused(Day0, "x", By);
        Refused("clock.paused", () => paused.Paused(Day0, "x", By));
        Refused("clock.notRunning", () => running.Ended(Day0).Paused(Day0, "x", By));
        Refused("clock.notRunning", () => running.Pooled(Day0).Paused(Day0, "x", By));
        Refused("clock.notPaused", () => running.Resumed(Day0));
        Refused("clock.notPaused", () => paused.Ended(Day0).Resumed(Day0));
    }

    [Fact]
    public void An_ended_or_pooled_clock_has_no_deadlines_and_no_open_pause()
    {
        var paused = ResponseClock.Started(Day0, named: false).Scheduled(Terms).Paused(Day0, "x", By);
        foreach (var (clock, state) in (IEnumerable<(ResponseClock, ClockState)>)[
            (paused.Ended(Day0.AddDays(2)), ClockState.Ended), (paused.Pooled(Day0.AddDays(2)), ClockState.Pooled)])
        {
            Assert.Equal((state, Day0.AddDays(2)), (clock.State, Assert.Single(clock.Pauses).To));
            Assert.Empty(clock.Scheduled(Terms).Deadlines);
        }

        Assert.Equal(ClockState.Ended, paused.Ended(Day0).Pooled(Day0).State);
    }

    [Fact]
    public void Picked_from_the_pool_and_reopened_what_is_open_counts_anew()
    {
        var pooled = ResponseClock.Started(Day0, named: false).Assessed(Day0).Paused(Day0, "x", By).Pooled(Day0.AddDays(1));
        foreach (var clock in (ResponseClock[])[pooled.Named(Day0.AddDays(14)), pooled.Ended(Day0.AddDays(2)).Restarted(Day0.AddDays(14))])
        {
            Assert.Equal((ClockState.Running, Day0.AddDays(14), Day0), (clock.State, clock.From, clock.AssessedOn));
            Assert.Empty(clock.Pauses);
            Assert.Equal([(ResponseKind.Feedback, 23)], Days(clock.Scheduled(Terms)));
        }

        Assert.Equal(Day0.AddDays(14), ResponseClock.Started(Day0, named: false).Restarted(Day0.AddDays(14)).OfficerOn);
    }

    [Fact]
    public void A_breach_is_met_by_what_it_asked_for()
    {
        var opened = ResponseClock.Started(Day0, named: false);
        var reported = opened.Assessed(Day0).Answered(Day0.AddDays(5));
        foreach (var kind in (ResponseKind[])[ResponseKind.Officer, ResponseKind.Assessment, ResponseKind.Feedback])
        {
            Assert.Equal((false, true), (opened.Met(kind, Day0), reported.Met(kind, Day0)));
        }

        Assert.False(opened.Met(ResponseKind.Report, Day0));
        Assert.False(reported.Met(ResponseKind.Report, Day0.AddDays(5)));
        Assert.True(reported.Met(ResponseKind.Report, Day0.AddDays(4)));
    }

    [Fact]
    public void A_breach_ends_on_the_day_it_is_met_or_dropped_and_can_open_again()
    {
        var breach = ResponseBreach.Of(NewId(), NewId(), new ResponseDeadline(ResponseKind.Feedback, Day0), By, NewId(), Morning);
        Assert.Equal((BreachState.Open, ResponseKind.Feedback, Day0, By), (breach.State, breach.Kind, breach.DueOn, breach.OwnerId));
        breach.Move(BreachState.Met, Day0.AddDays(2));
        Assert.Equal((BreachState.Met, Day0.AddDays(2)), (breach.State, breach.EndedOn));
        breach.Move(BreachState.Open, Day0.AddDays(3));
        Assert.Equal((BreachState.Open, null), (breach.State, breach.EndedOn));
    }

    [Fact]
    public void A_lead_is_looked_at_again_when_its_next_deadline_has_passed_or_its_revisit_date_has_come()
    {
        var lead = Lead(LeadStage.Following);
        Assert.Empty(lead.KeepTime(Terms, changed: true, Morning));
        Assert.Equal(Day0.AddDays(10).Begins(), lead.DueAt);
        Assert.Equal(ResponseKind.Feedback, Assert.Single(lead.KeepTime(Terms, changed: false, After(10))).Kind);
        Assert.Equal((1, null), (lead.OpenBreaches, lead.DueAt));

        var kept = Lead(LeadStage.Kept);
        kept.KeepTime(Terms, changed: true, Morning);
        Assert.Equal((ClockState.Ended, Day0.AddDays(90).Begins()), (kept.ClockState, kept.DueAt));
        Assert.Null(kept.PlanRevisit(NewId(), Officer.At(Day0.AddDays(90).Begins().AddTicks(-1))));
        Assert.Equal(Day0.AddDays(90), kept.PlanRevisit(NewId(), Officer.At(Day0.AddDays(90).Begins()))!.DueOn);
        Assert.Null(kept.PlanRevisit(NewId(), Officer.Later(91)));
        kept.KeepTime(Terms, changed: true, After(91));
        Assert.Null(kept.DueAt);
    }

    /// <summary>The deadlines as days after day 0.</summary>
    private static IEnumerable<(ResponseKind Kind, int Day)> Days(ResponseClock clock) =>
        clock.Deadlines.Select(d => (d.Kind, d.On.DayNumber - Day0.DayNumber));
}
