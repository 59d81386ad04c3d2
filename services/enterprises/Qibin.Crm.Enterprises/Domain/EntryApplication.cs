using System.Globalization;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Enterprises.Domain;

/// <summary>Who takes a step, when it happened in the trade, and when it was recorded by whom.</summary>
/// <param name="On">Business date.</param>
/// <param name="OfficerId">Who took it.</param>
/// <param name="RecordedBy">Who recorded it: the same person, or an integration.</param>
/// <param name="At">Now.</param>
/// <param name="Opinion">The opinion or reason that was given.</param>
/// <param name="Brought">An integration records what people did elsewhere; who they were is known only where it names one.</param>
public sealed record Step(
    DateOnly On, Guid OfficerId, Guid RecordedBy, DateTimeOffset At, string? Opinion = null, bool Brought = false)
{
    /// <summary>Whether it is known that this person took it.</summary>
    public bool IsBy(Guid officerId) => OfficerId == officerId && (!Brought || OfficerId != RecordedBy);
}

/// <summary>One move of an application. Moves are never changed or deleted.</summary>
public sealed class EntryMove
{
    public required Guid ApplicationId { get; init; }

    /// <summary>From 1, in the order of the moves.</summary>
    public required int Number { get; init; }

    /// <summary>Null when it was drafted.</summary>
    public EntryState? From { get; init; }

    public required EntryState To { get; init; }
    public required DateOnly On { get; init; }
    public required Guid OfficerId { get; init; }
    public required Guid RecordedBy { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
    public string? Opinion { get; init; }
}

/// <summary>One reviewer's score sheet and opinion.</summary>
public sealed class EntryReview
{
    public required Guid ApplicationId { get; init; }
    public required int Number { get; init; }

    /// <summary>A returned application is reviewed anew; only the reviews of its last round count.</summary>
    public required int Round { get; init; }

    public required int SheetVersion { get; init; }

    /// <summary>In the order of the sheet's indicators.</summary>
    public required int[] Points { get; init; }

    public required string[] Vetoes { get; init; }
    public required DateOnly On { get; init; }
    public required Guid ReviewerId { get; init; }
    public required Guid RecordedBy { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
    public required string Opinion { get; init; }
    public int Total => Points.Sum();
}

/// <summary>Outcome of a fair-competition review 公平竞争审查: passed 通过, exempt 适用例外规定, failed 不通过.</summary>
public enum FairCompetitionConclusion { Passed, Exempt, Failed }

/// <summary>The fair-competition review on record.</summary>
public sealed record FairCompetitionReview(FairCompetitionConclusion Conclusion, string DocumentNumber, DateOnly On, Guid OfficerId);

/// <summary>The content of an application.</summary>
/// <param name="SpaceIds">Spaces of the premises.</param>
/// <param name="WantedFrom">First day.</param>
/// <param name="WantedTo">First day no longer wanted; null for no end.</param>
/// <param name="PreferentialTerms">Preferential terms 优惠条件 that are promised; null when none are.</param>
/// <param name="Note">A note.</param>
public sealed record EntryWish(Guid[] SpaceIds, DateOnly WantedFrom, DateOnly? WantedTo, string? PreferentialTerms, string? Note);

/// <summary>An enterprise's application for spaces 入驻申请, from draft to moved in and left.</summary>
public sealed class EntryApplication : Aggregate, IConfidential
{
    private readonly List<EntryMove> _moves = [];
    private readonly List<EntryReview> _reviews = [];
    private readonly List<Occupation> _occupations = [];

    private EntryApplication()
    {
    }

    [Audited]
    public string Code { get; private init; } = "";
    public Guid EnterpriseId { get; private init; }
    public Guid? ProjectId { get; private init; }
    public Guid[] SpaceIds { get; private set; } = [];
    public DateOnly WantedFrom { get; private set; }
    public DateOnly? WantedTo { get; private set; }
    [Audited]
    public string? PreferentialTerms { get; private set; }
    public string? Note { get; private set; }
    public EntryState State { get; private set; }

    /// <summary>Business date of the present state.</summary>
    public DateOnly StateOn { get; private set; }

