using System.Globalization;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Names;

namespace Qibin.Crm.Projects.Domain;

/// <summary>How a project gets its ground: 供地, 租赁载体.</summary>
public enum ProjectKind { Land, Lease }

/// <summary>
/// A project 项目 from negotiation to promised output. An approved submission moves its stage forward. Suspension and termination are a
/// status beside the stage, so that a resumed project has its former stage.
/// </summary>
internal sealed class Project : Aggregate, IShared
{
    /// <summary>Largest sum of entries in one currency: what an amount can hold.</summary>
    private const decimal LargestSum = 1_000_000_000_000_000m;

    /// <summary>The version at which a project is opened.</summary>
    public const long OpeningVersion = 1;

    private readonly List<HistoryEntry> _history = [];

    private Project()
    {
    }

    [Audited]
    public string Code { get; private init; } = "";
    [Audited]
    public string Name { get; private set; } = "";

    /// <summary>What searches find it by, see <see cref="NameSearch"/>: its name, code, investor and enterprise.</summary>
    public string SearchKey { get; private set; } = "";

    public string[] SearchTokens { get; private set; } = [];
    public Guid LeadId { get; private init; }
    public Guid InvestorId { get; private set; }
    [Audited]
    public string InvestorName { get; private set; } = "";
    public ProjectStage Stage { get; private set; }
    public DateOnly StageOn { get; private set; }

    /// <summary>Business date of each stage reached, from negotiating to the present one.</summary>
    public DateOnly[] StageDates { get; private set; } = [];

    public ProjectStatus Status { get; private set; }
    public DateOnly StatusOn { get; private set; }
    public string? StatusReason { get; private set; }

    /// <summary>The submission that waits for approval.</summary>
    public Guid? OpenSubmissionId { get; private set; }

    public Guid OwnerId { get; private set; }
    public Guid UnitId { get; private set; }

    /// <summary>Project officer in charge; when named, no other project officer approves.</summary>
    public Guid? ProjectOfficerId { get; private set; }

    [Audited]
    public string? ChainCode { get; private set; }
    [Audited]
    public string? NodeCode { get; private set; }
    public bool Confidential { get; private set; }
    public Guid[] Readers { get; private set; } = [];
    public long ConfidentialityRevision { get; private set; }

    /// <summary>Who reads the journey; one setting with the lead.</summary>
    public Confidentiality Confidentiality
    {
        get => new(Confidential, Readers, ConfidentialityRevision);
        private set => (Confidential, Readers, ConfidentialityRevision) = value;
    }

    /// <summary>
    /// Units and officers that its lead was shared with at the conversion, such as the unit that had transferred it. They only read.
    /// </summary>
    public Guid[] SharedWith { get; private init; } = [];

    public ProjectKind? Kind { get; private set; }
    [Audited]
    public string? Place { get; private set; }
    public decimal? AreaMu { get; private set; }
    public string? Content { get; private set; }
    public DateOnly? PlannedSigningOn { get; private set; }
    public DateOnly? PlannedStartOn { get; private set; }
    public DateOnly? PlannedCompletionOn { get; private set; }
    public DateOnly? PlannedProductionOn { get; private set; }
    public Money? ExpectedOutput { get; private set; }
    public Money? ExpectedTax { get; private set; }
    public int? ExpectedJobs { get; private set; }
    public Money? OutputThreshold { get; private set; }
    public Money? TaxThreshold { get; private set; }
    public Money? ContractAmount { get; private set; }

    /// <summary>Funds paid in so far, one sum per currency, ordered by it.</summary>
    public Money[] PaidIn { get; private set; } = [];

    /// <summary>Investment completed so far, one sum per currency, ordered by it.</summary>
    public Money[] CompletedInvestment { get; private set; } = [];

    [Audited]
    public string? Uscc { get; private set; }
    [Audited]
    public string? EnterpriseName { get; private set; }
    public Guid? EnterpriseId { get; private set; }
    public DateOnly? FirstOutputOn { get; private set; }
    public Money? AnnualOutput { get; private set; }
    public Money? AnnualTax { get; private set; }
    public DateOnly? MovedInOn { get; private set; }

    /// <summary>Set while every tenancy of the project has ended.</summary>
    public DateOnly? LeftOn { get; private set; }

    public DateTimeOffset CreatedAt { get; private init; }
    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>Moves since the project was read; earlier ones are not loaded.</summary>
    public IReadOnlyCollection<HistoryEntry> History => _history;

    /// <summary>Annual output from which the project is efficient: the threshold, else the promised output.</summary>
    public Money? OutputToReach => OutputThreshold ?? ExpectedOutput;

    /// <summary>Annual tax from which the project is efficient: the threshold, else the promised tax.</summary>
    public Money? TaxToReach => TaxThreshold ?? ExpectedTax;

