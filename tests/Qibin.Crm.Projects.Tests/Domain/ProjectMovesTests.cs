using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Domain;
using static Qibin.Crm.Projects.Tests.Domain.Sample;

namespace Qibin.Crm.Projects.Tests.Domain;

/// <summary>Decisions on submissions, steps back and changes of status.</summary>
public sealed class ProjectMovesTests
{
    public static TheoryData<ProjectStage, ProjectStage> StepsBack
    {
        get
        {
            var steps = new TheoryData<ProjectStage, ProjectStage>();
            foreach (var from in Enum.GetValues<ProjectStage>())
            {
                foreach (var to in Enum.GetValues<ProjectStage>().Where(to => to < from))
                {
                    steps.Add(from, to);
                }
            }

            return steps;
        }
    }

    [Theory]
    [MemberData(nameof(StepsBack))]
    public void A_step_back_keeps_the_facts_of_the_stages_that_stay_reached_and_no_other(ProjectStage from, ProjectStage to)
    {
        var project = At(from);
        if (from >= ProjectStage.Registered)
        {
            Assert.True(project.LinkEnterprise(City.NewId(), "x", Now));
        }

        Assert.Equal(from, project.StepBack(to, "资料有误", Day.AddDays(100), Approver, Now));

        Assert.Equal(to, project.Stage);
        Assert.Equal(Enumerable.Range(0, (int)to + 1).Select(Day.AddDays), project.StageDates);
        Assert.Equal(project.StageDates[^1], project.StageOn);
        Assert.Equal(to >= ProjectStage.Signed, project.ContractAmount is not null);
        Assert.Equal(to >= ProjectStage.Registered, project.Uscc is not null);
        Assert.Equal(to >= ProjectStage.Registered, project.EnterpriseName is not null);
        Assert.Equal(to >= ProjectStage.Registered, project.EnterpriseId is not null);
        Assert.Equal(to >= ProjectStage.Producing, project.FirstOutputOn is not null);
        Assert.Equal(to >= ProjectStage.AtCapacity, project.AnnualOutput is not null);
        Assert.Equal(to >= ProjectStage.Efficient, project.AnnualTax is not null);
        var move = project.History.Last();
        Assert.Equal((HistoryKind.SteppedBack, from, to, Day.AddDays(100), "资料有误", Approver),
            (move.Kind, move.From, move.To, move.OccurredOn, move.Reason, move.ActorId));
    }

    [Fact]
    public void The_first_output_may_be_on_the_day_of_the_stage_and_not_after_it()
    {
        var project = At(ProjectStage.Completed);
        var (gate, on) = (StageGates.After(project.Stage)!, project.StageOn.AddDays(1));
        Submission File(DateOnly output) => project.Submit(
            City.NewId(), gate.To, on, Evidence(gate) with { FirstOutputOn = output }, null, Officer, Officer, Now);

        Assert.Equal("stage.outputAfterStage", CodeOf(() => File(on.AddDays(1))));
        project.Approve(File(on), Approver, null, Now);
        Assert.Equal((ProjectStage.Producing, on), (project.Stage, project.FirstOutputOn));
    }

    [Fact]
    public void After_a_step_back_the_stage_is_submitted_anew_and_its_facts_return()
    {
        var project = At(ProjectStage.Efficient);
        project.StepBack(ProjectStage.Negotiating, "合同解除", Day.AddDays(100), Approver, Now);
        for (var next = ProjectStage.Signed; next <= ProjectStage.Efficient; next++)
        {
            project.Approve(Submitted(project), Approver, null, Now);
        }

        Assert.Equal((ProjectStage.Efficient, City.Cny(3)), (project.Stage, project.AnnualTax));
    }

    [Fact]
    public void A_step_back_leads_to_an_earlier_stage_and_not_before_the_date_of_the_present_one()
    {
        var project = At(ProjectStage.Started);
        Assert.Equal("stage.notBack", CodeOf(() => project.StepBack(ProjectStage.Started, "x", Day.AddDays(9), Approver, Now)));
        Assert.Equal("stage.notBack", CodeOf(() => project.StepBack(ProjectStage.Completed, "x", Day.AddDays(9), Approver, Now)));
        Assert.Equal("stage.dateBeforePrevious", CodeOf(() => project.StepBack(ProjectStage.Signed, "x", Day.AddDays(2), Approver, Now)));
        project.StepBack(ProjectStage.Signed, "x", Day.AddDays(3), Approver, Now);
    }

