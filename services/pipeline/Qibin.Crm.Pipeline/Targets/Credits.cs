namespace Qibin.Crm.Pipeline.Targets;

/// <summary>What one unit and its owner are credited with for one project: a score is a sum of these and of nothing else.</summary>
/// <remarks>
/// It counts since <c>On</c>, of funds the day of the last payment. <c>Journey</c> is what the journey was on the day asked for,
/// <c>Amounts</c> are as agreed or paid and none of a number of projects, <c>Share</c> is in basis points, <c>Value</c> projects or CNY.
/// </remarks>
internal sealed record Credit(
    Indicator Indicator, Interval Journey, DateOnly On, List<Money> Amounts, Guid UnitId, Guid OwnerId, int Share, decimal Value) : IScoped
{
    public string? ChainCode => Journey.ChainCode;

    /// <summary>What confidential journeys are credited with is made for their readers only.</summary>
    public bool Confidential => false;

    public Guid[] Readers => [];
}

/// <summary>
/// What a year's achievements are and whose. A project counts once, by <see cref="Counting"/>; one that is terminated on the day or was
/// excluded does not. Its credit goes to the unit and the owner on the day asked for; once a transfer of its lead was confirmed, it is
/// divided by the shares agreed last, each unit's part to the owner who had it last there.
/// </summary>
internal static class Credits
{
    /// <summary>Of the journeys that the caller sees, what is credited to units and owners in reach. Called within one snapshot.</summary>
    /// <returns>The credits, and the rates of the day that amounts were converted by; null when no amount is asked for.</returns>
    public static async Task<(IReadOnlyList<Credit> Credits, Conversion? Conversion)> CreditsAsync(
        this PipelineDb db, JourneyFilter period, Indicator[] indicators, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var year = period.AsOf!.Value.Year;
        var reached = await ReachedAsync(db, period, indicators, caller, ct);
        var paid = (indicators.Contains(Indicator.PaidInFunds) ? await PaidInAsync(db, period, caller, ct) : []).ToLookup(p => p.LeadId);
        var ids = reached.Keys.Select(k => k.LeadId).Concat(paid.Select(p => p.Key)).Distinct().ToArray();
        var journeys = await db.IntervalsOn(period).Where(s => ids.Contains(s.LeadId) && s.ProjectId != null).ToListAsync(ct);
        var excluded = await db.Exclusions
            .Where(e => e.Year == year && ids.Contains(e.LeadId) && (period.KnownAt == null || e.EnteredAt <= period.KnownAt))
            .Newest().Where(e => e.Excluded).Select(e => new { e.Indicator, e.LeadId }).ToHashSetAsync(ct);
        var achieved = (
            from indicator in indicators
            from journey in journeys
            where journey.Achieves() && !excluded.Contains(new { Indicator = indicator, journey.LeadId })
            let payments = paid[journey.LeadId]
            let day = indicator.Milestone() is { } kind
                ? reached.GetValueOrDefault((journey.LeadId, kind))
                : payments.Max(p => (DateOnly?)p.On)
            where day is not null
            let amounts = indicator == Indicator.PaidInFunds ? payments.Select(p => p.Amount)
                : indicator == Indicator.SignedAmount ? journey.Amounts.Select(a => new Money(a.Contract, a.Currency)) : []
            let perCurrency = amounts.PerCurrency().ToList()
            where !indicator.IsAmount() || perCurrency.Count > 0
            select (Indicator: indicator, Journey: journey, On: day.Value, Amounts: perCurrency)).ToList();
        var conversion = indicators.Any(i => i.IsAmount())
            ? await db.ConversionAsync(
                Money.Home, period, achieved.SelectMany(a => a.Amounts).Select(m => m.Currency), clock, ct)
            : null;
        var transferred = await TransferredAsync(db, period, ids, ct);
        var credits =
            from a in achieved
            let now = a.Journey
            let shares = transferred.GetValueOrDefault(now.LeadId)
            from part in Parts.Divide(
                a.Indicator.IsAmount() ? conversion!.Convert(a.Amounts).Amount : 1,
                shares.Agreed ?? [new TransferShare { UnitId = now.UnitId, Credit = Parts.Whole, Tax = Parts.Whole }],
                // Cut at fen of an amount, at basis points of a project.
                a.Indicator.IsAmount() ? 2 : 4)
            let owner = part.UnitId == now.UnitId ? now.OwnerId : shares.Owners.GetValueOrDefault(part.UnitId, now.OwnerId)
            select new Credit(a.Indicator, now, a.On, a.Amounts, part.UnitId, owner, part.Share, part.Value);
        return ([.. credits.AsQueryable().ReadableBy(caller)], conversion);
    }