    /// <summary>Opens the project of a converted lead at negotiating.</summary>
    public static Project Open(Guid id, string code, string name, ConvertedLead lead, DateOnly on, Guid actor, DateTimeOffset now)
    {
        var project = new Project
        {
            Id = id,
            Code = code,
            Name = name,
            LeadId = lead.LeadId,
            InvestorId = lead.InvestorId,
            InvestorName = lead.InvestorName,
            Stage = ProjectStage.Negotiating,
            StageOn = on,
            StageDates = [on],
            Status = ProjectStatus.Active,
            StatusOn = on,
            OwnerId = lead.OwnerId,
            UnitId = lead.UnitId,
            ChainCode = lead.ChainCode,
            NodeCode = lead.NodeCode,
            Confidentiality = lead.Confidentiality,
            SharedWith = lead.SharedWith,
            CreatedAt = now,
        };
        project.Changed(now);
        project.Note(HistoryKind.Opened, project.Stage, on, actor, now);
        return project;
    }

    /// <summary>Files a submission for the next stage. It waits for somebody else's approval; the stage does not change yet.</summary>
    /// <exception cref="RuleViolation">
    /// <c>project.notActive</c>, <c>stage.last</c>, <c>stage.notNext</c>, <c>submission.open</c>, <c>stage.dateBeforePrevious</c>,
    /// <c>stage.evidenceMissing</c> with all that is missing, <c>stage.fieldNotAsked</c>, <c>stage.outputAfterStage</c>,
    /// <c>stage.currencyDiffers</c>,
    /// <c>stage.belowThreshold</c>.
    /// </exception>
    public Submission Submit(
        Guid submissionId, ProjectStage to, DateOnly on, StageEvidence evidence, string? note, Guid submitter, Guid recorder,
        DateTimeOffset now)
    {
        CheckNothingWaits();
        CheckGate(to, on, evidence);
        OpenSubmissionId = submissionId;
        Changed(now);
        return new Submission
        {
            Id = submissionId,
            ProjectId = Id,
            From = Stage,
            To = to,
            OccurredOn = on,
            SubmittedBy = submitter,
            RecordedBy = recorder,
            RecordedAt = now,
            Note = note,
            ContractAmount = evidence.ContractAmount,
            CurrencyWithoutRate = evidence.CurrencyWithoutRate,
            Uscc = evidence.Uscc,
            EnterpriseName = evidence.EnterpriseName,
            FirstOutputOn = evidence.FirstOutputOn,
            AnnualOutput = evidence.AnnualOutput,
            AnnualTax = evidence.AnnualTax,
            Documents = [.. evidence.Documents],
        };
    }

    /// <summary>
    /// Approves the open submission and moves the project to its next stage. The gate is checked again, since facts may have changed.
    /// </summary>
    /// <exception cref="RuleViolation"><c>submission.closed</c>, <c>submission.own</c>, and those of <see cref="Submit"/>.</exception>
    public void Approve(Submission submission, Guid approver, string? note, DateTimeOffset now, decimal? contractRate = null)
    {
        CheckDecision(submission, approver);
        CheckGate(submission.To, submission.OccurredOn, submission.Evidence with { ContractRate = contractRate });
        submission.Close(SubmissionState.Approved, approver, note, now);
        var from = Stage;
        (Stage, StageOn, StageDates, OpenSubmissionId) = (
            submission.To, submission.OccurredOn, [.. StageDates, submission.OccurredOn], null);
        ContractAmount = submission.ContractAmount ?? ContractAmount;
        Uscc = submission.Uscc ?? Uscc;
        EnterpriseName = submission.EnterpriseName ?? EnterpriseName;
        FirstOutputOn = submission.FirstOutputOn ?? FirstOutputOn;
        AnnualOutput = submission.AnnualOutput ?? AnnualOutput;
        AnnualTax = submission.AnnualTax ?? AnnualTax;
        Changed(now);
        Note(
            HistoryKind.Reached, from, submission.OccurredOn, approver, now, submissionId: submission.Id,
            amount: submission.ContractAmount);
    }