    [Fact]
    public void A_step_back_waits_for_the_open_submission_and_for_a_suspended_project()
    {
        var project = At(ProjectStage.Started);
        var submission = Submitted(project);
        Assert.Equal("submission.open", CodeOf(() => project.StepBack(ProjectStage.Signed, "x", Day.AddDays(9), Approver, Now)));
        project.Withdraw(submission, Officer, null, Now);
        project.ChangeStatus(ProjectStatus.Suspended, "停工", Day.AddDays(9), Approver, null, Now);
        Assert.Equal("project.notActive", CodeOf(() => project.StepBack(ProjectStage.Signed, "x", Day.AddDays(9), Approver, Now)));
    }

    [Fact]
    public void An_enterprise_that_moved_in_keeps_its_registration()
    {
        var project = At(ProjectStage.Started);
        project.MoveIn([new Tenancy
        {
            TenancyId = City.NewId(),
            ProjectId = project.Id,
            EnterpriseId = City.NewId(),
            MovedInOn = Day.AddDays(4),
        }], Approver, Now);
        Assert.Equal("project.movedIn", CodeOf(() => project.StepBack(ProjectStage.Signed, "x", Day.AddDays(9), Approver, Now)));
        project.StepBack(ProjectStage.Registered, "x", Day.AddDays(9), Approver, Now);
        Assert.NotNull(project.EnterpriseId);
    }

    [Fact]
    public void T5_Once_the_enterprise_has_left_a_stage_before_its_registration_can_be_taken_back_to()
    {
        var project = At(ProjectStage.Started);
        var tenancy = new Tenancy
        {
            TenancyId = City.NewId(),
            ProjectId = project.Id,
            EnterpriseId = City.NewId(),
            MovedInOn = Day.AddDays(4),
        };
        project.MoveIn([tenancy], Approver, Now);
        tenancy.LeftOn = Day.AddDays(8);
        project.MoveIn([tenancy], Approver, Now);
        project.StepBack(ProjectStage.Negotiating, "误登记", Day.AddDays(9), Approver, Now);
        Assert.Equal((ProjectStage.Negotiating, null, Day.AddDays(4), Day.AddDays(8)),
            (project.Stage, project.Uscc, project.MovedInOn, project.LeftOn));
        Assert.Equal("误登记", project.History.Last().Reason);
    }

    [Theory]
    [InlineData(SubmissionState.Approved)]
    [InlineData(SubmissionState.Refused)]
    [InlineData(SubmissionState.Withdrawn)]
    [InlineData(SubmissionState.Lapsed)]
    public void A_submission_is_closed_once(SubmissionState state)
    {
        var project = Opened();
        var submission = Submitted(project);
        Assert.Equal("submission.open", CodeOf(() => Submitted(project)));
        switch (state)
        {
            case SubmissionState.Approved:
                project.Approve(submission, Approver, "同意", Now);
                break;
            case SubmissionState.Refused:
                project.Refuse(submission, Approver, "同意", Now);
                break;
            case SubmissionState.Withdrawn:
                project.Withdraw(submission, Approver, "同意", Now);
                break;
            default:
                project.ChangeStatus(ProjectStatus.Terminated, "终止", Day, Approver, submission, Now);
                break;
        }

        Assert.Equal((state, Approver, (DateTimeOffset?)Now), (submission.State, submission.DecidedBy, submission.DecidedAt));
        Assert.Equal(state == SubmissionState.Lapsed ? null : "同意", submission.DecisionNote);
        Assert.Null(project.OpenSubmissionId);
        Assert.Equal(state == SubmissionState.Approved ? ProjectStage.Signed : ProjectStage.Negotiating, project.Stage);
        Assert.Equal("submission.closed", CodeOf(() => project.Withdraw(submission, Officer, null, Now)));
        var closed = state == SubmissionState.Lapsed ? "project.notActive" : "submission.closed";
        Assert.Equal(closed, CodeOf(() => project.Approve(submission, Approver, null, Now)));
        Assert.Equal(closed, CodeOf(() => project.Refuse(submission, Approver, null, Now)));
    }

    [Fact]
    public void A_stage_is_not_reached_before_the_one_before_it()
    {
        var project = At(ProjectStage.Registered);
        Assert.Equal("stage.dateBeforePrevious", CodeOf(() => Submitted(project, Day.AddDays(1))));
        project.Approve(Submitted(project, Day.AddDays(2)), Approver, null, Now);
        Assert.Equal(Day.AddDays(2), project.StageOn);
    }

