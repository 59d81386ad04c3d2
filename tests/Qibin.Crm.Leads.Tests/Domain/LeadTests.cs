using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Domain;

namespace Qibin.Crm.Leads.Tests.Domain;

public class LeadTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 10, 2, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly FirstContactOn = new(2026, 3, 1);
    private static readonly Actor Actor = new(NewId(), Now);

    [Fact]
    public void A_lead_begins_new_on_the_day_of_the_first_contact()
    {
        var lead = Opened();

        Assert.Equal((LeadStage.New, FirstContactOn, FirstContactOn, 1L), (lead.Stage, lead.StageOn, lead.FirstContactOn, lead.Version));
        Assert.Equal((LeadStage.New, FirstContactOn, 1L),
            (lead.Opening(Actor).To, lead.Opening(Actor).OccurredOn, lead.Opening(Actor).Version));
    }

    [Fact]
    public void The_way_to_a_project_is_assessing_following_converted()
    {
        var (lead, projectId) = (Opened(), NewId());

        lead.NoteContact(FirstContactOn, Actor);
        lead.StartAssessment(FirstContactOn.AddDays(1), null, Actor);
        lead.ConcludeAssessment(FirstContactOn.AddDays(2), "值得跟进", Actor);
        var move = lead.Convert(projectId, "示例项目", FirstContactOn.AddDays(3), Actor);

        Assert.Equal((LeadStage.Following, LeadStage.Converted), (move.From, move.To));
        Assert.Equal((projectId, "示例项目", FirstContactOn.AddDays(3)), (lead.ProjectId, lead.ProjectName, lead.ConvertedOn));
    }

    [Fact]
    public void What_a_conversion_lacks_is_listed()
    {
        var refusal = Refused("lead.notReady", () => Opened().Convert(NewId(), "示例项目", FirstContactOn, Actor));
        Assert.Equal(["contact", "assessment"], refusal.Missing);
    }

    [Fact]
    public void A_stage_skipped_or_repeated_is_refused()
    {
        var lead = Opened();
        Refused("lead.wrongStage", () => lead.ConcludeAssessment(FirstContactOn, "x", Actor));
        lead.StartAssessment(FirstContactOn, null, Actor);
        Refused("lead.wrongStage", () => lead.StartAssessment(FirstContactOn, null, Actor));
        Following(lead);
        lead.Convert(NewId(), "示例项目", FirstContactOn, Actor);
        Refused("lead.converted", () => lead.Convert(NewId(), "示例项目", FirstContactOn, Actor));
        Refused("lead.converted", () => lead.Invalidate(ClosureReason.NoAnswer, FirstContactOn, null, Actor));
        Refused("lead.converted", () => lead.Keep(ClosureReason.NotYet, FirstContactOn.AddDays(9), FirstContactOn, null, Actor));
    }

    [Fact]
    public void No_milestone_lies_before_the_previous_one()
    {
        var lead = Opened();
        var refusal = Refused("lead.stageDateOrder", () => lead.StartAssessment(FirstContactOn.AddDays(-1), null, Actor));
        Assert.Equal(FirstContactOn, refusal.Arguments[0]);
        lead.StartAssessment(FirstContactOn, null, Actor);
        Refused("lead.stageDateOrder", () => lead.Invalidate(ClosureReason.NoAnswer, FirstContactOn.AddDays(-1), null, Actor));
        Assert.Equal(LeadStage.Assessing, lead.Stage);
    }

    [Theory]
    [InlineData(LeadStage.New)]
    [InlineData(LeadStage.Assessing)]
    [InlineData(LeadStage.Following)]
    public void A_closed_lead_is_reopened_where_it_was(LeadStage stage)
    {
        var lead = At(stage);

        lead.PlanNextStep(NewId(), "回电", FirstContactOn.AddDays(5), Actor);
        lead.Keep(ClosureReason.NotYet, FirstContactOn.AddDays(90), FirstContactOn.AddDays(2), null, Actor);

        Assert.Equal((LeadStage.Kept, FirstContactOn.AddDays(90), null), (lead.Stage, lead.RevisitOn, lead.NextStepDueOn));
        Refused("lead.closed", () => lead.PlanNextStep(NewId(), "回电", FirstContactOn.AddDays(5), Actor));
        Refused("lead.closed", () => lead.Convert(NewId(), "示例项目", FirstContactOn.AddDays(2), Actor));
        Refused("lead.closed", () => lead.Invalidate(ClosureReason.NoAnswer, FirstContactOn.AddDays(2), null, Actor));
        lead.Reopen(FirstContactOn.AddDays(40), "客商来电", Actor);
        Assert.Equal((stage, null, null), (lead.Stage, lead.RevisitOn, lead.ClosureReason));
        Refused("lead.notClosed", () => lead.Reopen(FirstContactOn.AddDays(41), null, Actor));
    }

    [Fact]
    public void A_revisit_comes_after_the_closure() =>
        Refused("lead.revisitOrder", () => Opened().Keep(ClosureReason.NotYet, FirstContactOn, FirstContactOn, null, Actor));

    [Fact]
    public void A_contact_counts_and_an_earlier_one_moves_the_first_contact()
    {
        var lead = Opened();
        lead.NoteContact(FirstContactOn.AddDays(4), Actor);
        lead.NoteContact(FirstContactOn.AddDays(2), Actor);
        Assert.Equal((2, FirstContactOn, FirstContactOn.AddDays(4)), (lead.ContactCount, lead.FirstContactOn, lead.LastContactOn));

        lead.NoteContact(FirstContactOn.AddDays(-30), Actor);
        Assert.Equal((FirstContactOn.AddDays(-30), FirstContactOn.AddDays(-30)), (lead.FirstContactOn, lead.StageOn));

        var assessing = At(LeadStage.Assessing);
        assessing.NoteContact(FirstContactOn.AddDays(-30), Actor);
        Assert.Equal((FirstContactOn.AddDays(-30), FirstContactOn), (assessing.FirstContactOn, assessing.StageOn));
    }

    [Fact]
    public void The_light_turns_with_the_day()
    {
        var lead = Opened();
        Assert.Equal(NextStepLight.None, lead.Light(FirstContactOn));
        lead.PlanNextStep(NewId(), "回电", FirstContactOn.AddDays(1), Actor);
        Assert.Equal(NextStepLight.Planned, lead.Light(FirstContactOn.AddDays(1)));
        Assert.Equal(NextStepLight.Overdue, lead.Light(FirstContactOn.AddDays(2)));
        lead.FinishNextStep(Actor);
        Assert.Equal(NextStepLight.None, lead.Light(FirstContactOn.AddDays(2)));
        Refused("nextStep.none", () => lead.FinishNextStep(Actor));
        Refused("nextStep.beforeFirstContact", () => lead.PlanNextStep(NewId(), "回电", FirstContactOn.AddDays(-1), Actor));
    }

    [Fact]
    public void The_owner_of_a_confidential_lead_always_reads_it()
    {
        var (lead, reader, successor) = (Opened(), NewId(), NewId());
        lead.Restrict(true, [reader], Actor);
        Assert.Equal([.. new[] { reader, lead.OwnerId }.Order()], lead.Readers);
        lead.Assign(successor, NewId(), "轮岗", FirstContactOn, Actor);
        Assert.Contains(successor, lead.Readers);
        lead.Restrict(false, [reader], Actor);
        Assert.Empty(lead.Readers);
    }

    [Fact]
    public void An_assignment_keeps_who_had_the_lead()
    {
        var (lead, owner, unit) = (Opened(), NewId(), NewId());
        var (before, unitBefore) = (lead.OwnerId, lead.UnitId);
        var assignment = lead.Assign(owner, unit, "按产业链分派", FirstContactOn, Actor);
        Assert.Equal((before, unitBefore, owner, unit),
            (assignment.FromOwnerId, assignment.FromUnitId, assignment.ToOwnerId, assignment.ToUnitId));
        Refused("lead.sameOwner", () => lead.Assign(owner, unit, "again", FirstContactOn, Actor));
        Refused("lead.dateBeforeFirstContact", () => lead.Assign(NewId(), unit, "early", FirstContactOn.AddDays(-1), Actor));
    }

    [Fact]
    public void Of_several_settlings_the_first_counts_in_whatever_order_they_come()
    {
        var (one, other) = (Opened(), Opened());
        Assert.True(one.MovedIn(FirstContactOn.AddDays(300), Actor));
        Assert.True(one.MovedIn(FirstContactOn.AddDays(200), Actor));
        Assert.False(one.MovedIn(FirstContactOn.AddDays(300), Actor));
        Assert.True(other.MovedIn(FirstContactOn.AddDays(200), Actor));
        Assert.False(other.MovedIn(FirstContactOn.AddDays(300), Actor));
        Assert.Equal(other.MovedInOn, one.MovedInOn);
    }

    [Fact]
    public void T3_The_date_of_a_stage_is_corrected_between_those_of_its_neighbours_and_the_former_one_is_kept()
    {
        var (lead, history) = Converted();
        var reason = "研判日期误为登记日";

        var move = lead.CorrectStageDate(history, history[2].Version, FirstContactOn.AddDays(15), reason, null, Actor);

        Assert.Equal((LeadStage.Following, FirstContactOn.AddDays(15)), (move.To, move.OccurredOn));
        var correction = Assert.Single(move.Corrections);
        Assert.Equal((FirstContactOn.AddDays(20), FirstContactOn.AddDays(15), reason, Actor.By, Actor.At),
            (correction.PreviousOn, correction.OccurredOn, correction.Reason, correction.ActorId, correction.RecordedAt));
        Assert.Equal((FirstContactOn.AddDays(30), FirstContactOn.AddDays(30)), (lead.StageOn, lead.ConvertedOn));
        lead.CorrectStageDate(history, history[2].Version, FirstContactOn.AddDays(10), reason, null, Actor);
        Assert.Equal([20, 15], move.Corrections.Select(c => c.PreviousOn.DayNumber - FirstContactOn.DayNumber));

        // On the day of a neighbour, and the present stage too.
        lead.CorrectStageDate(history, history[1].Version, FirstContactOn, reason, null, Actor);
        lead.CorrectStageDate(history, history[3].Version, FirstContactOn.AddDays(10), reason, null, Actor);
        Assert.Equal((FirstContactOn.AddDays(10), FirstContactOn.AddDays(10)), (lead.StageOn, lead.ConvertedOn));
    }

    [Fact]
    public void T3_A_date_beyond_its_neighbours_is_refused_with_the_bound()
    {
        var (lead, history) = Converted();
        DateOnly Bound(string code, int entry, int days, DateOnly? signedOn = null) => (DateOnly)Refused(code, () => lead.CorrectStageDate(
            history, history[entry].Version, FirstContactOn.AddDays(days), "更正", signedOn, Actor)).Arguments[0]!;

        Assert.Equal(FirstContactOn, Bound("lead.stageDateTooEarly", 1, -1));
        Assert.Equal(FirstContactOn.AddDays(20), Bound("lead.stageDateTooLate", 1, 21));
        Assert.Equal(FirstContactOn.AddDays(10), Bound("lead.stageDateTooEarly", 2, 9));
        Assert.Equal(FirstContactOn.AddDays(20), Bound("lead.stageDateSame", 2, 20));
        Assert.Equal(FirstContactOn.AddDays(35), Bound("lead.stageDateTooLate", 3, 36, FirstContactOn.AddDays(35)));
        Refused("lead.stageDateOfContact", () => lead.CorrectStageDate(history, 1, FirstContactOn.AddDays(1), "更正", null, Actor));
        Refused("lead.stageUnknown", () => lead.CorrectStageDate(history, 99, FirstContactOn.AddDays(1), "更正", null, Actor));
        Assert.All(history, m => Assert.Empty(m.Corrections));

        var kept = Opened();
        List<StageMove> moves = [kept.Opening(Actor)];
        Step(moves, kept.Keep(ClosureReason.NotYet, FirstContactOn.AddDays(9), FirstContactOn.AddDays(2), null, Actor));
        Refused("lead.revisitOrder", () => kept.CorrectStageDate(moves, moves[1].Version, FirstContactOn.AddDays(9), "更正", null, Actor));
        kept.CorrectStageDate(moves, moves[1].Version, FirstContactOn.AddDays(8), "更正", null, Actor);
        Assert.Equal(FirstContactOn.AddDays(8), kept.StageOn);
    }

    [Fact]
    public void T16_Only_what_nobody_goes_by_is_a_mistake()
    {
        Refused("lead.converted", () => Converted().Lead.Remove(false, [], false, Actor));
        Refused("lead.claimed", () => Opened().Remove(true, [], false, Actor));
        Refused("transfer.open", () => Opened().Remove(false, [TransferState.Confirmed, TransferState.Proposed], false, Actor));
        Refused("transfer.open", () => Opened().Remove(false, [TransferState.Accepted], false, Actor));
        Refused("lead.transferred", () => Opened().Remove(false, [TransferState.Declined, TransferState.Confirmed], false, Actor));
        Refused("lead.pooled", () => Opened().Remove(false, [], true, Actor));
        Opened().Remove(
            false, [TransferState.Declined, TransferState.Lapsed, TransferState.Withdrawn, TransferState.Refused], false, Actor);
    }

    [Fact]
    public void T16_A_removed_contact_takes_its_day_along_and_a_restored_one_brings_it_back()
    {
        var (lead, day) = (Opened(), FirstContactOn);
        lead.NoteContact(day, Actor);
        Refused("contact.only", () => lead.ContactRemoved(null, null, Actor));
        lead.NoteContact(day.AddDays(5), Actor);
        Refused("contact.afterStage", () => lead.ContactRemoved((day.AddDays(5), day.AddDays(5)), day.AddDays(4), Actor));
        lead.ContactRemoved((day.AddDays(5), day.AddDays(5)), null, Actor);
        Assert.Equal(
            (day.AddDays(5), day.AddDays(5), day.AddDays(5), 1),
            (lead.FirstContactOn, lead.LastContactOn, lead.StageOn, lead.ContactCount));
        lead.ContactRestored(day, Actor);
        Assert.Equal((day, day.AddDays(5), day, 2), (lead.FirstContactOn, lead.LastContactOn, lead.StageOn, lead.ContactCount));
    }

    [Fact]
    public void T16_A_cancelled_step_is_open_again_unless_another_is_or_the_lead_is_closed()
    {
        var lead = Opened();
        var step = lead.PlanNextStep(NewId(), "回访", FirstContactOn.AddDays(3), Actor);
        lead.FinishNextStep(Actor);
        step.End(NextStepOutcome.Cancelled, Actor, note: "误登");
        var other = lead.PlanNextStep(NewId(), "另约", FirstContactOn.AddDays(4), Actor);
        Refused("nextStep.open", () => lead.RestoreNextStep(step, Actor));
        lead.FinishNextStep(Actor);
        lead.RestoreNextStep(step, Actor);
        Assert.Equal((step.Id, step.DueOn, null, null), (lead.NextStepId!.Value, lead.NextStepDueOn!.Value, step.Outcome, step.Note));

        lead.Keep(ClosureReason.NotYet, FirstContactOn.AddDays(5), FirstContactOn.AddDays(1), null, Actor);
        Refused("lead.closed", () => lead.RestoreNextStep(other, Actor));
        var revisit = lead.PlanRevisit(NewId(), Actor)!;
        lead.FinishNextStep(Actor);
        lead.RestoreNextStep(revisit, Actor);
        Assert.Equal(revisit.Id, lead.NextStepId);
    }

    [Fact]
    public void A_node_brings_its_chain()
    {
        var lead = Opened();
        lead.PlaceOnNode("satellite.data", Actor);
        Assert.Equal("satellite", lead.ChainCode);
        lead.PlaceOnNode(null, Actor);
        Assert.Null(lead.ChainCode);
    }

    [Fact]
    public void Every_mutator_of_one_unit_of_work_raises_the_version_once()
    {
        var lead = Opened();
        lead.Estimate(new Money(120_000_000m, "CNY"), Actor);
        lead.Describe("标题", "摘要", Actor);
        Assert.Equal(1, lead.Version);
    }

    /// <summary>A lead that was assessed after 10 days, followed after 20 and converted after 30, and its history.</summary>
    private static (Lead Lead, List<StageMove> History) Converted()
    {
        var lead = Opened();
        List<StageMove> history = [lead.Opening(Actor)];
        lead.NoteContact(FirstContactOn, Actor);
        Step(history, lead.StartAssessment(FirstContactOn.AddDays(10), null, Actor));
        Step(history, lead.ConcludeAssessment(FirstContactOn.AddDays(20), "值得跟进", Actor));
        Step(history, lead.Convert(NewId(), "示例项目", FirstContactOn.AddDays(30), Actor));
        return (lead, history);
    }

    /// <summary>The next entry of a history, each with a version of its own.</summary>
    private static void Step(List<StageMove> history, StageMove move) => history.Add(new StageMove
    {
        LeadId = move.LeadId,
        Version = history.Count + 1,
        From = move.From,
        To = move.To,
        OccurredOn = move.OccurredOn,
        RevisitOn = move.RevisitOn,
        ActorId = move.ActorId,
        RecordedAt = move.RecordedAt,
    });

    private static Lead Opened() =>
        Lead.Open(NewId(), "L-2026-000001", Investor.Register(NewId(), "示例公司", null, null, Actor), NewId(), NewId(), FirstContactOn, Actor);

    private static Lead At(LeadStage stage)
    {
        var lead = Opened();
        if (stage != LeadStage.New)
        {
            lead.StartAssessment(FirstContactOn, null, Actor);
        }

        return stage == LeadStage.Following ? Following(lead) : lead;
    }

    private static Lead Following(Lead lead)
    {
        lead.NoteContact(FirstContactOn, Actor);
        lead.ConcludeAssessment(FirstContactOn, "值得跟进", Actor);
        return lead;
    }

    private static RuleViolation Refused(string code, Func<object?> actor)
    {
        var violation = Assert.Throws<RuleViolation>(() => { actor(); });
        Assert.Equal(code, violation.Code);
        return violation;
    }

    private static void Refused(string code, Action actor) => Refused(code, () =>
    {
        actor();
        return null;
    });

    private static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
}