    /// <summary>
    /// Files a correction of the date of a move: of a stage that the project holds, between the dates of the stages before and after it; of
    /// a step back, of a change of status or of a new contract amount, as they were bound when they were recorded. It waits for the
    /// approval of somebody else, as a stage does.
    /// </summary>
    /// <param name="submissionId">The submission's id.</param>
    /// <param name="moves">The project's history.</param>
    /// <param name="move">The move.</param>
    /// <param name="on">Its date.</param>
    /// <param name="firstAmountOn">Of a signing, the day of the first amount paid in or completed of its contract; null when there is
    /// none.</param>
    /// <param name="reason">Why.</param>
    /// <param name="submitter">Who submits it.</param>
    /// <param name="recorder">Who sent it.</param>
    /// <param name="now">When it is recorded.</param>
    /// <exception cref="RuleViolation">
    /// <c>project.terminated</c>, <c>submission.open</c>, <c>stage.dateOfConversion</c>, <c>stage.dateSame</c>,
    /// <c>stage.dateBeforePrevious</c>, <c>stage.dateAfterNext</c>, <c>stage.dateAfterAmount</c>, <c>stage.outputAfterStage</c>,
    /// <c>move.superseded</c>, <c>move.dateSame</c>, <c>project.dateBeforeStatus</c>, <c>amount.dateBeforeSigning</c>.
    /// </exception>
    public Submission SubmitDate(
        Guid submissionId, Moves moves, HistoryEntry move, DateOnly on, DateOnly? firstAmountOn, string reason, Guid submitter,
        Guid recorder, DateTimeOffset now)
    {
        CheckNothingWaits();
        CheckDate(moves, move, on, firstAmountOn);
        OpenSubmissionId = submissionId;
        Changed(now);
        var stage = move.Kind switch
        {
            HistoryKind.SteppedBack => move.From,
            HistoryKind.ContractCorrected => ProjectStage.Signed,
            _ => move.To,
        };
        return new Submission
        {
            Id = submissionId,
            ProjectId = Id,
            Purpose = SubmissionPurpose.Date,
            From = stage,
            To = stage,
            OccurredOn = on,
            MoveVersion = move.Version,
            PreviousOn = moves.On(move),
            SubmittedBy = submitter,
            RecordedBy = recorder,
            RecordedAt = now,
            Note = reason,
        };
    }

    /// <summary>Approves the open correction of a date. The bounds are checked again, since amounts may have been recorded.</summary>
    /// <exception cref="RuleViolation"><c>submission.closed</c>, <c>submission.own</c>, and those of <see cref="SubmitDate"/>.</exception>
    public void ApproveDate(Submission submission, Moves moves, DateOnly? firstAmountOn, Guid approver, string? note, DateTimeOffset now)
    {
        CheckDecision(submission, approver);
        var (move, on) = (moves.Of(submission.MoveVersion!.Value), submission.OccurredOn);
        CheckDate(moves, move, on, firstAmountOn);
        submission.Close(SubmissionState.Approved, approver, note, now);
        OpenSubmissionId = null;
        if (move.Kind == HistoryKind.Reached)
        {
            Redate(move.To, move.Version, on, approver, now, submission.Note, submission.Id);
            return;
        }

        StatusOn = Moves.IsOfStatus(move) && moves.After(move) is null ? on : StatusOn;
        Changed(now);
        Note(
            HistoryKind.MoveDateCorrected, move.From, on, approver, now, submission.Note, submission.Id, previousOn: submission.PreviousOn,
            to: move.To, moveVersion: move.Version);
    }

    /// <summary>
    /// Files a contract amount: a new one from a business date on, such as by a supplementary agreement, or the right one of the signing or
    /// of an earlier new amount, which keeps its date. It waits for the approval of somebody else, as the signing did.
    /// </summary>
    /// <param name="submissionId">The submission's id.</param>
    /// <param name="moves">The project's history.</param>
    /// <param name="moveVersion">The version of the move whose amount was wrong; null of a new amount.</param>
    /// <param name="amount">The amount.</param>
    /// <param name="on">The business date of a new amount.</param>
    /// <param name="reason">Why.</param>
    /// <param name="submitter">Who submits it.</param>
    /// <param name="recorder">Who sent it.</param>
    /// <param name="now">When it is recorded.</param>
    /// <exception cref="RuleViolation">
    /// <c>project.terminated</c>, <c>submission.open</c>, <c>contract.notSigned</c>, <c>contract.same</c>, <c>amount.dateBeforeSigning</c>,
    /// <c>move.noContract</c>.
    /// </exception>
    public Submission SubmitContract(
        Guid submissionId, Moves moves, long? moveVersion, Money amount, DateOnly on, string reason, Guid submitter, Guid recorder,
        DateTimeOffset now)
    {
        CheckNothingWaits();
        var move = CheckContract(moves, moveVersion, amount, on);
        OpenSubmissionId = submissionId;
        Changed(now);
        return new Submission
        {
            Id = submissionId,
            ProjectId = Id,
            Purpose = SubmissionPurpose.Contract,
            From = ProjectStage.Signed,
            To = ProjectStage.Signed,
            OccurredOn = move is null ? on : moves.On(move),
            MoveVersion = moveVersion,
            ContractAmount = amount,
            PreviousAmount = move is null ? ContractAmount : moves.AmountOf(move),
            SubmittedBy = submitter,
            RecordedBy = recorder,
            RecordedAt = now,
            Note = reason,
        };
    }