    /// <summary>Business date of the last step, be it a further review; no step may lie before it.</summary>
    public DateOnly LastOn { get; private set; }

    /// <summary>Number of times it was accepted.</summary>
    public int Round { get; private set; }

    public FairCompetitionReview? FairCompetition { get; private set; }

    /// <summary>Number of the entry agreement 入驻协议.</summary>
    [Audited]
    public string? AgreementNumber { get; private set; }

    public Guid? TenancyId { get; private set; }
    public Guid DraftedBy { get; private init; }
    public bool Confidential { get; private init; }
    public Guid[] Readers { get; private init; } = [];
    public DateTimeOffset RecordedAt { get; private init; }
    public DateTimeOffset UpdatedAt { get; private set; }
    public IReadOnlyList<EntryMove> Moves => _moves;
    public IReadOnlyList<EntryReview> Reviews => _reviews;
    public IReadOnlyList<Occupation> Occupations => _occupations;

    public static EntryApplication Draft(string code, Enterprise enterprise, Guid? projectId, EntryWish wish, Step step)
    {
        ArgumentNullException.ThrowIfNull(enterprise);
        ArgumentNullException.ThrowIfNull(step);
        var (confidential, readers) = enterprise.CoverOf(projectId);
        var application = new EntryApplication
        {
            Id = Guid.CreateVersion7(step.At),
            Code = code,
            EnterpriseId = enterprise.Id,
            ProjectId = projectId,
            DraftedBy = step.OfficerId,
            Confidential = confidential,
            Readers = readers,
            RecordedAt = step.At,
        };
        application.Ask(wish);
        application.Move(EntryState.Draft, step, from: null);
        return application;
    }

    /// <summary>Changes the content, while nobody has accepted it.</summary>
    /// <exception cref="RuleViolation"><c>entry.wrongState</c>.</exception>
    public void Amend(EntryWish wish, DateTimeOffset at)
    {
        From(EntryState.Draft, EntryState.Returned);
        Ask(wish);
        UpdatedAt = at;
        Touch();
    }

    /// <summary>受理: accepts the application; one that was returned starts a new round of reviews.</summary>
    /// <exception cref="RuleViolation"><c>entry.wrongState</c>, <c>entry.ownDraft</c>, <c>entry.beforePrevious</c>.</exception>
    public EntryState Accept(Step step)
    {
        var from = From(EntryState.Draft, EntryState.Returned);
        RefuseOwn(step, "entry.ownDraft", [DraftedBy]);
        Round++;
        return Move(EntryState.Accepted, step, from);
    }

    /// <summary>评审: one reviewer's sheet. The first of a round moves the application; further ones are added.</summary>
    /// <param name="step">The opinion is needed.</param>
    /// <param name="points">In the order of the sheet's indicators.</param>
    /// <param name="vetoes">Codes of veto grounds.</param>
    public EntryState Review(Step step, int[] points, string[] vetoes)
    {
        ArgumentNullException.ThrowIfNull(step);
        var from = From(EntryState.Accepted, EntryState.Reviewing);
        RefuseOwn(step, "entry.ownDraft", [DraftedBy]);
        NotBefore(step.On);
        _reviews.Add(new EntryReview
        {
            ApplicationId = Id,
            Number = _reviews.Count + 1,
            Round = Round,
            SheetVersion = ScoreSheet.Version,
            Points = points,
            Vetoes = vetoes,
            On = step.On,
            ReviewerId = step.OfficerId,
            RecordedBy = step.RecordedBy,
            RecordedAt = step.At,
            Opinion = step.Opinion ?? "",
        });
        if (from == EntryState.Accepted)
        {
            return Move(EntryState.Reviewing, step, from);
        }

        (LastOn, UpdatedAt) = (step.On, step.At);
        Touch();
        return from;
    }

    /// <summary>公平竞争审查: records the review, before approval.</summary>
    public void RecordFairCompetition(FairCompetitionReview review, DateTimeOffset at)
    {
        From(EntryState.Draft, EntryState.Returned, EntryState.Accepted, EntryState.Reviewing);
        FairCompetition = review;
        UpdatedAt = at;
        Touch();
    }

