using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Pipeline.Journeys;
using Qibin.Crm.Pipeline.Rates;
using Qibin.Crm.Pipeline.Reports;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Pipeline.Targets;

/// <summary>What one unit and its owner are credited with for one project: a score is a sum of these and of nothing else.</summary>
internal sealed class Credit : IScoped
{
    public required Indicator Indicator { get; init; }
    public required Guid LeadId { get; init; }
    public required Guid ProjectId { get; init; }
    public required JourneyStatus Status { get; init; }

    /// <summary>Since when the project counts; of funds the day of the last payment.</summary>
    public required DateOnly On { get; init; }

    /// <summary>The amounts as they were agreed or paid; none of a number of projects.</summary>
    public required IReadOnlyList<Money> Amounts { get; init; }

    public required Guid UnitId { get; init; }
    public required Guid OwnerId { get; init; }
    public required string? ChainCode { get; init; }

    /// <summary>In basis points.</summary>
    public required int Share { get; init; }

    public required decimal Value { get; init; }

    /// <summary>What confidential journeys are credited with is made for their readers only.</summary>
    public bool Confidential => false;

    public Guid[] Readers => [];
}

/// <summary>
/// What a year's achievements are and whose. A project counts once, by <see cref="Counting"/>, whatever its status; an excluded one does
/// not. Its credit goes to the unit and the owner on the day asked for; once a transfer of its lead was confirmed, it is
/// divided by the shares agreed last, each unit's part to the owner who had it last there.
/// </summary>
internal static class Credits
{
    /// <param name="db">The database; called within one snapshot.</param>
    /// <param name="period">The year, the day and the instant.</param>
    /// <param name="indicators">What is asked for.</param>
    /// <param name="caller">Whose rows: the journeys that the caller sees, and of them what is credited to units and owners in
    /// reach.</param>
    /// <param name="clock">For the rates of now.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The credits, and the rates of the day that amounts were converted by; null when no amount is asked for.</returns>
    /// <exception cref="Refusal">409 <c>rate.missing</c>.</exception>
    public static async Task<(IReadOnlyList<Credit> Credits, Conversion? Conversion)> CreditsAsync(
        this PipelineDb db, Period period, IReadOnlyCollection<Indicator> indicators, Caller caller, TimeProvider clock,
            CancellationToken ct)
    {
        var reached = await ReachedAsync(db, period, indicators, caller, ct);
        var paid = indicators.Contains(Indicator.PaidInFunds) ? await PaidInAsync(db, period, caller, ct) : [];
        var ids = reached.Keys.Select(k => k.LeadId).Concat(paid.Keys).Distinct().ToArray();
        var stood = (await db.IntervalsOn(period.Moment).Where(s => ids.Contains(s.LeadId) && s.ProjectId != null).ToListAsync(ct))
            .ToDictionary(s => s.LeadId);
        var excluded = await ExcludedAsync(db, period, ids, ct);
        var achieved =
            from indicator in indicators
            from s in stood.Values
            where !excluded.Contains((indicator, s.LeadId))
            let day = indicator.Milestone() is { } kind ? reached.GetValueOrDefault((s.LeadId, kind))
                : paid.GetValueOrDefault(s.LeadId)?.Max(p => p.On)
            where day is not null
            let amounts = AmountsOf(indicator, s, paid)
            where !indicator.IsAmount() || amounts.Count > 0
            select (Indicator: indicator, Stood: s, On: day.Value, Amounts: amounts);
        var all = achieved.ToList();
        var conversion = indicators.Any(i => i.IsAmount())
            ? await db.ConversionAsync(Conversion.Home, period.Moment, all.SelectMany(a => a.Amounts).Select(m => m.Currency), clock, ct)
            : null;
        var shares = await SharesAsync(db, period, ids, ct);
        var credits =
            from a in all
            let s = a.Stood
            let shared = shares.GetValueOrDefault(s.LeadId)
            from part in Parts.Divide(
                a.Indicator.IsAmount() ? conversion!.Convert(a.Amounts).Amount : 1,
                shared?.Shares ?? [new TransferShare { UnitId = s.UnitId, Credit = Parts.Whole, Tax = Parts.Whole }],
                    a.Indicator.Decimals())
            select new Credit
            {
                Indicator = a.Indicator,
                LeadId = s.LeadId,
                ProjectId = s.ProjectId!.Value,
                Status = s.Status,
                On = a.On,
                Amounts = a.Amounts,
                UnitId = part.UnitId,
                OwnerId = part.UnitId == s.UnitId ? s.OwnerId : shared?.Owners.GetValueOrDefault(part.UnitId, s.OwnerId) ?? s.OwnerId,
                ChainCode = s.ChainCode,
                Share = part.Share,
                Value = part.Value,
            };
        return ([.. credits.AsQueryable().ReadableBy(caller)], conversion);
    }

    /// <summary>What the indicator counts of a project, per currency; nothing where projects are counted.</summary>
    private static List<Money> AmountsOf(Indicator indicator, Interval stood, Dictionary<Guid, List<(DateOnly On, Money Amount)>> paid) =>
        !indicator.IsAmount() ? []
        : [.. (indicator == Indicator.PaidInFunds ? paid[stood.LeadId].Select(p => p.Amount)
            : stood.Amounts.Select(a => new Money(a.Contract, a.Currency))).PerCurrency()];