    /// <summary>Approves the open contract amount.</summary>
    /// <exception cref="RuleViolation"><c>submission.closed</c>, <c>submission.own</c>, and those of
    /// <see cref="SubmitContract"/>.</exception>
    public void ApproveContract(Submission submission, Moves moves, Guid approver, string? note, DateTimeOffset now)
    {
        CheckDecision(submission, approver);
        var (amount, on) = (submission.ContractAmount!, submission.OccurredOn);
        var move = CheckContract(moves, submission.MoveVersion, amount, on);
        submission.Close(SubmissionState.Approved, approver, note, now);
        OpenSubmissionId = null;
        // The amount that was set last is the present one, whatever its date.
        ContractAmount = move is null || moves.OfContract().Last() == move ? amount : ContractAmount;
        Changed(now);
        Note(
            move is null ? HistoryKind.ContractCorrected : HistoryKind.ContractRestated, Stage, on, approver, now, submission.Note,
            submission.Id, previous: submission.PreviousAmount, amount: amount, moveVersion: move?.Version);
    }

    /// <summary>
    /// The date of the conversion was corrected on the lead, and with it the project's opening; no later than its next stage, should that
    /// have been reached at the same time.
    /// </summary>
    /// <returns>The date before; null when nothing changes.</returns>
    public DateOnly? FollowConversion(DateOnly convertedOn, Guid by, DateTimeOffset now)
    {
        var on = Stage > ProjectStage.Negotiating && StageDates[1] < convertedOn ? StageDates[1] : convertedOn;
        var previous = StageDates[0];
        if (on == previous)
        {
            return null;
        }

        Redate(ProjectStage.Negotiating, OpeningVersion, on, by, now);
        return previous;
    }

    /// <summary>Refuses the open submission; another one can be filed.</summary>
    /// <exception cref="RuleViolation"><c>submission.closed</c>, <c>submission.own</c>, <c>project.notActive</c>.</exception>
    public void Refuse(Submission submission, Guid approver, string? note, DateTimeOffset now)
    {
        CheckDecision(submission, approver);
        submission.Close(SubmissionState.Refused, approver, note, now);
        OpenSubmissionId = null;
        Changed(now);
    }

    /// <summary>Withdraws the open submission before it is decided.</summary>
    /// <exception cref="RuleViolation"><c>submission.closed</c>.</exception>
    public void Withdraw(Submission submission, Guid by, string? note, DateTimeOffset now)
    {
        if (submission.State != SubmissionState.Open)
        {
            throw new RuleViolation("submission.closed");
        }

        submission.Close(SubmissionState.Withdrawn, by, note, now);
        OpenSubmissionId = null;
        Changed(now);
    }

    /// <summary>Moves the project back to an earlier stage and removes the facts of the later ones.</summary>
    /// <exception cref="RuleViolation">
    /// <c>project.notActive</c>, <c>submission.open</c>, <c>stage.notBack</c>, <c>stage.dateBeforePrevious</c>, <c>project.movedIn</c>.
    /// </exception>
    /// <returns>The stage it came from.</returns>
    public ProjectStage StepBack(ProjectStage to, string reason, DateOnly on, Guid by, DateTimeOffset now)
    {
        CheckActive();
        CheckNothingWaits();
        if (to >= Stage)
        {
            throw new RuleViolation("stage.notBack", Names.Of(Stage));
        }

        if (on < StageOn)
        {
            throw new RuleViolation("stage.dateBeforePrevious", Day(StageOn));
        }

        // An enterprise in the city stays registered; once it has left, a mistaken registration can be corrected too.
        if (to < ProjectStage.Registered && MovedInOn is not null && LeftOn is null)
        {
            throw new RuleViolation("project.movedIn");
        }

        var from = Stage;
        (Stage, StageDates) = (to, StageDates[..((int)to + 1)]);
        StageOn = StageDates[^1];
        ContractAmount = to < ProjectStage.Signed ? null : ContractAmount;
        (Uscc, EnterpriseName, EnterpriseId) = to < ProjectStage.Registered ? (null, null, null) : (Uscc, EnterpriseName, EnterpriseId);
        FirstOutputOn = to < ProjectStage.Producing ? null : FirstOutputOn;
        AnnualOutput = to < ProjectStage.AtCapacity ? null : AnnualOutput;
        AnnualTax = to < ProjectStage.Efficient ? null : AnnualTax;
        Changed(now);
        Note(HistoryKind.SteppedBack, from, on, by, now, reason);
        return from;
    }

