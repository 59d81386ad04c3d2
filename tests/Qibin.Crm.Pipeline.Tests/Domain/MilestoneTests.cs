using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Pipeline.Tests.Domain;

/// <summary>Which milestones an event takes back.</summary>
public class MilestoneTests
{
    [Fact]
    public void A_step_back_takes_back_the_stages_after_the_one_that_it_goes_to()
    {
        var trade = new Trade();
        var project = trade.Convert(trade.Open());
        List<Milestone> reached = [];
        for (var to = ProjectStage.Signed; to <= ProjectStage.Started; to++)
        {
            var stage = to;
            project = trade.Tell(
                project with { Stage = stage },
                p => new ProjectStageReached { Project = p, From = stage - 1, To = stage, OccurredOn = trade.Today });
            (reached, _) = Milestones.After(reached, Last(trade));
        }

        trade.Tell(project with { Stage = ProjectStage.Registered }, p => new ProjectSteppedBack
        {
            Project = p,
            From = ProjectStage.Started,
            To = ProjectStage.Registered,
            Reason = "资料有误",
            OccurredOn = trade.Today,
        });
        var (left, takenBack) = Milestones.After(reached, Last(trade));

        Assert.Equal([MilestoneKind.Signed, MilestoneKind.Registered], left.Select(m => m.Kind));
        Assert.Equal([MilestoneKind.Started], takenBack.Select(m => m.Kind));
    }

    [Fact]
    public void A_first_contact_that_is_corrected_to_a_later_day_takes_back_the_earlier_one()
    {
        var trade = new Trade();
        var lead = trade.Open(on: new DateOnly(2026, 1, 2));
        var (reached, _) = Milestones.After([], Last(trade));
        Assert.Equal(new DateOnly(2026, 1, 2), Assert.Single(reached).OccurredOn);

        trade.Tell(
            lead with { FirstContactOn = new DateOnly(2026, 1, 4) },
            l => new Contracts.Leads.ContactCorrected
            {
                Lead = l,
                ContactId = Trade.NewId(),
                Channel = "phone",
                OccurredOn = new DateOnly(2026, 1, 4),
            });
        var (left, takenBack) = Milestones.After(reached, Last(trade));

        Assert.Equal(new DateOnly(2026, 1, 4), Assert.Single(left).OccurredOn);
        Assert.Equal(new DateOnly(2026, 1, 2), Assert.Single(takenBack).OccurredOn);
    }

    [Fact]
    public void T3_A_corrected_date_has_a_milestone_of_its_own_and_the_wrong_one_held_on_no_day()
    {
        var trade = new Trade();
        var project = trade.Convert(trade.Open(), new DateOnly(2026, 1, 5));
        project = trade.Reach(project, ProjectStage.Signed, new DateOnly(2026, 1, 7));
        var (reached, _) = Milestones.After([], Last(trade));
        trade.Redate(project, ProjectStage.Signed, new DateOnly(2025, 12, 30));
        var (left, takenBack) = Milestones.After(reached, Last(trade));

        Assert.Equal((MilestoneKind.Signed, new DateOnly(2025, 12, 30)), (Assert.Single(left).Kind, left[0].OccurredOn));
        Assert.Equal(
            (new DateOnly(2026, 1, 7), new DateOnly(2026, 1, 7), left[0].RecordedAt),
            (Assert.Single(takenBack).OccurredOn, takenBack[0].TakenBackOn, takenBack[0].TakenBackAt));
    }

    private static ReadEvent Last(Trade trade) => new(
        Data.StoredEvents.Row(trade.Log[^1].Happened.GetType().Name, trade.Log[^1].Delivery), (IEvent)trade.Log[^1].Happened);
}