    /// <summary>Since when which project counts for which milestone in the year.</summary>
    private static async Task<Dictionary<(Guid LeadId, MilestoneKind Kind), DateOnly?>> ReachedAsync(
        PipelineDb db, Period period, IReadOnlyCollection<Indicator> indicators, Caller caller, CancellationToken ct)
    {
        var kinds = indicators.Select(i => i.Milestone()).OfType<MilestoneKind>().Distinct().ToArray();
        var (first, day, known) = (period.First, period.Day, period.KnownAt);
        // Those reached in the year, with all other times that the same project reached the same.
        var reachings = await (
            from m in db.Milestones.AsNoTracking()
            join h in db.AllJourneys.ReadableBy(caller) on m.LeadId equals h.LeadId
            where kinds.Contains(m.Kind) && m.OccurredOn <= day && (known == null || m.RecordedAt <= known)
                && db.Milestones.Any(y => y.LeadId == m.LeadId && y.Kind == m.Kind && y.OccurredOn >= first && y.OccurredOn <= day)
            select new { m.LeadId, m.Kind, m.OccurredOn, m.TakenBackOn, m.TakenBackAt }).ToListAsync(ct);
        return reachings.GroupBy(r => (r.LeadId, r.Kind)).ToDictionary(
            g => g.Key,
            g => Counting.CountedOn(
                [.. g.Select(r => new Reaching(r.OccurredOn, known is null || r.TakenBackAt <= known ? r.TakenBackOn : null))], period.Year,
                day));
    }

    /// <summary>What was paid into which project in the year, corrections included.</summary>
    private static async Task<Dictionary<Guid,
        List<(DateOnly On, Money Amount)>>> PaidInAsync(PipelineDb db, Period period, Caller caller, CancellationToken ct)
    {
        var (first, day, known) = (period.First, period.Day, period.KnownAt);
        var events = await (
            from f in db.Received.AsNoTracking()
            join h in db.AllJourneys.ReadableBy(caller) on f.LeadId equals (Guid?)h.LeadId
            where f.Type == nameof(FundsPaidIn) && f.OccurredOn >= first && f.OccurredOn <= day && (known == null || f.RecordedAt <= known)
            select f).ToListAsync(ct);
        return events.Read().GroupBy(s => s.Row.LeadId!.Value)
            .ToDictionary(g => g.Key, g => g.Select(s => (s.Row.OccurredOn, ((FundsPaidIn)s.Event).Amount)).ToList());
    }

    private static async Task<HashSet<(Indicator, Guid)>> ExcludedAsync(PipelineDb db, Period period, Guid[] ids, CancellationToken ct)
    {
        var (year, known) = (period.Year, period.KnownAt);
        var entries = await db.Exclusions.AsNoTracking()
            .Where(e => e.Year == year && ids.Contains(e.LeadId) && (known == null || e.EnteredAt <= known)).ToListAsync(ct);
        return [.. entries.GroupBy(e => (e.Indicator, e.LeadId)).Where(g => g.MaxBy(e => e.EnteredAt)!.Excluded).Select(g => g.Key)];
    }

    /// <summary>The shares confirmed last, of those that were transferred, and who had the journey last in which unit.</summary>
    private static async Task<Dictionary<Guid, (IReadOnlyList<TransferShare> Shares, Dictionary<Guid, Guid> Owners)?>> SharesAsync(
        PipelineDb db, Period period, Guid[] ids, CancellationToken ct)
    {
        var (day, known) = (period.Day, period.KnownAt);
        var events = db.Received.AsNoTracking().Where(f => f.OccurredOn <= day && (known == null || f.RecordedAt <= known));
        var moves = (await events.Where(f => f.Type == nameof(TransferMoved) && ids.Contains(f.LeadId!.Value)).ToListAsync(ct)).Read();
        var shares = moves.Where(s => s.Event is TransferMoved { State: TransferState.Confirmed, Shares.Count: > 0 })
            .GroupBy(s => s.Row.LeadId!.Value).ToDictionary(g => g.Key, g => ((TransferMoved)g.MaxBy(s => s.Row.RecordedAt)!.Event).Shares);
        var shared = shares.Keys.ToArray();
        var told = (await events.Where(f => shared.Contains(f.LeadId!.Value)).ToListAsync(ct)).Read().ToLookup(s => s.Row.LeadId!.Value);
        return shares.ToDictionary(
            s => s.Key, s => ((IReadOnlyList<TransferShare>, Dictionary<Guid, Guid>)?)(s.Value, Owners(told[s.Key])));
    }

    /// <summary>By unit, the owner of the journey while the unit had it last: of the lead, and then of the project.</summary>
    private static Dictionary<Guid, Guid> Owners(IEnumerable<ReadEvent> told)
    {
        var owners = new Dictionary<Guid, Guid>();
        foreach (var e in told.OrderBy(e => e.Event is IProjectEvent).ThenBy(e => e.Rank))
        {
            if (e.Event is ILeadEvent { Lead: var lead })
            {
                owners[lead.UnitId] = lead.OwnerId;
            }
            else if (e.Event is IProjectEvent { Project: var project })
            {
                owners[project.UnitId] = project.OwnerId;
            }
        }

        return owners;
    }
}