    /// <summary>
    /// Suspends, resumes or terminates. An open submission lapses with a termination; a termination by mistake is taken back by resuming.
    /// </summary>
    /// <param name="status">The new status; <see cref="ProjectStatus.Active"/> resumes.</param>
    /// <param name="reason">Why.</param>
    /// <param name="on">Business date; not before the last change of status.</param>
    /// <param name="by">Who.</param>
    /// <param name="waiting">The open submission, if any.</param>
    /// <param name="now">When it is recorded.</param>
    /// <exception cref="RuleViolation"><c>project.terminated</c>, <c>project.sameStatus</c>, <c>project.dateBeforeStatus</c>.</exception>
    public void ChangeStatus(ProjectStatus status, string reason, DateOnly on, Guid by, Submission? waiting, DateTimeOffset now)
    {
        if (status != ProjectStatus.Active)
        {
            CheckNotTerminated();
        }

        if (status == Status)
        {
            throw new RuleViolation("project.sameStatus", Names.Of(status));
        }

        if (on < StatusOn)
        {
            throw new RuleViolation("project.dateBeforeStatus", Day(StatusOn));
        }

        if (status == ProjectStatus.Terminated && waiting is { State: SubmissionState.Open })
        {
            waiting.Close(SubmissionState.Lapsed, by, null, now);
            OpenSubmissionId = null;
        }

        (Status, StatusOn, StatusReason) = (status, on, status == ProjectStatus.Active ? null : reason);
        Changed(now);
        Note(
            status switch
            {
                ProjectStatus.Active => HistoryKind.Resumed,
                ProjectStatus.Suspended => HistoryKind.Suspended,
                _ => HistoryKind.Terminated,
            },
            Stage, on, by, now, reason);
    }

    /// <summary>Records funds paid in or investment completed.</summary>
    /// <exception cref="RuleViolation">
    /// <c>project.terminated</c>, <c>contract.notSigned</c>, <c>amount.dateBeforeSigning</c>, <c>amount.tooLarge</c>.
    /// </exception>
    public AmountEntry Record(
        Guid entryId, AmountKind kind, Money amount, DateOnly on, FundsOrigin? origin, Document? document, Guid by, DateTimeOffset now)
    {
        CheckSigned(on);
        Add(kind, amount, now);
        return new AmountEntry
        {
            Id = entryId,
            ProjectId = Id,
            Kind = kind,
            Amount = amount,
            OccurredOn = on,
            Origin = origin,
            Document = document,
            RecordedBy = by,
            RecordedAt = now,
        };
    }

    /// <summary>Reverses an entry by another one of the same date; the database refuses a second reversal of it.</summary>
    /// <exception cref="RuleViolation"><c>amount.isReversal</c>.</exception>
    public AmountEntry Reverse(Guid entryId, AmountEntry entry, string reason, Guid by, DateTimeOffset now)
    {
        if (entry.ReversalOf is not null)
        {
            throw new RuleViolation("amount.isReversal");
        }

        var amount = entry.Amount with { Amount = -entry.Amount.Amount };
        Add(entry.Kind, amount, now);
        return new AmountEntry
        {
            Id = entryId,
            ProjectId = Id,
            Kind = entry.Kind,
            Amount = amount,
            OccurredOn = entry.OccurredOn,
            Origin = entry.Origin,
            ReversalOf = entry.Id,
            Reason = reason,
            RecordedBy = by,
            RecordedAt = now,
        };
    }

    /// <summary>Sets the facts that are corrected without evidence.</summary>
    /// <exception cref="RuleViolation"><c>project.terminated</c>, <c>project.readersNeeded</c>.</exception>
    public void Amend(ProjectFacts facts, DateTimeOffset now)
    {
        CheckNotTerminated();
        if (facts.Confidential && facts.Readers.Length == 0)
        {
            throw new RuleViolation("project.readersNeeded");
        }

        (Name, OwnerId, UnitId, ProjectOfficerId) = (facts.Name, facts.OwnerId, facts.UnitId, facts.ProjectOfficerId);
        (NodeCode, ChainCode) = (facts.NodeCode, facts.NodeCode is null ? null : IndustryChains.OfNode(facts.NodeCode)!.Code);
        // The owner works on the project and therefore reads it.
        var reads = Confidentiality.ReadBy(facts.OwnerId);
        Confidentiality = facts.Confidential == Confidential && facts.Readers.AsSpan().SequenceEqual(Readers)
            ? reads
            : reads.Set(facts.Confidential, facts.Readers.Append(facts.OwnerId));
        (Kind, Place, AreaMu, Content) = (facts.Kind, facts.Place, facts.AreaMu, facts.Content);
        (PlannedSigningOn, PlannedStartOn) = (facts.PlannedSigningOn, facts.PlannedStartOn);
        (PlannedCompletionOn, PlannedProductionOn) = (facts.PlannedCompletionOn, facts.PlannedProductionOn);
        (ExpectedOutput, ExpectedTax, ExpectedJobs) = (facts.ExpectedOutput, facts.ExpectedTax, facts.ExpectedJobs);
        (OutputThreshold, TaxThreshold) = (facts.OutputThreshold, facts.TaxThreshold);
        Changed(now);
    }