    [Fact]
    public void T4_A_suspended_project_resumes_at_its_stage_and_so_does_one_terminated_by_mistake()
    {
        var project = At(ProjectStage.Started);
        var submission = Submitted(project);
        project.ChangeStatus(ProjectStatus.Suspended, "停工", Day.AddDays(9), Approver, submission, Now);
        Assert.Equal((ProjectStatus.Suspended, "停工", SubmissionState.Open), (project.Status, project.StatusReason, submission.State));
        Assert.Equal("project.notActive", CodeOf(() => project.Approve(submission, Approver, null, Now)));
        Assert.Equal("project.sameStatus",
            CodeOf(() => project.ChangeStatus(ProjectStatus.Suspended, "x", Day.AddDays(9), Approver, submission, Now)));
        Assert.Equal("project.dateBeforeStatus",
            CodeOf(() => project.ChangeStatus(ProjectStatus.Active, "x", Day.AddDays(8), Approver, submission, Now)));

        project.ChangeStatus(ProjectStatus.Active, "复工", Day.AddDays(9), Approver, submission, Now);
        Assert.Equal((ProjectStatus.Active, (string?)null, ProjectStage.Started), (project.Status, project.StatusReason, project.Stage));
        project.Approve(submission, Approver, null, Now);

        project.ChangeStatus(ProjectStatus.Terminated, "撤资", Day.AddDays(9), Approver, null, Now);
        Assert.Equal("project.terminated",
            CodeOf(() => project.ChangeStatus(ProjectStatus.Suspended, "x", Day.AddDays(9), Approver, null, Now)));
        Assert.Equal("project.terminated",
            CodeOf(() => project.ChangeStatus(ProjectStatus.Terminated, "x", Day.AddDays(9), Approver, null, Now)));
        Assert.Equal("project.terminated", CodeOf(() => project.Amend(project.Facts, Now)));
        Assert.Equal("project.terminated", CodeOf(() => Contract(project, City.Cny(1), Day)));
        Assert.Equal(
            [HistoryKind.Suspended, HistoryKind.Resumed, HistoryKind.Reached, HistoryKind.Terminated], project.History.Select(h => h.Kind)
            .TakeLast(4));

        project.ChangeStatus(ProjectStatus.Active, "误操作", Day.AddDays(9), Approver, null, Now);
        Assert.Equal((ProjectStatus.Active, (string?)null, ProjectStage.Completed), (project.Status, project.StatusReason, project.Stage));
        project.Amend(project.Facts, Now);
        Submitted(project);
    }

    [Fact]
    public void A_confidential_project_has_readers_and_its_owner_is_one()
    {
        var project = Opened();
        Assert.Equal("project.readersNeeded", CodeOf(() => project.Amend(project.Facts with { Confidential = true }, Now)));
        project.Amend(project.Facts with { Confidential = true, Readers = [Approver] }, Now);
        Assert.Equal([.. ((Guid[])[Approver, Officer]).Order()], project.Readers);
        project.Amend(project.Facts with { NodeCode = "satellite.data" }, Now);
        Assert.Equal(("satellite", 2), (project.ChainCode, project.Readers.Length));
    }

    [Fact]
    public void A_new_contract_amount_keeps_the_amount_before_in_its_history()
    {
        var project = Opened();
        Assert.Equal("contract.notSigned", CodeOf(() => Contract(project, City.Cny(7), Day)));
        project = At(ProjectStage.Signed);
        var submission = Contract(project, City.Cny(7), Day.AddDays(3));
        Assert.Equal(City.Cny(5), project.ContractAmount);
        project.ApproveContract(submission, new Moves(project.History), Approver, null, Now);
        var move = project.History.Last();
        Assert.Equal(
            (HistoryKind.ContractCorrected, City.Cny(5), City.Cny(7), Day.AddDays(3)),
            (move.Kind, move.PreviousAmount, move.Amount, move.OccurredOn));
        Assert.Equal(City.Cny(7), project.ContractAmount);
    }

    [Fact]
    public void An_enterprise_is_linked_by_the_code_that_the_project_has_now()
    {
        var project = At(ProjectStage.Registered);
        var enterprise = City.NewId();
        Assert.False(project.LinkEnterprise(enterprise, "another code", Now));
        Assert.True(project.LinkEnterprise(enterprise, "x", Now));
        Assert.False(project.LinkEnterprise(enterprise, "x", Now));
        Assert.Equal(enterprise, project.EnterpriseId);
    }
}