    /// <summary>
    /// 通过: reserves the spaces. Needs a review, a mean score of at least the pass mark, no veto, and for preferential terms a
    /// fair-competition review that did not fail; and somebody who took none of the steps before (<c>entry.ownApproval</c>).
    /// </summary>
    public EntryState Approve(Step step)
    {
        ArgumentNullException.ThrowIfNull(step);
        var from = From(EntryState.Accepted, EntryState.Reviewing);
        var reviews = _reviews.FindAll(r => r.Round == Round);
        RefuseOwn(step, "entry.ownApproval", [DraftedBy, .. WhoTook(EntryState.Accepted), .. reviews.Select(r => r.ReviewerId)]);
        List<string> missing = [];
        if (reviews.Count == 0)
        {
            missing.Add("review");
        }

        if (PreferentialTerms is not null && FairCompetition is null)
        {
            missing.Add("fairCompetitionReview");
        }

        if (missing.Count > 0)
        {
            throw RuleViolation.Lacking("entry.approvalLacks", missing);
        }

        if (FairCompetition?.On > step.On)
        {
            throw new RuleViolation("entry.beforePrevious", FairCompetition.On.ToString("O", CultureInfo.InvariantCulture));
        }

        if (PreferentialTerms is not null && FairCompetition!.Conclusion == FairCompetitionConclusion.Failed)
        {
            throw new RuleViolation("entry.fairCompetitionFailed");
        }

        if (reviews.SelectMany(r => r.Vetoes).Distinct().ToList() is { Count: > 0 } vetoes)
        {
            var grounds = ScoreSheet.Vetoes.Where(v => vetoes.Contains(v.Code)).Select(v => new ProblemText(v.Name, v.NameEn));
            throw new RuleViolation("entry.vetoStands", ProblemText.List([.. grounds]));
        }

        var mean = (decimal)reviews.Sum(r => r.Total) / reviews.Count;
        if (mean < ScoreSheet.PassMark)
        {
            throw new RuleViolation("entry.scoreTooLow", decimal.Round(mean, 1), ScoreSheet.PassMark);
        }

        Move(EntryState.Approved, step, from);
        foreach (var space in SpaceIds)
        {
            _occupations.Add(new Occupation { ApplicationId = Id, SpaceId = space, From = WantedFrom, Until = WantedTo });
        }

        return from;
    }

    /// <summary>签订协议.</summary>
    public EntryState Agree(Step step, string? agreementNumber)
    {
        var from = From(EntryState.Approved);
        AgreementNumber = agreementNumber;
        return Move(EntryState.Agreed, step, from);
    }

    /// <summary>交付.</summary>
    public EntryState HandOver(Step step) => Move(EntryState.HandedOver, step, From(EntryState.Agreed));

    /// <summary>入驻: opens the tenancy; the spaces count as occupied from this day when it lies before the wanted one.</summary>
    /// <exception cref="RuleViolation">
    /// <c>entry.wrongState</c>, <c>entry.ownMoveIn</c>, <c>entry.beforePrevious</c> or <c>entry.termOver</c>.
    /// </exception>
    public Tenancy MoveIn(Step step, string tenancyCode, Guid? leadId)
    {
        ArgumentNullException.ThrowIfNull(step);
        var from = From(EntryState.HandedOver);
        RefuseOwn(step, "entry.ownMoveIn", WhoTook(EntryState.Approved));
        if (WantedTo <= step.On)
        {
            throw new RuleViolation("entry.termOver", WantedTo.Value.ToString("O", CultureInfo.InvariantCulture));
        }

        Move(EntryState.MovedIn, step, from);
        foreach (var occupation in _occupations.Where(o => o.From > step.On))
        {
            occupation.From = step.On;
        }

        var tenancy = Tenancy.Open(tenancyCode, this, leadId, step.On, step.At);
        TenancyId = tenancy.Id;
        return tenancy;
    }