    /// <summary>The facts that <see cref="Amend"/> sets, as they are.</summary>
    public ProjectFacts Facts => new()
    {
        Name = Name,
        OwnerId = OwnerId,
        UnitId = UnitId,
        ProjectOfficerId = ProjectOfficerId,
        NodeCode = NodeCode,
        Confidential = Confidential,
        Readers = Readers,
        Kind = Kind,
        Place = Place,
        AreaMu = AreaMu,
        Content = Content,
        PlannedSigningOn = PlannedSigningOn,
        PlannedStartOn = PlannedStartOn,
        PlannedCompletionOn = PlannedCompletionOn,
        PlannedProductionOn = PlannedProductionOn,
        ExpectedOutput = ExpectedOutput,
        ExpectedTax = ExpectedTax,
        ExpectedJobs = ExpectedJobs,
        OutputThreshold = OutputThreshold,
        TaxThreshold = TaxThreshold,
    };

    /// <summary>Links the enterprise that was registered for this project.</summary>
    /// <returns>False when nothing changes: it is linked already, or the project has another code by now.</returns>
    public bool LinkEnterprise(Guid enterpriseId, string uscc, DateTimeOffset now)
    {
        if (Uscc != uscc || EnterpriseId == enterpriseId)
        {
            return false;
        }

        EnterpriseId = enterpriseId;
        Changed(now);
        return true;
    }

    /// <summary>
    /// Derives the days of moving in and leaving from all known tenancies of the project, whatever the order of their events.
    /// </summary>
    /// <returns>Whether the day of moving in changed, and whether anything did.</returns>
    public (bool MovedIn, bool Any) MoveIn(IReadOnlyCollection<Tenancy> tenancies, Guid actor, DateTimeOffset now)
    {
        var begun = tenancies.Where(t => t.MovedInOn is not null).ToList();
        DateOnly? movedInOn = begun.Count == 0 ? null : begun.Min(t => t.MovedInOn);
        DateOnly? leftOn = begun.Count == 0 || begun.Any(t => t.LeftOn is null) ? null : begun.Max(t => t.LeftOn);
        if (movedInOn == MovedInOn && leftOn == LeftOn)
        {
            return (false, false);
        }

        var moves = movedInOn != MovedInOn;
        var leaves = leftOn is not null && leftOn != LeftOn;
        (MovedInOn, LeftOn) = (movedInOn, leftOn);
        EnterpriseId ??= begun.MinBy(t => t.MovedInOn)!.EnterpriseId;
        Changed(now);
        if (moves)
        {
            Note(HistoryKind.MovedIn, Stage, movedInOn!.Value, actor, now);
        }

        if (leaves)
        {
            Note(HistoryKind.Left, Stage, leftOn!.Value, actor, now);
        }

        return (moves, true);
    }

    /// <summary>Follows the lead: its investor was renamed, merged or separated again, or other people read the journey.</summary>
    /// <returns>False when nothing changes.</returns>
    public bool Follow(Guid investorId, string investorName, Confidentiality ofLead, DateTimeOffset now)
    {
        var followed = Confidentiality.Over(ofLead).ReadBy(OwnerId);
        if (investorId == InvestorId && investorName == InvestorName && followed == Confidentiality)
        {
            return false;
        }

        (InvestorId, InvestorName, Confidentiality) = (investorId, investorName, followed);
        Changed(now);
        return true;
    }

    /// <summary>Goes along when its lead is given to somebody else, unless it has an owner of its own or is over.</summary>
    /// <returns>False when nothing changes.</returns>
    public bool HandOver(Guid fromId, Guid toId, Guid unitId, DateTimeOffset now)
    {
        if (OwnerId != fromId || Status == ProjectStatus.Terminated || (OwnerId, UnitId) == (toId, unitId))
        {
            return false;
        }

        (OwnerId, UnitId, Confidentiality) = (toId, unitId, Confidentiality.ReadBy(toId));
        Changed(now);
        return true;
    }

    private void CheckActive()
    {
        if (Status != ProjectStatus.Active)
        {
            throw new RuleViolation("project.notActive", Names.Of(Status));
        }
    }

    private void CheckNothingWaits()
    {
        if (OpenSubmissionId is not null)
        {
            throw new RuleViolation("submission.open");
        }
    }

    private void CheckNotTerminated()
    {
        if (Status == ProjectStatus.Terminated)
        {
            throw new RuleViolation("project.terminated");
        }
    }

    /// <summary>Amounts belong to a contract, so none has a date before its signing.</summary>
    private void CheckSigned(DateOnly on)
    {
        CheckNotTerminated();
        if (Stage < ProjectStage.Signed)
        {
            throw new RuleViolation("contract.notSigned");
        }

        if (on < StageDates[(int)ProjectStage.Signed])
        {
            throw new RuleViolation("amount.dateBeforeSigning", Day(StageDates[(int)ProjectStage.Signed]));
        }
    }

