using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Domain;
using Qibin.Crm.TestKit;
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
        Assert.Equal("submission.own", CodeOf(() => project.ApproveDate(submission, new Moves(project.History), null, Officer, null, Now)));
        Assert.Equal("submission.open", CodeOf(() => Dated(project, ProjectStage.Registered, Day.AddDays(3))));

        project.ApproveDate(submission, new Moves(project.History), null, Approver, "属实", Now);
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
        Assert.Equal("stage.dateOfConversion", CodeOf(() => Dated(project, ProjectStage.Negotiating, Day.AddDays(-1))));

        var refusal = Assert.Throws<RuleViolation>(() => Dated(project, ProjectStage.Signed, Day.AddDays(2), Day.AddDays(1)));
        Assert.Equal(("stage.dateAfterAmount", "2026-03-02"), (refusal.Code, refusal.Arguments[0]));
        // An amount that came while the correction waited.
        var waiting = Dated(project, ProjectStage.Signed, Day.AddDays(2));
        var moves = new Moves(project.History);
        Assert.Equal("stage.dateAfterAmount", CodeOf(() => project.ApproveDate(waiting, moves, Day.AddDays(1), Approver, null, Now)));
        project.ApproveDate(waiting, moves, Day.AddDays(2), Approver, null, Now);

        project = At(ProjectStage.Producing);
        project.AsSaved().StepBack(ProjectStage.Completed, "资料有误", Day.AddDays(6), Approver, Now);
        var gate = StageGates.After(project.Stage)!;
        project.AsSaved().Approve(
            project.Submit(
                City.NewId(), gate.To, Day.AddDays(8), Evidence(gate) with { FirstOutputOn = Day.AddDays(7) }, null, Officer, Officer, Now),
            Approver, null, Now);
        Assert.Equal("stage.outputAfterStage", CodeOf(() => Dated(project, ProjectStage.Producing, Day.AddDays(6))));
        Approve(project, Dated(project, ProjectStage.Producing, Day.AddDays(7)));
        Assert.Equal(Day.AddDays(7), project.StageOn);
    }

    [Fact]
    public void T3_A_suspended_project_is_corrected_and_a_terminated_one_is_not()
    {
        var project = At(ProjectStage.Started);
        project.ChangeStatus(ProjectStatus.Suspended, "停工", Day.AddDays(9), Approver, null, Now);
        Approve(project, Dated(project, ProjectStage.Started, Day.AddDays(4)));
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

    [Fact]
    public void T3_A_step_back_is_corrected_between_the_stage_that_it_left_and_the_one_reached_after_it()
    {
        var project = At(ProjectStage.Started);
        project.AsSaved().StepBack(ProjectStage.Signed, "资料有误", Day.AddDays(9), Approver, Now);
        var stepBack = project.History.Last().Version;
        project.AsSaved().Approve(Submitted(project, Day.AddDays(20)), Approver, null, Now);

        Assert.Equal("stage.dateBeforePrevious", CodeOf(() => Moved(project, stepBack, Day.AddDays(2))));
        Assert.Equal("stage.dateAfterNext", CodeOf(() => Moved(project, stepBack, Day.AddDays(21))));
        Assert.Equal("move.dateSame", CodeOf(() => Moved(project, stepBack, Day.AddDays(9))));
        Assert.Equal("move.unknown", CodeOf(() => Moved(project, 99, Day.AddDays(9))));
        // What was taken back holds no more.
        var registered = project.History.First(h => h.To == ProjectStage.Registered).Version;
        Assert.Equal("move.superseded", CodeOf(() => Moved(project, registered, Day.AddDays(1))));

        var submission = Moved(project, stepBack, Day.AddDays(4));
        Assert.Equal(
            (ProjectStage.Started, SubmissionPurpose.Date, Day.AddDays(9)),
            (submission.To, submission.Purpose, submission.PreviousOn!.Value));
        Assert.Equal("submission.own", CodeOf(() => Approve(project, submission, Officer)));
        Approve(project, submission);
        var entry = project.History.Last();
        Assert.Equal(
            (HistoryKind.MoveDateCorrected, stepBack, Day.AddDays(9), Day.AddDays(4), submission.Id),
            (entry.Kind, entry.MoveVersion!.Value, entry.PreviousOn!.Value, entry.OccurredOn, entry.SubmissionId!.Value));
        Assert.Equal([Day, Day.AddDays(1), Day.AddDays(20)], project.StageDates);

        Approve(project, Moved(project, stepBack, Day.AddDays(3)));
        Assert.Equal(Day.AddDays(4), project.History.Last().PreviousOn);
        project.AsSaved().ChangeStatus(ProjectStatus.Terminated, "终止", Day.AddDays(30), Approver, null, Now);
        Assert.Equal("project.terminated", CodeOf(() => Moved(project, stepBack, Day.AddDays(5))));
    }

    [Fact]
    public void T3_A_change_of_status_is_corrected_between_its_neighbours_a_termination_while_it_holds()
    {
        var project = At(ProjectStage.Signed);
        project.AsSaved().ChangeStatus(ProjectStatus.Suspended, "停工", Day.AddDays(9), Approver, null, Now);
        var suspended = project.History.Last().Version;
        project.AsSaved().ChangeStatus(ProjectStatus.Active, "复工", Day.AddDays(12), Approver, null, Now);
        project.AsSaved().ChangeStatus(ProjectStatus.Terminated, "撤资", Day.AddDays(20), Approver, null, Now);
        var terminated = project.History.Last().Version;

        Assert.Equal("project.dateBeforeStatus", CodeOf(() => Moved(project, suspended, Day.AddDays(-1))));
        Assert.Equal("project.dateAfterStatus", CodeOf(() => Moved(project, suspended, Day.AddDays(13))));
        Assert.Equal("project.dateBeforeStatus", CodeOf(() => Moved(project, terminated, Day.AddDays(11))));
        Approve(project, Moved(project, suspended, Day.AddDays(12)));
        Assert.Equal((Day.AddDays(20), ProjectStatus.Terminated), (project.StatusOn, project.Status));
        Approve(project, Moved(project, terminated, Day.AddDays(15)));
        Assert.Equal(Day.AddDays(15), project.StatusOn);

        // Taken back, and the date of that corrected too.
        project.AsSaved().ChangeStatus(ProjectStatus.Active, "误操作", Day.AddDays(22), Approver, null, Now);
        var resumed = project.History.Last().Version;
        Assert.Equal("project.dateAfterStatus", CodeOf(() => Moved(project, terminated, Day.AddDays(23))));
        var refused = Moved(project, resumed, Day.AddDays(16));
        project.AsSaved().Refuse(refused, Approver, "不属实", Now);
        Approve(project, Moved(project, resumed, Day.AddDays(18)));
        Assert.Equal(Day.AddDays(18), project.StatusOn);
        Assert.Equal("project.dateBeforeStatus",
            CodeOf(() => project.AsSaved().ChangeStatus(ProjectStatus.Suspended, "停工", Day.AddDays(17), Approver, null, Now)));
    }

    [Fact]
    public void T3_A_contract_has_the_amount_that_was_signed_and_each_new_amount_the_day_that_it_holds_from()
    {
        var project = At(ProjectStage.Registered);
        var signed = project.History.First(h => h.To == ProjectStage.Signed).Version;
        Assert.Equal("contract.same", CodeOf(() => Contract(project, City.Cny(5), signed)));
        Approve(project, Contract(project, City.Cny(9), null, Day.AddDays(6)));
        var amended = project.History.Last().Version;

        // The typing error of the signing: the amount of the supplementary agreement stays the present one.
        var submission = Contract(project, new Money(6, "USD"), signed);
        Assert.Equal(
            (City.Cny(5), Day.AddDays(1), ProjectStage.Signed), (submission.PreviousAmount, submission.OccurredOn, submission.To));
        Assert.Equal("submission.own", CodeOf(() => Approve(project, submission, Officer)));
        Approve(project, submission);
        var entry = project.History.Last();
        Assert.Equal(
            (HistoryKind.ContractRestated, signed, City.Cny(5), new Money(6, "USD"), City.Cny(9)),
            (entry.Kind, entry.MoveVersion!.Value, entry.PreviousAmount, entry.Amount, project.ContractAmount));
        Approve(project, Contract(project, City.Cny(8), amended));
        Assert.Equal(City.Cny(8), project.ContractAmount);

        // The signing comes before the day of the new amount, wherever that was corrected to.
        Assert.Equal("amount.dateBeforeSigning", CodeOf(() => Moved(project, amended, Day)));
        Approve(project, Moved(project, amended, Day.AddDays(2)));
        Approve(project, Dated(project, ProjectStage.Registered, Day.AddDays(5)));
        Assert.Equal("stage.dateAfterAmount", CodeOf(() => Dated(project, ProjectStage.Signed, Day.AddDays(3))));

        var registered = project.History.First(h => h.To == ProjectStage.Registered).Version;
        Assert.Equal("move.noContract", CodeOf(() => Contract(project, City.Cny(1), registered)));
        project.AsSaved().StepBack(ProjectStage.Negotiating, "解约", Day.AddDays(9), Approver, Now);
        Assert.Equal("contract.notSigned", CodeOf(() => Contract(project, City.Cny(1), signed)));
        project.AsSaved().Approve(Submitted(project, Day.AddDays(10)), Approver, null, Now);
        Assert.Equal("move.noContract", CodeOf(() => Contract(project, City.Cny(1), signed)));
        Assert.Equal("move.superseded", CodeOf(() => Moved(project, amended, Day.AddDays(11))));
    }

    private static Submission Dated(Project project, ProjectStage stage, DateOnly on, DateOnly? firstAmountOn = null)
    {
        var moves = new Moves(project.History);
        return project.AsSaved().SubmitDate(
            City.NewId(), moves, moves.Reached(stage), on, firstAmountOn, "执照日期有误", Officer, Officer, Now);
    }

    private static Submission Moved(Project project, long version, DateOnly on)
    {
        var moves = new Moves(project.History);
        return project.AsSaved().SubmitDate(City.NewId(), moves, moves.Of(version), on, null, "误填", Officer, Officer, Now);
    }

    private static Submission Contract(Project project, Money amount, long? moveVersion, DateOnly? on = null) =>
        project.AsSaved().SubmitContract(
            City.NewId(), new Moves(project.History), moveVersion, amount, on ?? Day, "笔误", Officer, Officer, Now);

    private static void Approve(Project project, Submission submission, Guid? approver = null)
    {
        var moves = new Moves(project.History);
        if (submission.Purpose == SubmissionPurpose.Date)
        {
            project.AsSaved().ApproveDate(submission, moves, null, approver ?? Approver, null, Now);
        }
        else
        {
            project.AsSaved().ApproveContract(submission, moves, approver ?? Approver, null, Now);
        }
    }
}
