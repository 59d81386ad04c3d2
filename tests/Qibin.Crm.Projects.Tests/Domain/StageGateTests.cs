using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Domain;
using static Qibin.Crm.Projects.Tests.Domain.Sample;

namespace Qibin.Crm.Projects.Tests.Domain;

/// <summary>The table of gates, and the moves that a project makes through it.</summary>
public sealed class StageGateTests
{
    public static TheoryData<ProjectStage, string[], string[]> Table => new()
    {
        { ProjectStage.Signed, ["contractAmount", "documents.contract"], ["leader", "coordinator"] },
        { ProjectStage.Registered, ["uscc", "enterpriseName", "documents.businessLicence"], ["unitHead", "coordinator"] },
        { ProjectStage.Started, ["documents.constructionPermit", "documents.photo"], ["projectOfficer", "coordinator"] },
        { ProjectStage.Completed, ["documents.acceptanceReport"], ["projectOfficer", "coordinator"] },
        { ProjectStage.Producing, ["firstOutputOn", "documents.firstOutputProof"], ["unitHead", "projectOfficer", "coordinator"] },
        { ProjectStage.AtCapacity, ["annualOutput", "documents.outputStatement"], ["unitHead", "leader", "coordinator"] },
        {
            ProjectStage.Efficient,
            ["annualOutput", "annualTax", "outputThreshold", "taxThreshold", "documents.outputStatement", "documents.taxCertificate"],
            ["leader", "coordinator"]
        },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Each_stage_asks_for_its_evidence_and_names_who_approves(ProjectStage to, string[] missing, string[] approvers)
    {
        var gate = StageGates.Into(to)!;
        Assert.Equal(missing, gate.Missing(Opened(), new StageEvidence()));
        Assert.Equal(approvers, gate.Approvers);
    }

    [Fact]
    public void Every_stage_but_the_first_has_one_gate_and_they_follow_each_other()
    {
        Assert.Equal(Enum.GetValues<ProjectStage>()[1..], StageGates.All.Select(g => g.To));
        Assert.Null(StageGates.Into(ProjectStage.Negotiating));
        Assert.Null(StageGates.After(ProjectStage.Efficient));
        Assert.All(StageGates.All, gate => Assert.Same(gate, StageGates.After(gate.To - 1)));
    }

    [Fact]
    public void An_officer_never_approves_and_each_role_above_has_a_part()
    {
        Assert.DoesNotContain(Roles.Officer, StageGates.ApproverRoles);
        Assert.Equal(new[] { Roles.Coordinator, Roles.Leader, Roles.ProjectOfficer, Roles.UnitHead },
            StageGates.ApproverRoles.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_document_of_another_type_does_not_stand_in()
    {
        var gate = StageGates.Into(ProjectStage.Signed)!;
        var framework = new StageEvidence { ContractAmount = City.Cny(1), Documents = [Reference(DocumentType.FrameworkAgreement)] };
        Assert.Equal(["documents.contract"], gate.Missing(Opened(), framework));
        Assert.Empty(gate.Missing(Opened(), framework with { Documents = [Reference(DocumentType.Contract)] }));
    }

    [Fact]
    public void A_submission_moves_nothing_and_its_approval_moves_one_stage()
    {
        var project = Opened();
        var submission = Submitted(project);
        Assert.Equal((ProjectStage.Negotiating, submission.Id), (project.Stage, project.OpenSubmissionId));
        project.Approve(submission, Approver, null, Now);
        Assert.Equal((ProjectStage.Signed, (Guid?)null, Day.AddDays(1)), (project.Stage, project.OpenSubmissionId, project.StageOn));
        Assert.Equal([Day, Day.AddDays(1)], project.StageDates);
        Assert.Equal(City.Cny(5), project.ContractAmount);
    }

    [Fact]
    public void Facts_that_changed_since_the_submission_are_asked_again_at_the_approval()
    {
        var project = At(ProjectStage.AtCapacity);
        project.Amend(project.Facts with { OutputThreshold = City.Cny(10), TaxThreshold = City.Cny(10) }, Now);
        var reached = new StageEvidence
        {
            AnnualOutput = City.Cny(10),
            AnnualTax = City.Cny(10),
            Documents = [Reference(DocumentType.OutputStatement), Reference(DocumentType.TaxCertificate)],
        };
        var submission = project.Submit(City.NewId(), ProjectStage.Efficient, Day.AddDays(90), reached, null, Officer, Officer, Now);
        project.Amend(project.Facts with { TaxThreshold = City.Cny(10.01m) }, Now);
        Assert.Equal("stage.belowThreshold", Assert.Throws<RuleViolation>(() => project.Approve(submission, Approver, null, Now)).Code);
    }

    [Fact]
    public void Who_sent_a_submission_for_another_does_not_approve_it_either()
    {
        var project = Opened();
        var sender = City.NewId();
        var submission = project.Submit(City.NewId(), ProjectStage.Signed, Day, Signing, null, Officer, sender, Now);
        Assert.Equal("submission.own", Assert.Throws<RuleViolation>(() => project.Approve(submission, Officer, null, Now)).Code);
        Assert.Equal("submission.own", Assert.Throws<RuleViolation>(() => project.Refuse(submission, sender, null, Now)).Code);
    }

    [Fact]
    public void A_contract_of_a_billion_yuan_is_filed_with_the_province_first()
    {
        var gate = StageGates.Into(ProjectStage.Signed)!;
        IEnumerable<string> Missing(Money amount, params DocumentType[] further) => gate.Missing(
            Opened(), Signing with { ContractAmount = amount, Documents = [.. Signing.Documents, .. further.Select(Reference)] });

        Assert.Equal(["documents.provincialFiling"], Missing(City.Cny(1_000_000_000m)));
        Assert.Empty(Missing(City.Cny(1_000_000_000m), DocumentType.ProvincialFiling));
        Assert.Empty(Missing(City.Cny(999_999_999.9999m)));
    }

    [Fact]
    public void N6_A_contract_in_another_currency_needs_the_filing_at_the_rate_of_the_day()
    {
        var gate = StageGates.Into(ProjectStage.Signed)!;
        IEnumerable<string> Missing(decimal amount, decimal? rate, params DocumentType[] further) => gate.Missing(
            Opened(), Signing with
            {
                ContractAmount = new Money(amount, "USD"),
                ContractRate = rate,
                Documents = [.. Signing.Documents, .. further.Select(Reference)],
            });

        Assert.Equal(["documents.provincialFiling"], Missing(141_000_000m, 7.1m));
        Assert.Empty(Missing(140_000_000m, 7.1m));
        Assert.Empty(Missing(141_000_000m, 7.1m, DocumentType.ProvincialFiling));
        Assert.Empty(Missing(141_000_000m, null));
    }

    [Theory]
    [InlineData(9, 3, null)]
    [InlineData(8.9999, 3, "stage.belowThreshold")]
    [InlineData(9, 2.9999, "stage.belowThreshold")]
    public void Efficient_is_who_reaches_both_thresholds_exactly_or_more(double output, double tax, string? refused)
    {
        var project = At(ProjectStage.AtCapacity);
        var evidence = Evidence(
            StageGates.Into(ProjectStage.Efficient)!) with
        { AnnualOutput = City.Cny((decimal)output), AnnualTax = City.Cny((decimal)tax) };
        void Submit() => project.Submit(City.NewId(), ProjectStage.Efficient, Day.AddDays(7), evidence, null, Officer, Officer, Now);

        if (refused is null)
        {
            Submit();
            Assert.NotNull(project.OpenSubmissionId);
        }
        else
        {
            Assert.Equal(refused, CodeOf(Submit));
            Assert.Null(project.OpenSubmissionId);
        }
    }

    [Fact]
    public void Several_changes_of_one_unit_of_work_make_one_version()
    {
        var project = Opened();
        project.Approve(Submitted(project), Approver, null, Now);
        Assert.Equal(1, project.Version);
    }
}
