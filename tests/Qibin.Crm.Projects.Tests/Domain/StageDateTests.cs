using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Domain;
using static Qibin.Crm.Projects.Tests.Domain.Sample;

namespace Qibin.Crm.Projects.Tests.Domain;

/// <summary>
/// The dates of stages are corrected with somebody else's approval. Each sample stage was reached a day after the one before.
/// </summary>
public sealed class StageDateTests
{
    [Fact]
    public void T3_Until_somebody_else_approves_the_date_stays_and_then_history_says_what_it_was()
    {
        var project = At(ProjectStage.Started);
        var submission = Dated(project, ProjectStage.Registered, Day.AddDays(1));

        Assert.Equal((Day.AddDays(2), submission.Id), (project.StageDates[2], project.OpenSubmissionId));
        Assert.Equal((Day.AddDays(2), Day.AddDays(1), "执照日期有误"), (submission.PreviousOn, submission.OccurredOn, submission.Note));
        Assert.Equal("submission.own", CodeOf(() => project.ApproveDate(submission, null, Officer, null, Now)));
        Assert.Equal("submission.open", CodeOf(() => Dated(project, ProjectStage.Registered, Day.AddDays(3))));

        project.ApproveDate(submission, null, Approver, "属实", Now);
        Assert.Equal([Day, Day.AddDays(1), Day.AddDays(1), Day.AddDays(3)], project.StageDates);
        Assert.Equal((Day.AddDays(3), ProjectStage.Started, null), (project.StageOn, project.Stage, project.OpenSubmissionId));
        var entry = project.History.Last();
        Assert.Equal(
            (HistoryKind.StageDateCorrected, ProjectStage.Registered, Day.AddDays(2), Day.AddDays(1), "执照日期有误", Approver, submission.Id),
            (entry.Kind, entry.To, entry.PreviousOn!.Value, entry.OccurredOn, entry.Reason, entry.ActorId, entry.SubmissionId!.Value));
    }

    [Fact]
    public void T3_A_stage_keeps_between_its_neighbours_and_signing_before_the_amounts_of_its_contract()
    {
        var project = At(ProjectStage.Producing);
        Assert.Equal("stage.dateBeforePrevious", CodeOf(() => Dated(project, ProjectStage.Registered, Day)));
        Assert.Equal("stage.dateAfterNext", CodeOf(() => Dated(project, ProjectStage.Registered, Day.AddDays(4))));
        Assert.Equal("stage.dateSame", CodeOf(() => Dated(project, ProjectStage.Registered, Day.AddDays(2))));
        Assert.Equal("stage.notReached", CodeOf(() => Dated(project, ProjectStage.AtCapacity, Day.AddDays(9))));
        Assert.Equal("stage.dateOfConversion", CodeOf(() => Dated(project, ProjectStage.Negotiating, Day.AddDays(-1))));

        var refusal = Assert.Throws<RuleViolation>(() => Dated(project, ProjectStage.Signed, Day.AddDays(2), Day.AddDays(1)));
        Assert.Equal(("stage.dateAfterAmount", "2026-03-02"), (refusal.Code, refusal.Arguments[0]));
        // An amount that came while the correction waited.
        var waiting = Dated(project, ProjectStage.Signed, Day.AddDays(2));
        Assert.Equal("stage.dateAfterAmount", CodeOf(() => project.ApproveDate(waiting, Day.AddDays(1), Approver, null, Now)));
        project.ApproveDate(waiting, Day.AddDays(2), Approver, null, Now);

        project = At(ProjectStage.Producing);
        project.StepBack(ProjectStage.Completed, "资料有误", Day.AddDays(6), Approver, Now);
        var gate = StageGates.After(project.Stage)!;
        project.Approve(
            project.Submit(
                City.NewId(), gate.To, Day.AddDays(8), Evidence(gate) with { FirstOutputOn = Day.AddDays(7) }, null, Officer, Officer, Now),
            Approver, null, Now);
        Assert.Equal("stage.outputAfterStage", CodeOf(() => Dated(project, ProjectStage.Producing, Day.AddDays(6))));
        project.ApproveDate(Dated(project, ProjectStage.Producing, Day.AddDays(7)), null, Approver, null, Now);
        Assert.Equal(Day.AddDays(7), project.StageOn);
    }

    [Fact]
    public void T3_A_suspended_project_is_corrected_and_a_terminated_one_is_not()
    {
        var project = At(ProjectStage.Started);
        project.ChangeStatus(ProjectStatus.Suspended, "停工", Day.AddDays(9), Approver, null, Now);
        project.ApproveDate(Dated(project, ProjectStage.Started, Day.AddDays(4)), null, Approver, null, Now);
        var waiting = Dated(project, ProjectStage.Started, Day.AddDays(5));
        project.ChangeStatus(ProjectStatus.Terminated, "终止", Day.AddDays(9), Approver, waiting, Now);
        Assert.Equal(SubmissionState.Lapsed, waiting.State);
        Assert.Equal("project.terminated", CodeOf(() => Dated(project, ProjectStage.Started, Day.AddDays(5))));
    }

    [Fact]
    public void T3_The_opening_follows_the_conversion_up_to_the_next_stage()
    {
        var project = At(ProjectStage.Signed);
        Assert.Equal(Day, project.FollowConversion(Day.AddDays(-3), Officer, Now));
        Assert.Null(project.FollowConversion(Day.AddDays(-3), Officer, Now));
        Assert.Equal((Day.AddDays(-3), Day.AddDays(1)), (project.StageDates[0], project.StageOn));
        Assert.Equal(Day.AddDays(-3), project.FollowConversion(Day.AddDays(5), Officer, Now));
        Assert.Equal([Day.AddDays(1), Day.AddDays(1)], project.StageDates);

        var negotiating = Opened();
        negotiating.FollowConversion(Day.AddDays(5), Officer, Now);
        Assert.Equal(Day.AddDays(5), negotiating.StageOn);
    }

    private static Submission Dated(Project project, ProjectStage stage, DateOnly on, DateOnly? firstAmountOn = null) =>
        project.SubmitDate(City.NewId(), stage, on, firstAmountOn, "执照日期有误", Officer, Officer, Now);
}
