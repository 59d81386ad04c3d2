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
