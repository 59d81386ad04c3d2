using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Names;
using Qibin.Crm.Leads.Domain.Names;

namespace Qibin.Crm.Leads.Domain;

/// <summary>
/// A lead 线索: one investment intention of one investor, and the record of that relationship for good. Contacts have their own table,
/// because a lead can have thousands; the lead keeps the totals that lists and rules need.
/// </summary>
internal sealed class Lead : Aggregate, IShared
{
    private Lead()
    {
    }

    [Audited]
    public string Code { get; private set; } = "";
    public Guid InvestorId { get; private set; }

    /// <summary>The investor's name, kept here too because lists sort by it and events carry it.</summary>
    [Audited]
    public string InvestorName { get; private set; } = "";

    /// <summary>
    /// The marks of the investor's name, see <see cref="NameMarks"/>: eight columns, each of which a search tests by itself.
    /// </summary>
    [Audited(false)]
    public long NameMarks1 { get; private set; }

    [Audited(false)]
    public long NameMarks2 { get; private set; }
    [Audited(false)]
    public long NameMarks3 { get; private set; }
    [Audited(false)]
    public long NameMarks4 { get; private set; }
    [Audited(false)]
    public long NameMarks5 { get; private set; }
    [Audited(false)]
    public long NameMarks6 { get; private set; }
    [Audited(false)]
    public long NameMarks7 { get; private set; }
    [Audited(false)]
    public long NameMarks8 { get; private set; }

    [Audited]
    public string? Title { get; private set; }

    /// <summary>The title as searches compare it, and its pairs of neighbouring characters; null without a title.</summary>
    public string? TitleKey { get; private set; }

    public string[]? TitlePairs { get; private set; }

    public string? Summary { get; private set; }
    public LeadStage Stage { get; private set; }

    /// <summary>Business date of the present stage.</summary>
    public DateOnly StageOn { get; private set; }

    public DateOnly FirstContactOn { get; private set; }
    public DateOnly LastContactOn { get; private set; }
    public int ContactCount { get; private set; }
    public Guid OwnerId { get; private set; }
    public Guid UnitId { get; private set; }
    [Audited]
    public string? ChainCode { get; private set; }
    [Audited]
    public string? NodeCode { get; private set; }
    [Audited]
    public string? SourceRegion { get; private set; }
    public Money? EstimatedInvestment => EstimatedAmount is { } amount ? new Money(amount, EstimatedCurrency!) : null;

    /// <summary>The estimate in the database: two columns that are both set or both empty.</summary>
    public decimal? EstimatedAmount { get; private set; }

    [Audited]
    public string? EstimatedCurrency { get; private set; }

    /// <summary>The open next step; its text is in its own table.</summary>
    public Guid? NextStepId { get; private set; }

    public DateOnly? NextStepDueOn { get; private set; }
    public bool Confidential { get; private set; }
    public Guid[] Readers { get; private set; } = [];
    public long ConfidentialityRevision { get; private set; }

    /// <summary>The officer who made it confidential, until a head confirms that; null otherwise.</summary>
    public Guid? ConfidentialityProposedBy { get; private set; }

    /// <summary>Who reads the journey; one setting with the project that the lead became.</summary>
    public Confidentiality Confidentiality
    {
        get => new(Confidential, Readers, ConfidentialityRevision);
        private set => (Confidential, Readers, ConfidentialityRevision) = value;
    }

    /// <summary>
    /// Units and officers that read it although it is not theirs: those that it was transferred from, and <see cref="Collaborators"/>.
    /// </summary>
    public Guid[] SharedWith { get; private set; } = [];

    /// <summary>Officers who help with it, such as those who took part in a contact: they read it, and change nothing.</summary>
    public Guid[] Collaborators { get; private set; } = [];

    /// <summary>The lead that this one continues with a further project; null of one that a first contact opened.</summary>
    public Guid? OriginLeadId { get; private init; }

    public Guid? ProjectId { get; private set; }
    [Audited]
    public string? ProjectName { get; private set; }
    public DateOnly? ConvertedOn { get; private set; }