    /// <summary>Since when which project counts for which milestone in the year.</summary>
    private static async Task<Dictionary<(Guid LeadId, MilestoneKind Kind), DateOnly?>> ReachedAsync(
        PipelineDb db, JourneyFilter period, Indicator[] indicators, Caller caller, CancellationToken ct)
    {
        var kinds = indicators.Select(i => i.Milestone()).OfType<MilestoneKind>().Distinct().ToArray();
        var (day, known) = (period.AsOf!.Value, period.KnownAt);
        var first = new DateOnly(day.Year, 1, 1);
        // Those reached in the year, with all other times that the same project reached the same.
        var reachings = await (
            from m in db.Milestones.AsNoTracking()
            join j in db.AllJourneys.ReadableBy(caller) on m.LeadId equals j.LeadId
            where kinds.Contains(m.Kind) && m.OccurredOn <= day && (known == null || m.RecordedAt <= known)
                && (m.SupersededAt == null || m.SupersededAt > known)
                && db.Milestones.Any(y => y.LeadId == m.LeadId && y.Kind == m.Kind && y.OccurredOn >= first && y.OccurredOn <= day)
            select m).ToListAsync(ct);
        return reachings
            .GroupBy(
                m => (m.LeadId, m.Kind),
                m => new Reaching(m.OccurredOn, known is null || m.TakenBackAt <= known ? m.TakenBackOn : null))
            .ToDictionary(g => g.Key, g => Counting.CountedOn([.. g], day.Year, day));
    }

    /// <summary>What was paid into which project in the year, corrections included.</summary>
    private static async Task<List<(Guid LeadId, DateOnly On, Money Amount)>> PaidInAsync(
        PipelineDb db, JourneyFilter period, Caller caller, CancellationToken ct)
    {
        var first = new DateOnly(period.AsOf!.Value.Year, 1, 1);
        var events = await (
            from e in Recorded(db, period)
            join j in db.AllJourneys.ReadableBy(caller) on e.LeadId equals (Guid?)j.LeadId
            where e.Type == nameof(FundsPaidIn) && e.OccurredOn >= first
            select e).ToListAsync(ct);
        return events.Read().ConvertAll(e => (e.Row.LeadId!.Value, e.Row.OccurredOn, ((FundsPaidIn)e.Event).Amount));
    }

    /// <summary>The shares confirmed last, of those that were transferred, and by unit the owner who had the journey last there.</summary>
    private static async Task<Dictionary<Guid, (IReadOnlyList<TransferShare>? Agreed, Dictionary<Guid, Guid> Owners)>> TransferredAsync(
        PipelineDb db, JourneyFilter period, Guid[] ids, CancellationToken ct)
    {
        var moved = Recorded(db, period).Where(e => e.Type == nameof(TransferMoved) && ids.Contains(e.LeadId!.Value)).Select(e => e.LeadId);
        var events = (await Recorded(db, period).Where(e => moved.Contains(e.LeadId)).ToListAsync(ct)).Read();
        return events.GroupBy(e => e.Row.LeadId!.Value).ToDictionary(g => g.Key, g => (
            (g.Where(e => e.Event is TransferMoved { State: TransferState.Confirmed, Shares.Count: > 0 })
                .MaxBy(e => e.Row.RecordedAt)?.Event as TransferMoved)?.Shares,
            Owners(g)));
    }

    private static IQueryable<ReceivedEvent> Recorded(PipelineDb db, JourneyFilter period) => db.Received.AsNoTracking()
        .Where(e => e.OccurredOn <= period.AsOf && (period.KnownAt == null || e.RecordedAt <= period.KnownAt));

    /// <summary>By unit the owner of the journey while the unit had it last: of the lead, and then of the project.</summary>
    private static Dictionary<Guid, Guid> Owners(IEnumerable<ReadEvent> events) => events
        .OrderBy(e => e.Event is IProjectEvent).ThenBy(e => e.Rank)
        .Select(e => e.Event switch
        {
            ILeadEvent { Lead: var lead } => (lead.UnitId, lead.OwnerId),
            IProjectEvent { Project: var project } => (project.UnitId, project.OwnerId),
            _ => default,
        })
        .GroupBy(o => o.UnitId, o => o.OwnerId).ToDictionary(g => g.Key, g => g.Last());
}
