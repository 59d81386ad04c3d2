using Qibin.Crm.Contracts.Projects;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Pipeline.Domain;

/// <summary>What the sums of one currency have more from a business day on.</summary>
internal sealed record Entry(DateOnly From, string Currency, decimal PaidIn, decimal Completed);

/// <summary>What a project was on each business day from its opening on.</summary>
internal sealed record ProjectSteps
{
    /// <summary>The business date of its first event; null before it is known.</summary>
    public DateOnly? OpenedOn { get; init; }

    public Step<StageSince>[] Stage { get; init; } = [];
    public Step<JourneyStatus>[] Status { get; init; } = [];
    public Step<Guid>[] OwnerId { get; init; } = [];
    public Step<Guid>[] UnitId { get; init; } = [];
    public Step<string?>[] ChainCode { get; init; } = [];
    public Step<string?>[] NodeCode { get; init; } = [];
    public Step<Money?>[] Contract { get; init; } = [];
    public Step<DateOnly?>[] MovedInOn { get; init; } = [];

    /// <summary>Funds and completed investment add up.</summary>
    public Entry[] Entries { get; init; } = [];

    public ProjectSteps With(ProjectState? was, ProjectState now, DateOnly day, Rank rank) => this with
    {
        OpenedOn = was is null ? day : OpenedOn,
        Stage = Stage.Changed(was, now, p => new StageSince(Stages.Of(p.Stage), p.StageOn), day, rank),
        Status = Status.Changed(was, now, p => Stages.StatusOf(p.Status), day, rank),
        OwnerId = OwnerId.Changed(was, now, p => p.OwnerId, day, rank),
        UnitId = UnitId.Changed(was, now, p => p.UnitId, day, rank),
        ChainCode = ChainCode.Changed(was, now, p => p.ChainCode, day, rank),
        NodeCode = NodeCode.Changed(was, now, p => p.NodeCode, day, rank),
        Contract = Contract.Changed(was, now, p => p.ContractAmount, day, rank),
        MovedInOn = MovedInOn.Changed(was, now, p => p.MovedInOn, day, rank),
        Entries = Added(was, now, day),
    };

    /// <summary>The days on which something changes.</summary>
    public IEnumerable<DateOnly> Days() =>
    [
        .. Stage.Select(s => s.From), .. Status.Select(s => s.From), .. OwnerId.Select(s => s.From), .. UnitId.Select(s => s.From),
        .. ChainCode.Select(s => s.From), .. NodeCode.Select(s => s.From), .. Contract.Select(s => s.From),
            .. MovedInOn.Select(s => s.From),
        .. Entries.Select(e => e.From),
    ];

    private Entry[] Added(ProjectState? was, ProjectState now, DateOnly day)
    {
        Entry[] more =
        [
            .. from money in Entered(now.PaidIn, was?.PaidIn).Select(m => new Entry(day, m.Currency, m.Amount, 0))
                   .Concat(Entered(now.CompletedInvestment, was?.CompletedInvestment).Select(m => new Entry(day, m.Currency, 0, m.Amount)))
               group money by money.Currency into sums
               let entry = new Entry(day, sums.Key, sums.Sum(e => e.PaidIn), sums.Sum(e => e.Completed))
               where entry is not { PaidIn: 0, Completed: 0 }
               select entry,
        ];
        return more.Length == 0 ? Entries :
        [
            .. from entry in Entries.Concat(more)
               group entry by (entry.From, entry.Currency) into sums
               let entry = new Entry(sums.Key.From, sums.Key.Currency, sums.Sum(e => e.PaidIn), sums.Sum(e => e.Completed))
               where entry is not { PaidIn: 0, Completed: 0 }
               orderby entry.From
               select entry,
        ];
    }

    private static IEnumerable<(string Currency, decimal Amount)> Entered(Money[] now, Money[]? was) =>
        now.Select(m => (m.Currency, m.Amount)).Concat((was ?? []).Select(m => (m.Currency, -m.Amount)));
}