    private void CheckDate(Moves moves, HistoryEntry move, DateOnly on, DateOnly? firstAmountOn)
    {
        if (!Moves.IsOfStatus(move))
        {
            CheckNotTerminated();
        }

        if (move.Kind is HistoryKind.Opened or HistoryKind.Reached)
        {
            CheckStageDate(moves, move, on, firstAmountOn);
            return;
        }

        var present = moves.On(move);
        if (on == present)
        {
            throw new RuleViolation("move.dateSame", Day(present));
        }

        if (move.Kind == HistoryKind.ContractCorrected)
        {
            CheckSigned(on);
            CheckHeld(moves.OfContract().Contains(move));
        }
        else if (move.Kind == HistoryKind.SteppedBack)
        {
            if (moves.On(moves.Reached(move.From, move.Version)) is var left && on < left)
            {
                throw new RuleViolation("stage.dateBeforePrevious", Day(left));
            }

            // A stage may have been reached again with a date before the step back; then only its coming earlier makes sense.
            if (moves.After(move) is { } next && moves.On(next) is var again && on > again && on > present)
            {
                throw new RuleViolation("stage.dateAfterNext", Day(again));
            }
        }
        else
        {
            var previous = moves.Before(move) is { } earlier ? moves.On(earlier) : StageDates[0];
            if (on < previous)
            {
                throw new RuleViolation("project.dateBeforeStatus", Day(previous));
            }

            if (moves.After(move) is { } later && moves.On(later) is var next && on > next)
            {
                throw new RuleViolation("project.dateAfterStatus", Day(next));
            }
        }
    }

    private void CheckStageDate(Moves moves, HistoryEntry move, DateOnly on, DateOnly? firstAmountOn)
    {
        var stage = move.To;
        CheckHeld(stage <= Stage && moves.Reached(stage) == move);
        if (stage == ProjectStage.Negotiating)
        {
            throw new RuleViolation("stage.dateOfConversion");
        }

        var (previous, present) = (StageDates[(int)stage - 1], StageDates[(int)stage]);
        if (on == present)
        {
            throw new RuleViolation("stage.dateSame", Names.Of(stage), Day(present));
        }

        if (on < previous)
        {
            throw new RuleViolation("stage.dateBeforePrevious", Day(previous));
        }

        if (stage < Stage && StageDates[(int)stage + 1] is var next && on > next)
        {
            throw new RuleViolation("stage.dateAfterNext", Day(next));
        }

        if (stage == ProjectStage.Signed)
        {
            var first = moves.OfContract().Skip(1).Select(moves.On).Append(firstAmountOn ?? DateOnly.MaxValue).Min();
            if (on > first)
            {
                throw new RuleViolation("stage.dateAfterAmount", Day(first));
            }
        }

        if (stage == ProjectStage.Producing && FirstOutputOn > on)
        {
            throw new RuleViolation("stage.outputAfterStage");
        }
    }

    /// <summary>What a step back took away is corrected no more.</summary>
    private static void CheckHeld(bool holds)
    {
        if (!holds)
        {
            throw new RuleViolation("move.superseded");
        }
    }

    /// <returns>The move whose amount was wrong; null of a new amount.</returns>
    private HistoryEntry? CheckContract(Moves moves, long? moveVersion, Money amount, DateOnly on)
    {
        CheckNotTerminated();
        if (Stage < ProjectStage.Signed)
        {
            throw new RuleViolation("contract.notSigned");
        }

        HistoryEntry? move = null;
        if (moveVersion is { } version)
        {
            move = moves.OfContract().FirstOrDefault(m => m.Version == version) ?? throw new RuleViolation("move.noContract");
        }
        else
        {
            CheckSigned(on);
        }

        if (amount == (move is null ? ContractAmount : moves.AmountOf(move)))
        {
            throw new RuleViolation("contract.same");
        }

        return move;
    }

    private void Redate(
        ProjectStage stage, long moveVersion, DateOnly on, Guid by, DateTimeOffset now, string? reason = null, Guid? submissionId = null)
    {
        var previous = StageDates[(int)stage];
        StageDates = [.. StageDates[..(int)stage], on, .. StageDates[((int)stage + 1)..]];
        StageOn = StageDates[^1];
        Changed(now);
        Note(
            HistoryKind.StageDateCorrected, stage, on, by, now, reason, submissionId, previousOn: previous, to: stage,
            moveVersion: moveVersion);
    }

    private static string Day(DateOnly day) => day.ToString("O", CultureInfo.InvariantCulture);

    private void CheckDecision(Submission submission, Guid approver)
    {
        // What was wrong is corrected of a suspended project too, and its termination of a terminated one.
        if (submission.Purpose == SubmissionPurpose.NextStage)
        {
            CheckActive();
        }

        if (submission.State != SubmissionState.Open)
        {
            throw new RuleViolation("submission.closed");
        }

        if (approver == submission.SubmittedBy || approver == submission.RecordedBy)
        {
            throw new RuleViolation("submission.own");
        }
    }