    /// <summary>The day the investor's enterprise was moved into the city first.</summary>
    public DateOnly? MovedInOn { get; private set; }

    /// <summary>Where the lead was when it was closed, and so where it is reopened.</summary>
    public LeadStage? ClosedFrom { get; private set; }

    public ClosureReason? ClosureReason { get; private set; }
    public DateOnly? RevisitOn { get; private set; }

    /// <summary>The place that won the investor.</summary>
    [Audited]
    public string? WentTo { get; private set; }

    /// <summary>The task that was planned when the revisit date came.</summary>
    public Guid? RevisitStepId { get; private set; }

    /// <summary>What is to be answered by when 响应时限.</summary>
    public ResponseClock Clock { get; private set; } = new();

    /// <summary>The clock's state, a column of its own because lists ask for it.</summary>
    public ClockState ClockState { get; private set; }

    /// <summary>Number of the clock's breaches that are open.</summary>
    public int OpenBreaches { get; private set; }

    /// <summary>When to look at the lead again: a deadline has passed by then, or the revisit date has come.</summary>
    public DateTimeOffset? DueAt { get; private set; }

    /// <summary>Whether <see cref="KeepTime"/> has seen the latest change.</summary>
    public bool IsOnTime { get; private set; }

    public Guid CreatedBy { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset UpdatedAt { get; private set; }

    public bool IsClosed => Stage is LeadStage.Kept or LeadStage.Invalid;

    /// <summary>A first contact opens a lead.</summary>
    public static Lead Open(Guid id, string code, Investor investor, Guid ownerId, Guid unitId, DateOnly firstContactOn, Actor actor,
        bool named = true, Guid? originLeadId = null)
    {
        var lead = new Lead
        {
            Id = id,
            Code = code,
            InvestorId = investor.Id,
            SourceRegion = investor.SourceRegion,
            Stage = LeadStage.New,
            StageOn = firstContactOn,
            FirstContactOn = firstContactOn,
            LastContactOn = firstContactOn,
            OwnerId = ownerId,
            UnitId = unitId,
            OriginLeadId = originLeadId,
            Clock = ResponseClock.Started(actor.At.OnDay(), named),
            CreatedBy = actor.By,
            CreatedAt = actor.At,
        };
        lead.TakeName(investor);
        lead.Changed(actor);
        return lead;
    }

    /// <summary>
    /// The investor wants a further project, such as a second phase: a lead of its own with the same owner, readers and collaborators, so
    /// that each project has one journey. It begins with the contact in which that came up.
    /// </summary>
    /// <param name="id">Id of the new lead.</param>
    /// <param name="code">Its code.</param>
    /// <param name="investor">The investor of this lead.</param>
    /// <param name="occurredOn">Day of that contact.</param>
    /// <param name="actor">Who and when.</param>
    /// <exception cref="RuleViolation"><c>lead.notConverted</c>, <c>lead.stageDateOrder</c>: before this lead's conversion.</exception>
    public Lead Continue(Guid id, string code, Investor investor, DateOnly occurredOn, Actor actor)
    {
        if (Stage != LeadStage.Converted)
        {
            throw new RuleViolation("lead.notConverted");
        }

        if (occurredOn < StageOn)
        {
            throw new RuleViolation("lead.stageDateOrder", StageOn);
        }

        var further = Open(id, code, investor, OwnerId, UnitId, occurredOn, actor, originLeadId: Id);
        (further.NodeCode, further.ChainCode, further.SourceRegion) = (NodeCode, ChainCode, SourceRegion);
        (further.SharedWith, further.Collaborators) = (Collaborators, Collaborators);
        if (Confidential)
        {
            further.Restrict(true, Readers, actor);
            further.ConfidentialityProposedBy = ConfidentialityProposedBy;
        }

        return further;
    }

    /// <summary>The history's first entry.</summary>
    public StageMove Opening(Actor actor) => new()
    {
        LeadId = Id,
        Version = Version,
        From = null,
        To = LeadStage.New,
        OccurredOn = StageOn,
        ActorId = actor.By,
        RecordedAt = actor.At,
    };

    /// <summary>A contact was logged; at any stage, since the lead stays the record of the relationship.</summary>
    public void NoteContact(DateOnly occurredOn, Actor actor)
    {
        ContactCount++;
        if (Stage == LeadStage.Following && occurredOn >= (Clock.FeedbackOn is null ? StageOn : LastContactOn))
        {
            Clock = Clock.Answered(actor.At.OnDay());
        }

        LastContactOn = occurredOn > LastContactOn ? occurredOn : LastContactOn;
        if (occurredOn < FirstContactOn)
        {
            // An earlier contact entered late: the relationship began then.
            StageOn = Stage == LeadStage.New ? occurredOn : StageOn;
            FirstContactOn = occurredOn;
        }

        Changed(actor);
    }

    /// <summary>A contact of this lead was corrected.</summary>
    /// <param name="firstOn">The day of the earliest contact now.</param>
    /// <param name="lastOn">The day of the latest.</param>
    /// <param name="movedOn">The day the lead left its first stage; null while it is new.</param>
    /// <param name="actor">Who and when.</param>
    /// <exception cref="RuleViolation"><c>contact.afterStage</c>: the first contact would come after the stage that followed
    /// it.</exception>
    public void ContactsCorrected(DateOnly firstOn, DateOnly lastOn, DateOnly? movedOn, Actor actor)
    {
        if (movedOn is { } moved && firstOn > moved)
        {
            throw new RuleViolation("contact.afterStage", moved);
        }

        StageOn = Stage == LeadStage.New ? firstOn : StageOn;
        (FirstContactOn, LastContactOn) = (firstOn, lastOn);
        Changed(actor);
    }

    /// <summary>A contact of this lead is put into the bin.</summary>
    /// <param name="others">The days of the earliest and the latest other contact; null when there is none.</param>
    /// <param name="movedOn">The day the lead left its first stage; null while it is new.</param>
    /// <param name="actor">Who and when.</param>
    /// <exception cref="RuleViolation"><c>contact.only</c>, <c>contact.afterStage</c>.</exception>
    public void ContactRemoved((DateOnly First, DateOnly Last)? others, DateOnly? movedOn, Actor actor)
    {
        var (first, last) = others ?? throw new RuleViolation("contact.only");
        ContactsCorrected(first, last, movedOn, actor);
        ContactCount--;
    }

    /// <summary>A contact of this lead came back from the bin.</summary>
    public void ContactRestored(DateOnly on, Actor actor)
    {
        ContactsCorrected(on < FirstContactOn ? on : FirstContactOn, on > LastContactOn ? on : LastContactOn, null, actor);
        ContactCount++;
    }

    /// <summary>The lead was entered by mistake: it goes into the bin.</summary>
    /// <param name="claimed">Whether a claim was ever filed on it.</param>
    /// <param name="transfers">The states of its transfers.</param>
    /// <param name="pooled">Whether it is in the pool.</param>
    /// <param name="actor">Who and when.</param>
    /// <exception cref="RuleViolation"><c>lead.converted</c>, <c>lead.claimed</c>, <c>transfer.open</c>, <c>lead.transferred</c>,
    /// <c>lead.pooled</c>: others go by what it stands for.</exception>
    public void Remove(bool claimed, IReadOnlyCollection<TransferState> transfers, bool pooled, Actor actor)
    {
        var against = ProjectId is not null ? "lead.converted" : claimed ? "lead.claimed"
            : transfers.Any(t => t is TransferState.Proposed or TransferState.Accepted) ? "transfer.open"
            : transfers.Contains(TransferState.Confirmed) ? "lead.transferred" : pooled ? "lead.pooled" : null;
        if (against is not null)
        {
            throw new RuleViolation(against);
        }

        Changed(actor);
    }

    /// <summary>The lead comes back from the bin; its investor may have been renamed meanwhile.</summary>
    /// <exception cref="RuleViolation"><c>bin.investorMerged</c>.</exception>
    public void Restore(Investor investor, Actor actor)
    {
        TakeName(investor.MergedIntoId is null ? investor : throw new RuleViolation("bin.investorMerged"));
        Changed(actor);
    }

    /// <summary>Plans what to do next; it takes the place of the open step.</summary>
    /// <exception cref="RuleViolation"><c>lead.closed</c>, <c>nextStep.beforeFirstContact</c>.</exception>
    public NextStep PlanNextStep(Guid id, string what, DateOnly dueOn, Actor actor)
    {
        RefuseClosed();
        if (dueOn < FirstContactOn)
        {
            throw new RuleViolation("nextStep.beforeFirstContact", FirstContactOn);
        }

        NextStepId = id;
        NextStepDueOn = dueOn;
        Changed(actor);
        return new NextStep { Id = id, LeadId = Id, What = what, DueOn = dueOn, CreatedBy = actor.By, CreatedAt = actor.At };
    }

    /// <summary>The open step is done or cancelled; none is open then.</summary>
    /// <exception cref="RuleViolation"><c>nextStep.none</c>.</exception>
    public void FinishNextStep(Actor actor)
    {
        if (NextStepId is null)
        {
            throw new RuleViolation("nextStep.none");
        }

        (NextStepId, NextStepDueOn) = (null, null);
        Changed(actor);
    }

    /// <summary>A step that was cancelled is open again.</summary>
    /// <exception cref="RuleViolation"><c>nextStep.open</c>; <c>lead.closed</c> unless it is the step of the revisit.</exception>
    public void RestoreNextStep(NextStep step, Actor actor)
    {
        if (step.Id != RevisitStepId)
        {
            RefuseClosed();
        }

        if (NextStepId is not null)
        {
            throw new RuleViolation("nextStep.open");
        }

        step.Reopen();
        (NextStepId, NextStepDueOn) = (step.Id, step.DueOn);
        Changed(actor);
    }

    /// <summary>Whether a next step is planned, and whether its day has gone by.</summary>
    public NextStepLight Light(DateOnly today) =>
        NextStepDueOn is not { } due ? NextStepLight.None : due < today ? NextStepLight.Overdue : NextStepLight.Planned;

    /// <summary>Gives the lead to an officer, and with it to that officer's unit.</summary>
    /// <exception cref="RuleViolation"><c>lead.sameOwner</c>, <c>lead.dateBeforeFirstContact</c>.</exception>
    public Assignment Assign(Guid ownerId, Guid unitId, string reason, DateOnly occurredOn, Actor actor)
    {
        if (ownerId == OwnerId && unitId == UnitId)
        {
            throw new RuleViolation("lead.sameOwner");
        }

        if (occurredOn < FirstContactOn)
        {
            throw new RuleViolation("lead.dateBeforeFirstContact", FirstContactOn);
        }

        var (previousOwner, previousUnit) = (OwnerId, UnitId);
        (OwnerId, UnitId) = (ownerId, unitId);
        Confidentiality = Confidentiality.ReadBy(ownerId);
        Clock = Clock.Named(actor.At.OnDay());
        Changed(actor);
        return new Assignment
        {
            LeadId = Id,
            Version = Version,
            FromOwnerId = previousOwner,
            FromUnitId = previousUnit,
            ToOwnerId = ownerId,
            ToUnitId = unitId,
            Reason = reason,
            OccurredOn = occurredOn,
            ActorId = actor.By,
            RecordedAt = actor.At,
        };
    }

    /// <summary>The unit begins to assess the lead.</summary>
    public StageMove StartAssessment(DateOnly occurredOn, string? note, Actor actor)
    {
        Require(LeadStage.New);
        Clock = Clock.Named(actor.At.OnDay());
        return Move(LeadStage.Assessing, occurredOn, note, actor);
    }

    /// <summary>The assessment found the lead worth following.</summary>
    public StageMove ConcludeAssessment(DateOnly occurredOn, string note, Actor actor)
    {
        Require(LeadStage.Assessing);
        Clock = Clock.Assessed(actor.At.OnDay());
        return Move(LeadStage.Following, occurredOn, note, actor);
    }

    /// <summary>
    /// Real talks began: the lead opens a project. What continues a lead that was assessed needs no assessment of its own.
    /// </summary>
    /// <exception cref="RuleViolation">
    /// <c>lead.converted</c>, <c>lead.closed</c>, <c>lead.stageDateOrder</c>, or <c>lead.notReady</c> listing what is missing:
    /// <c>investor</c>, <c>owner</c>, <c>contact</c>, <c>assessment</c>.
    /// </exception>
    public StageMove Convert(Guid projectId, string projectName, DateOnly occurredOn, Actor actor)
    {
        RefuseClosed();
        if (Stage == LeadStage.Converted)
        {
            throw new RuleViolation("lead.converted");
        }

        (string Code, bool Missing)[] needs =
        [
            ("investor", string.IsNullOrWhiteSpace(InvestorName)),
            ("owner", OwnerId == Guid.Empty),
            ("contact", ContactCount == 0),
            ("assessment", Stage != LeadStage.Following && OriginLeadId is null),
        ];
        var missing = needs.Where(n => n.Missing).Select(n => n.Code).ToList();
        if (missing.Count > 0)
        {
            throw RuleViolation.Lacking("lead.notReady", missing);
        }

        var move = Move(LeadStage.Converted, occurredOn, null, actor);
        (ProjectId, ProjectName, ConvertedOn) = (projectId, projectName, occurredOn);
        Clock = Clock.Answered(actor.At.OnDay()).Ended(actor.At.OnDay());
        return move;
    }

    /// <summary>Keeps the lead for a later visit 留存.</summary>
    /// <exception cref="RuleViolation"><c>lead.closed</c>, <c>lead.converted</c>, <c>lead.revisitOrder</c>,
    /// <c>lead.stageDateOrder</c>.</exception>
    public StageMove Keep(ClosureReason reason, DateOnly revisitOn, DateOnly occurredOn, string? note, Actor actor, string? wentTo = null)
    {
        if (revisitOn <= occurredOn)
        {
            throw new RuleViolation("lead.revisitOrder");
        }

        return Close(LeadStage.Kept, reason, wentTo, revisitOn, occurredOn, note, actor);
    }

    /// <summary>The revisit date has come: coming back is the next step of whoever has the lead.</summary>
    /// <returns>Null when it has not come, or the step was planned before.</returns>
    public NextStep? PlanRevisit(Guid id, Actor actor)
    {
        if (Stage != LeadStage.Kept || RevisitStepId is not null || RevisitOn is not { } on || on > actor.At.OnDay())
        {
            return null;
        }

        (NextStepId, NextStepDueOn, RevisitStepId) = (id, on, id);
        Changed(actor);
        return new NextStep { Id = id, LeadId = Id, What = "按留存约定回访客商", DueOn = on, CreatedBy = actor.By, CreatedAt = actor.At };
    }

    /// <summary>The clock waits for the investor.</summary>
    /// <exception cref="RuleViolation"><c>lead.closed</c>, <c>lead.converted</c>, <c>clock.paused</c>, <c>clock.notRunning</c>.</exception>
    public void PauseClock(string reason, Actor actor)
    {
        RefuseClosed();
        if (Stage == LeadStage.Converted)
        {
            throw new RuleViolation("lead.converted");
        }

        Clock = Clock.Paused(actor.At.OnDay(), reason, actor.By);
        Changed(actor);
    }

    /// <summary>The clock runs again.</summary>
    /// <exception cref="RuleViolation"><c>clock.notPaused</c>.</exception>
    public void ResumeClock(Actor actor)
    {
        Clock = Clock.Resumed(actor.At.OnDay());
        Changed(actor);
    }

    /// <summary>The lead enters the pool, where it has no responsible owner. The pool publishes that; the lead's version stays.</summary>
    public void EnterPool(DateTimeOffset now) => (Clock, IsOnTime) = (Clock.Pooled(now.OnDay()), false);

    /// <summary>The lead is followed again by whom it was with.</summary>
    public void LeavePool(DateTimeOffset now) => (Clock, IsOnTime) = (Clock.Named(now.OnDay()), false);

    /// <summary>
    /// Brings the clock's deadlines up to date, after each change of the lead and when one has passed. The lead's version stays.
    /// </summary>
    /// <param name="terms">Calendar and times.</param>
    /// <param name="changed">
    /// Whether the lead was changed: then breaches are found by the former deadlines, and otherwise by the new ones.
    /// </param>
    /// <param name="now">Now.</param>
    /// <returns>The deadlines that have passed and were not reported before.</returns>
    public IReadOnlyList<ResponseDeadline> KeepTime(ResponseTerms terms, bool changed, DateTimeOffset now)
    {
        IReadOnlyList<ResponseDeadline> lapsed;
        Clock = changed ? Clock.Lapsed(now.OnDay(), out lapsed).Scheduled(terms) : Clock.Scheduled(terms).Lapsed(now.OnDay(), out lapsed);
        (ClockState, OpenBreaches) = (Clock.State, Clock.Breached.Count());
        DueAt = Stage == LeadStage.Kept ? RevisitStepId is null ? RevisitOn?.Begins() : null : Clock.NextOn?.AddDays(1).Begins();
        IsOnTime = true;
        return lapsed;
    }

    /// <summary>Closes the lead as invalid 无效.</summary>
    /// <exception cref="RuleViolation"><c>lead.closed</c>, <c>lead.converted</c>, <c>lead.stageDateOrder</c>.</exception>
    public StageMove Invalidate(ClosureReason reason, DateOnly occurredOn, string? note, Actor actor, string? wentTo = null) =>
        Close(LeadStage.Invalid, reason, wentTo, null, occurredOn, note, actor);

    /// <summary>Follows a closed lead again, from where it was.</summary>
    /// <exception cref="RuleViolation"><c>lead.notClosed</c>, <c>lead.stageDateOrder</c>.</exception>
    public StageMove Reopen(DateOnly occurredOn, string? note, Actor actor)
    {
        if (!IsClosed)
        {
            throw new RuleViolation("lead.notClosed");
        }

        var move = Move(ClosedFrom!.Value, occurredOn, note, actor);
        (ClosedFrom, ClosureReason, RevisitOn, WentTo, RevisitStepId) = (null, null, null, null, null);
        Clock = Clock.Restarted(actor.At.OnDay());
        return move;
    }

    /// <summary>
    /// Corrects the business date of a stage that was reached, between those of the stages before and after it. The response clock goes by
    /// the days of recording, so it stays.
    /// </summary>
    /// <param name="history">The lead's history, oldest first.</param>
    /// <param name="version">The version of the entry to correct.</param>
    /// <param name="occurredOn">The date.</param>
    /// <param name="reason">Why.</param>
    /// <param name="signedOn">When the lead's project was signed, as far as this service knows.</param>
    /// <param name="actor">Who and when.</param>
    /// <returns>The entry as it was corrected.</returns>
    /// <exception cref="RuleViolation"><c>lead.stageUnknown</c>, <c>lead.stageDateOfContact</c>, <c>lead.stageDateSame</c>,
    /// <c>lead.stageDateTooEarly</c>, <c>lead.stageDateTooLate</c>, <c>lead.revisitOrder</c>.</exception>
    public StageMove CorrectStageDate(
        IReadOnlyList<StageMove> history, long version, DateOnly occurredOn, string reason, DateOnly? signedOn, Actor actor)
    {
        var at = history.Index().Where(m => m.Item.Version == version).Select(m => m.Index).DefaultIfEmpty(-1).Single();
        if (at < 1)
        {
            throw new RuleViolation(at < 0 ? "lead.stageUnknown" : "lead.stageDateOfContact");
        }

        var move = history[at];
        var first = at == 1 ? FirstContactOn : history[at - 1].OccurredOn;
        var isLast = at == history.Count - 1;
        var last = isLast ? signedOn : history[at + 1].OccurredOn;
        if (occurredOn == move.OccurredOn)
        {
            throw new RuleViolation("lead.stageDateSame", occurredOn);
        }

        if (occurredOn < first)
        {
            throw new RuleViolation("lead.stageDateTooEarly", first);
        }

        if (occurredOn > last)
        {
            throw new RuleViolation("lead.stageDateTooLate", last.Value);
        }

        if (occurredOn >= move.RevisitOn)
        {
            throw new RuleViolation("lead.revisitOrder");
        }

        move.Correct(new StageDateCorrection
        {
            PreviousOn = move.OccurredOn,
            OccurredOn = occurredOn,
            Reason = reason,
            ActorId = actor.By,
            RecordedAt = actor.At,
        });
        StageOn = isLast ? occurredOn : StageOn;
        ConvertedOn = move.To == LeadStage.Converted ? occurredOn : ConvertedOn;
        Changed(actor);
        return move;
    }

    /// <summary>Places the lead on a node, and so on its chain; null takes it off.</summary>
    public void PlaceOnNode(string? nodeCode, Actor actor)
    {
        (NodeCode, ChainCode) = (nodeCode, nodeCode is null ? null : IndustryChains.OfNode(nodeCode)!.Code);
        Changed(actor);
    }

    public void Describe(string? title, string? summary, Actor actor)
    {
        (Title, Summary) = (title, summary);
        TitleKey = title is null ? null : NameSearch.KeyOf(title);
        TitlePairs = TitleKey is null ? null : NameSearch.PairsOf(TitleKey);
        Changed(actor);
    }

    public void Estimate(Money? investment, Actor actor)
    {
        (EstimatedAmount, EstimatedCurrency) = (investment?.Amount, investment?.Currency);
        Changed(actor);
    }

    public void ComeFrom(string? region, Actor actor)
    {
        SourceRegion = region;
        Changed(actor);
    }

    /// <summary>The lead's investor has another name.</summary>
    public void RenameInvestor(Investor investor, Actor actor)
    {
        TakeName(investor);
        Changed(actor);
    }

    /// <summary>The lead's investor became part of another one, or parted from it.</summary>
    public void GoTo(Investor investor, Actor actor)
    {
        InvestorId = investor.Id;
        TakeName(investor);
        Changed(actor);
    }

    /// <summary>
    /// Makes the lead confidential 涉密 or open, by who decides about it. The owner always reads. Deciding on an officer's proposal confirms
    /// it.
    /// </summary>
    public void Restrict(bool confidential, IEnumerable<Guid> readers, Actor actor)
    {
        (Confidentiality, ConfidentialityProposedBy) = (Confidentiality.Set(confidential, readers.Append(OwnerId)), null);
        Changed(actor);
    }

    /// <summary>
    /// The owner proposes that the lead is confidential. It is from now on, so that nothing gets out until a head decides; until then the
    /// owner may change it or take it back.
    /// </summary>
    /// <exception cref="RuleViolation"><c>lead.confidentialByHead</c>: a head has decided that it is confidential.</exception>
    public void ProposeToRestrict(bool confidential, IEnumerable<Guid> readers, Actor actor)
    {
        if (Confidential && ConfidentialityProposedBy is null)
        {
            throw new RuleViolation("lead.confidentialByHead");
        }

        Restrict(confidential, readers, actor);
        ConfidentialityProposedBy = confidential ? actor.By : null;
    }

    /// <summary>Lets somebody more read the confidential lead.</summary>
    public void Admit(Guid reader, Actor actor)
    {
        Confidentiality = Confidentiality.Set(true, [.. Readers, reader]);
        Changed(actor);
    }

    /// <summary>The confidentiality of the lead's project was set, or its owner changed.</summary>
    /// <returns>False when nothing changes.</returns>
    public bool Follow(Confidentiality ofProject, Actor actor)
    {
        var followed = Confidentiality.Over(ofProject).ReadBy(OwnerId);
        if (followed == Confidentiality)
        {
            return false;
        }

        ConfidentialityProposedBy = followed.Revision == ConfidentialityRevision ? ConfidentialityProposedBy : null;
        Confidentiality = followed;
        Changed(actor);
        return true;
    }

    /// <summary>Lets a unit and its officer read on.</summary>
    public void ShareWith(Guid unitId, Guid ownerId, Actor actor)
    {
        // What a transfer gave does not end with the collaboration.
        Collaborators = [.. Collaborators.Where(c => c != ownerId)];
        SharedWith = [.. SharedWith.Append(unitId).Append(ownerId).Distinct().Order()];
        Changed(actor);
    }

    /// <summary>Names the officers who help with the lead, in place of the present ones.</summary>
    public void CollaborateWith(IEnumerable<Guid> officers, Actor actor)
    {
        var others = SharedWith.Except(Collaborators).ToList();
        Collaborators = [.. officers.Except(others).Where(o => o != OwnerId).Distinct().Order()];
        SharedWith = [.. others.Concat(Collaborators).Order()];
        Changed(actor);
    }

    /// <summary>
    /// Records that an enterprise of this journey moved in; of several the earliest day counts, in whatever order the events arrive.
    /// </summary>
    /// <returns>False when an earlier or the same day was noted before.</returns>
    public bool MovedIn(DateOnly occurredOn, Actor actor)
    {
        if (MovedInOn <= occurredOn)
        {
            return false;
        }

        MovedInOn = occurredOn;
        Changed(actor);
        return true;
    }

    /// <summary>An import is reverted: the lead is removed, or has its former values.</summary>
    public void UndoImport(Actor actor) => Changed(actor);

    private StageMove Close(
        LeadStage to, ClosureReason reason, string? wentTo, DateOnly? revisitOn, DateOnly occurredOn, string? note, Actor actor)
    {
        RefuseClosed();
        if (Stage == LeadStage.Converted)
        {
            throw new RuleViolation("lead.converted");
        }

        var from = Stage;
        var move = Move(to, occurredOn, note, actor, (reason, revisitOn, wentTo));
        (ClosedFrom, ClosureReason, RevisitOn, WentTo, RevisitStepId) = (from, reason, revisitOn, wentTo, null);
        (NextStepId, NextStepDueOn) = (null, null);
        Clock = Clock.Ended(actor.At.OnDay());
        return move;
    }

    private void Require(LeadStage stage)
    {
        RefuseClosed();
        if (Stage != stage)
        {
            throw new RuleViolation("lead.wrongStage");
        }
    }

    private void RefuseClosed()
    {
        if (IsClosed)
        {
            throw new RuleViolation("lead.closed");
        }
    }

    private StageMove Move(
        LeadStage to, DateOnly occurredOn, string? note, Actor actor,
        (ClosureReason Reason, DateOnly? RevisitOn, string? WentTo)? closure = null)
    {
        if (occurredOn < StageOn)
        {
            throw new RuleViolation("lead.stageDateOrder", StageOn);
        }

        var from = Stage;
        (Stage, StageOn) = (to, occurredOn);
        Changed(actor);
        return new StageMove
        {
            LeadId = Id,
            Version = Version,
            From = from,
            To = to,
            OccurredOn = occurredOn,
            Note = note,
            ClosureReason = closure?.Reason,
            RevisitOn = closure?.RevisitOn,
            WentTo = closure?.WentTo,
            ActorId = actor.By,
            RecordedAt = actor.At,
        };
    }

    private void TakeName(Investor investor)
    {
        InvestorName = investor.Name;
        var marks = NameMarks.Of(investor.SearchTokens);
        (NameMarks1, NameMarks2, NameMarks3, NameMarks4) = (marks[0], marks[1], marks[2], marks[3]);
        (NameMarks5, NameMarks6, NameMarks7, NameMarks8) = (marks[4], marks[5], marks[6], marks[7]);
    }

    private void Changed(Actor actor)
    {
        IsOnTime = false;
        UpdatedAt = actor.At;
        Touch();
    }
}

/// <summary>Who does something, and when it is recorded.</summary>
internal readonly record struct Actor(Guid By, DateTimeOffset At);

/// <summary>State of a lead's next step 下一步: 无, 已计划, 已逾期.</summary>
public enum NextStepLight { None, Planned, Overdue }

/// <summary>
/// Why a lead is kept or invalid: 时机未到, 资金未落实, 选址不符, 政策不符, 已落户他处, 联系不上, 信息不实, 重复, 不属招商范围, 其他.
/// </summary>
public enum ClosureReason
{
    NotYet, FundsPending, SiteUnsuitable, PolicyMismatch, WentElsewhere, NoAnswer, NotGenuine, Duplicate,
    OutOfScope, Other
}