    /// <summary>离园: the spaces are free from this day.</summary>
    public EntryState Leave(Step step)
    {
        ArgumentNullException.ThrowIfNull(step);
        var from = From(EntryState.MovedIn);
        Move(EntryState.Left, step, from);
        _occupations.RemoveAll(o => o.From >= step.On);
        foreach (var occupation in _occupations.Where(o => o.Until is null || o.Until > step.On))
        {
            occupation.Until = step.On;
        }

        return from;
    }

    /// <summary>退回: returns it to the applicant for correction; a reservation ends.</summary>
    public EntryState Return(Step step) => Drop(EntryState.Returned, step, EntryState.Accepted, EntryState.Reviewing, EntryState.Approved);

    /// <summary>否决.</summary>
    public EntryState Veto(Step step) => Drop(EntryState.Vetoed, step, EntryState.Accepted, EntryState.Reviewing);

    /// <summary>撤回: the applicant withdraws; a reservation ends.</summary>
    public EntryState Withdraw(Step step) => Drop(
        EntryState.Withdrawn, step,
        EntryState.Draft, EntryState.Returned, EntryState.Accepted, EntryState.Reviewing, EntryState.Approved, EntryState.Agreed,
            EntryState.HandedOver);

    private EntryState Drop(EntryState to, Step step, params ReadOnlySpan<EntryState> allowed)
    {
        var from = From(allowed);
        _occupations.Clear();
        return Move(to, step, from);
    }

    /// <summary>Who took the latest step into a state.</summary>
    private IEnumerable<Guid> WhoTook(EntryState state) => _moves.Where(m => m.To == state).TakeLast(1).Select(m => m.OfficerId);

    /// <summary>Four eyes: nobody decides on what that person did before.</summary>
    private static void RefuseOwn(Step step, string code, IEnumerable<Guid> before)
    {
        if (before.Any(step.IsBy))
        {
            throw new RuleViolation(code);
        }
    }

    private EntryState From(params ReadOnlySpan<EntryState> allowed) =>
        allowed.Contains(State)
            ? State
            : throw new RuleViolation("entry.wrongState", NameOf(State), ProblemText.List([.. allowed.ToArray().Select(NameOf)]));

    private void Ask(EntryWish wish)
    {
        ArgumentNullException.ThrowIfNull(wish);
        if (wish.WantedTo <= wish.WantedFrom)
        {
            throw new RuleViolation("entry.termEmpty");
        }

        (SpaceIds, WantedFrom, WantedTo) = ([.. wish.SpaceIds.Distinct()], wish.WantedFrom, wish.WantedTo);
        (PreferentialTerms, Note) = (wish.PreferentialTerms, wish.Note);
    }

    private EntryState Move(EntryState to, Step step, EntryState? from)
    {
        ArgumentNullException.ThrowIfNull(step);
        if (from is not null)
        {
            NotBefore(step.On);
        }

        _moves.Add(new EntryMove
        {
            ApplicationId = Id,
            Number = _moves.Count + 1,
            From = from,
            To = to,
            On = step.On,
            OfficerId = step.OfficerId,
            RecordedBy = step.RecordedBy,
            RecordedAt = step.At,
            Opinion = step.Opinion,
        });
        (State, StateOn, LastOn, UpdatedAt) = (to, step.On, step.On, step.At);
        Touch();
        return from ?? to;
    }

    private void NotBefore(DateOnly on)
    {
        if (on < LastOn)
        {
            throw new RuleViolation("entry.beforePrevious", LastOn.ToString("O", CultureInfo.InvariantCulture));
        }
    }

    /// <summary>The name of a state; the English one is the word of the API.</summary>
    public static ProblemText NameOf(EntryState state) => new(
        state switch
        {
            EntryState.Draft => "草稿",
            EntryState.Accepted => "受理",
            EntryState.Reviewing => "评审中",
            EntryState.Approved => "通过",
            EntryState.Agreed => "已签协议",
            EntryState.HandedOver => "已交付",
            EntryState.MovedIn => "已入驻",
            EntryState.Left => "已离园",
            EntryState.Returned => "退回",
            EntryState.Vetoed => "否决",
            _ => "撤回",
        },
        char.ToLowerInvariant(state.ToString()[0]) + state.ToString()[1..]);
}