    private void CheckGate(ProjectStage to, DateOnly on, StageEvidence evidence)
    {
        CheckActive();
        var gate = StageGates.After(Stage) ?? throw new RuleViolation("stage.last");
        if (to != gate.To)
        {
            throw new RuleViolation("stage.notNext", Names.Of(Stage), Names.Of(gate.To));
        }

        if (on < StageOn)
        {
            throw new RuleViolation("stage.dateBeforePrevious", Day(StageOn));
        }

        if (gate.Missing(this, evidence).ToList() is { Count: > 0 } missing)
        {
            throw RuleViolation.Lacking("stage.evidenceMissing", missing, Names.Of(to));
        }

        if (gate.NotAskedFor(this, evidence).ToList() is { Count: > 0 } foreign)
        {
            throw new RuleViolation("stage.fieldNotAsked", Names.Of(to), ProblemText.List(foreign));
        }

        if (evidence.FirstOutputOn > on)
        {
            throw new RuleViolation("stage.outputAfterStage");
        }

        if (to == ProjectStage.Efficient)
        {
            Reached(StageGates.AnnualOutput, evidence.AnnualOutput!, OutputToReach!);
            Reached(StageGates.AnnualTax, evidence.AnnualTax!, TaxToReach!);
        }
    }

    private static void Reached(RequiredField field, Money reached, Money threshold)
    {
        if (reached.Currency != threshold.Currency)
        {
            throw new RuleViolation("stage.currencyDiffers", field.Text, threshold.Currency);
        }

        if (reached.Amount < threshold.Amount)
        {
            throw new RuleViolation("stage.belowThreshold", field.Text, Kernel.Json.Amounts.Format(threshold.Amount), threshold.Currency);
        }
    }

    private static Money[] Plus(Money[] sums, Money amount)
    {
        var sum = sums.FirstOrDefault(m => m.Currency == amount.Currency)?.Plus(amount) ?? amount;
        return Math.Abs(sum.Amount) < LargestSum
            ? [.. sums.Where(m => m.Currency != amount.Currency).Append(sum).OrderBy(m => m.Currency, StringComparer.Ordinal)]
            : throw new RuleViolation("amount.tooLarge");
    }

    private void Add(AmountKind kind, Money amount, DateTimeOffset now)
    {
        if (kind == AmountKind.PaidIn)
        {
            PaidIn = Plus(PaidIn, amount);
        }
        else
        {
            CompletedInvestment = Plus(CompletedInvestment, amount);
        }

        Changed(now);
    }

    private void Changed(DateTimeOffset now)
    {
        (SearchKey, SearchTokens) = NameSearch.Of(Name, Code, InvestorName, EnterpriseName);
        Touch();
        UpdatedAt = now;
    }

    private void Note(
        HistoryKind kind, ProjectStage from, DateOnly on, Guid actor, DateTimeOffset now, string? reason = null, Guid? submissionId = null,
        Money? previous = null, Money? amount = null, DateOnly? previousOn = null, ProjectStage? to = null, long? moveVersion = null) =>
        _history.Add(new HistoryEntry
        {
            Id = Guid.CreateVersion7(now),
            ProjectId = Id,
            Version = Version,
            Kind = kind,
            From = from,
            To = to ?? Stage,
            OccurredOn = on,
            RecordedAt = now,
            ActorId = actor,
            Reason = reason,
            SubmissionId = submissionId,
            MoveVersion = moveVersion,
            PreviousOn = previousOn,
            PreviousAmount = previous,
            Amount = amount,
        });
}

/// <summary>The facts that a project takes over from the lead that converted.</summary>
internal sealed record ConvertedLead
{
    public required Guid LeadId { get; init; }
    public required Guid InvestorId { get; init; }
    public required string InvestorName { get; init; }
    public required Guid OwnerId { get; init; }
    public required Guid UnitId { get; init; }
    public string? ChainCode { get; init; }
    public string? NodeCode { get; init; }
    public Confidentiality Confidentiality { get; init; } = Confidentiality.Open;
    public Guid[] SharedWith { get; init; } = [];
}

/// <summary>The facts of a project that are corrected without evidence.</summary>
internal sealed record ProjectFacts
{
    public required string Name { get; init; }
    public required Guid OwnerId { get; init; }
    public required Guid UnitId { get; init; }
    public Guid? ProjectOfficerId { get; init; }
    public string? NodeCode { get; init; }
    public bool Confidential { get; init; }
    public Guid[] Readers { get; init; } = [];
    public ProjectKind? Kind { get; init; }
    public string? Place { get; init; }
    public decimal? AreaMu { get; init; }
    public string? Content { get; init; }
    public DateOnly? PlannedSigningOn { get; init; }
    public DateOnly? PlannedStartOn { get; init; }
    public DateOnly? PlannedCompletionOn { get; init; }
    public DateOnly? PlannedProductionOn { get; init; }
    public Money? ExpectedOutput { get; init; }
    public Money? ExpectedTax { get; init; }
    public int? ExpectedJobs { get; init; }
    public Money? OutputThreshold { get; init; }
    public Money? TaxThreshold { get; init; }
}
