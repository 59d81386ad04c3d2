namespace Qibin.Crm.Pipeline.Targets;

/// <summary>The projects behind a score: the same rules, the same scope, the same sum.</summary>
internal static class ListAssessedProjects
{
    public static readonly Listing<JourneyRow> Listing = new Listing<JourneyRow>(j => j.LeadId, "code")
        .Sort("code", j => j.ProjectCode!)
        .Sort("name", j => j.ProjectName!);

    internal static async Task<Ok<SettledPage<AssessedProject>>> Handle(
        [AsParameters] AssessedProjectsQuery query, [AsParameters] PageQuery page, HttpRequest request, PipelineDb db, Caller caller,
        TimeProvider clock, CancellationToken ct)
    {
        var (period, putBack) = await db.PeriodAsync(query, clock, ct);
        var indicator = query.Indicator.One(Indicator.SignedProjects, "indicator", "indicator.one");
        await using var snapshot = await db.SnapshotAsync(ct);
        var (all, _) = await db.CreditsAsync(period, [indicator], caller, clock, ct);
        var credits = all.Where(c => (query.Unit is null || c.UnitId == query.Unit) && (query.Owner is null || c.OwnerId == query.Owner))
            .ToLookup(c => c.Journey.LeadId);
        var ids = credits.Select(c => c.Key).ToArray();
        var units = await db.Units.AsNoTracking().NamesAsync(ct);
        var rows = db.AllJourneys.AsNoTracking().Where(j => ids.Contains(j.LeadId));
        var listed = await Listing.PageAsync(rows, page, request, journey =>
        {
            var (one, of) = (credits[journey.LeadId].First(), credits[journey.LeadId]);
            return new AssessedProject
            {
                LeadId = journey.LeadId,
                ProjectId = one.Journey.ProjectId!.Value,
                Code = journey.ProjectCode!,
                Name = journey.ProjectName!,
                Status = one.Journey.Status,
                CountedOn = one.On,
                Amounts = one.Amounts,
                Counted = Measure.Of(indicator, of.Sum(c => c.Value)),
                Credits = of.Select(c => new ProjectCredit
                {
                    Unit = units.Of(c.UnitId),
                    OwnerId = c.OwnerId,
                    Share = (decimal)c.Share / Parts.Whole,
                    Counted = Measure.Of(indicator, c.Value),
                }).ToList(),
            };
        }, ct);
        return TypedResults.Ok(new SettledPage<AssessedProject>(listed, period.KnownAt, putBack));
    }
}

/// <summary>Which score.</summary>
public sealed record AssessedProjectsQuery : PeriodQuery
{
    /// <summary>One indicator; <c>signedProjects</c> when absent.</summary>
    public Words<Indicator>? Indicator { get; init; }

    /// <summary>Id of the unit that is credited.</summary>
    public Guid? Unit { get; init; }

    /// <summary>Id of the owner who is credited.</summary>
    public Guid? Owner { get; init; }
}

/// <summary>A project that counts.</summary>
public sealed record AssessedProject
{
    public required Guid LeadId { get; init; }
    public required Guid ProjectId { get; init; }

    /// <summary>The project's code, such as <c>P-2026-000123</c>.</summary>
    public required string Code { get; init; }

    public required string Name { get; init; }

    /// <summary>On the day asked for. A suspended project counts unless it is excluded; a terminated one counts nothing.</summary>
    public required JourneyStatus Status { get; init; }

    /// <summary>Since when it counts; of funds the day of the last payment.</summary>
    public required DateOnly CountedOn { get; init; }

    /// <summary>Of the whole project, as agreed or paid, per currency; none where projects are counted.</summary>
    public required IReadOnlyList<Money> Amounts { get; init; }

    /// <summary>What it counts for in this score: the sum of the credits.</summary>
    public required Measure Counted { get; init; }

    /// <summary>Whose it is, of those in this score.</summary>
    public required IReadOnlyList<ProjectCredit> Credits { get; init; }
}

/// <summary>The part of a unit and its owner.</summary>
public sealed record ProjectCredit
{
    public required UnitName Unit { get; init; }

    [Named]
    public required Guid OwnerId { get; init; }

    /// <summary>Between 0 and 1, by the transfer that was confirmed last.</summary>
    public required decimal Share { get; init; }

    public required Measure Counted { get; init; }
}
