using Qibin.Crm.Pipeline.Totals;

namespace Qibin.Crm.Pipeline.Targets;

/// <summary>What units or owners have achieved of a year's targets, and whether that is on schedule.</summary>
internal static class ReadAssessment
{
    internal static async Task<Ok<Assessment>> Handle(
        [AsParameters] AssessmentQuery query, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var (period, putBack) = await db.PeriodAsync(query, clock, ct);
        var by = query.By.One(AssessedBy.Unit, "by", "by.one");
        var (byUnit, indicators) = (by == AssessedBy.Unit, query.Indicator.OrAll());
        // Credits, targets, penalties and what is hidden, of one instant.
        await using var snapshot = await db.SnapshotAsync(ct);
        var (credits, conversion) = await db.CreditsAsync(period, indicators, caller, clock, ct);
        var (targets, penalties) = await EnteredAsync(db, period, byUnit, caller, ct);
        var units = byUnit ? await db.Units.AsNoTracking().NamesAsync(ct) : [];

        var credited = credits.ToLookup(c => byUnit ? c.UnitId : c.OwnerId);
        var targeted = targets.ToLookup(t => t.SubjectId);
        var deducted = penalties.ToLookup(p => p.SubjectId);
        var day = period.AsOf!.Value;
        var elapsed = Elapsed.Through(day);
        return TypedResults.Ok(new Assessment
        {
            Year = day.Year,
            By = by,
            Day = day,
            KnownAt = period.KnownAt,
            PutBack = putBack,
            Elapsed = elapsed,
            Conversion = conversion,
            Rows = credited.Select(c => c.Key).Union(targeted.Select(t => t.Key)).Union(deducted.Select(p => p.Key))
                .OrderBy(s => byUnit ? units.Of(s).Code ?? "~" : "", StringComparer.Ordinal).ThenBy(s => s)
                .Select(s => new AssessmentRow
                {
                    Unit = byUnit ? units.Of(s) : null,
                    OwnerId = byUnit ? null : s,
                    Indicators = Scores(s, credited[s], targeted[s], deducted[s]),
                }).ToList(),
            Total = Scores(null, credits, targets, penalties),
            Hidden = await db.HiddenAsync(period, caller, ct),
        });

        List<AssessmentScore> Scores(
            Guid? subject, IEnumerable<Credit> credits, IEnumerable<TargetRow> targets, IEnumerable<PenaltyRow> penalties) => (
            from indicator in indicators
            let list = credits.Where(c => c.Indicator == indicator).ToList()
            let achieved = list.Sum(c => c.Value)
            let penalty = penalties.Where(p => p.Indicator == indicator).Sum(p => p.Value)
            let target = targets.Where(t => t.Indicator == indicator).Sum(t => t.Value)
            let score = achieved - penalty
            select new AssessmentScore
            {
                Indicator = indicator,
                Target = target > 0 ? Measure.Of(indicator, target) : null,
                Achieved = Measure.Of(indicator, achieved),
                Deducted = Measure.Of(indicator, penalty),
                Score = Measure.Of(indicator, score),
                Completion = Elapsed.Completion(score, target),
                ScheduledRate = elapsed.Rate(score, target),
                OnSchedule = elapsed.IsKept(score, target),
                Projects = list.DistinctBy(c => c.Journey.LeadId).Count(),
                List = JourneyLinks.To("/api/v1/pipeline/assessment/projects", period,
                    [("indicator", JourneyFilters.Word(indicator)), (byUnit ? "unit" : "owner", subject?.ToString())]),
            }).ToList();
    }

    /// <summary>The targets that hold, and the penalties, of units or owners in the caller's reach.</summary>
    internal static async Task<(List<TargetRow> Targets, List<PenaltyRow> Penalties)> EnteredAsync(
        PipelineDb db, JourneyFilter period, bool byUnit, Caller caller, CancellationToken ct)
    {
        var (day, known) = (period.AsOf!.Value, period.KnownAt);
        // A target that was taken away is none.
        var targets = db.Targets.AsNoTracking().Where(t => t.Year == day.Year && (known == null || t.EnteredAt <= known)).Newest()
            .Where(t => t.OwnerId == Guid.Empty == byUnit && t.Value > 0);
        var penalties = db.Penalties.AsNoTracking()
            .Where(p => p.Year == day.Year && p.On <= day && p.OwnerId == Guid.Empty == byUnit && (known == null || p.EnteredAt <= known));
        return (await targets.ReadableBy(caller).ToListAsync(ct), await penalties.ReadableBy(caller).ToListAsync(ct));
    }
}

/// <summary>Whose scores, in which indicators.</summary>
public sealed record AssessmentQuery : PeriodQuery
{
    /// <summary><c>unit</c> or <c>owner</c>; <c>unit</c> when absent. A unit is assessed by itself, those below it by themselves.</summary>
    public Words<AssessedBy>? By { get; init; }

    /// <summary>Indicators, separated by commas; all when absent.</summary>
    public Words<Indicator>? Indicator { get; init; }
}

/// <summary>
/// What units or owners have achieved of a year's targets. A project counts once for an indicator: in the year in which it first
/// reached the stage and still held it at that year's end. Credit goes to the unit and the owner on the day; once a
/// transfer was confirmed, it is divided by the agreed shares, which add up to the whole project.
/// </summary>
public sealed record Assessment : SettledAnswer
{
    public required int Year { get; init; }
    public required AssessedBy By { get; init; }

    /// <summary>The day through which it is counted.</summary>
    public required DateOnly Day { get; init; }

    /// <summary>How much of the year has gone by.</summary>
    public required Elapsed Elapsed { get; init; }

    /// <summary>The rates of the day by which amounts were converted; absent when no amount is asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Conversion? Conversion { get; init; }

    /// <summary>Each unit or owner with a target, a credit or a penalty that the caller sees.</summary>
    public required IReadOnlyList<AssessmentRow> Rows { get; init; }

    /// <summary>All rows together; its targets are the sums of theirs.</summary>
    public required IReadOnlyList<AssessmentScore> Total { get; init; }

    /// <summary>
    /// Confidential journeys within the caller's reach that the caller may not read, and that therefore count nowhere above.
    /// </summary>
    public required int Hidden { get; init; }
}

/// <summary>Days of the year through the day asked for, that day included.</summary>
public sealed record Elapsed
{
    public required int Days { get; init; }

    /// <summary>365 or 366.</summary>
    public required int Of { get; init; }

    /// <summary>To four decimals.</summary>
    public required decimal Share { get; init; }

    internal static Elapsed Through(DateOnly day)
    {
        var of = DateTime.IsLeapYear(day.Year) ? 366 : 365;
        return new() { Days = day.DayOfYear, Of = of, Share = Round((decimal)day.DayOfYear / of) };
    }

    /// <summary>The share of the target that is achieved, to four decimals; null without a target.</summary>
    internal static decimal? Completion(decimal score, decimal target) => target > 0 ? Round(score / target) : null;

    /// <summary>The time-scheduled rate 时序进度: what is achieved, of what the target asks for by now; null without a target.</summary>
    internal decimal? Rate(decimal score, decimal target) => target > 0 ? Round(score * Of / (target * Days)) : null;

    /// <summary>Whether as much is achieved as the target asks for by now, before any rounding; null without a target.</summary>
    internal bool? IsKept(decimal score, decimal target) => target > 0 ? score * Of >= target * Days : null;

    private static decimal Round(decimal share) => Math.Round(share, 4, MidpointRounding.AwayFromZero);
}

/// <summary>One unit or one owner.</summary>
public sealed record AssessmentRow
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UnitName? Unit { get; init; }

    [Named]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? OwnerId { get; init; }

    public required IReadOnlyList<AssessmentScore> Indicators { get; init; }
}

/// <summary>One indicator of a unit, an owner or all.</summary>
public sealed record AssessmentScore
{
    public required Indicator Indicator { get; init; }

    /// <summary>Null where none is set, or none that the caller sees.</summary>
    public required Measure? Target { get; init; }

    /// <summary>What the projects of the list count for.</summary>
    public required Measure Achieved { get; init; }

    /// <summary>Penalties through the day.</summary>
    public required Measure Deducted { get; init; }

    /// <summary>Achieved less deducted.</summary>
    public required Measure Score { get; init; }

    /// <summary>Score by target, to four decimals; null without a target.</summary>
    public required decimal? Completion { get; init; }

    /// <summary>
    /// 时序进度: the completion by the share of the year gone by, to four decimals; 1 is exactly on schedule. Null without a target.
    /// </summary>
    public required decimal? ScheduledRate { get; init; }

    /// <summary>Whether the completion is at least the share of the year gone by; null without a target.</summary>
    public required bool? OnSchedule { get; init; }

    /// <summary>Number of projects in the list.</summary>
    public required int Projects { get; init; }

    /// <summary>The projects behind it: for the same caller they are as many and add up to what is achieved.</summary>
    public required string List { get; init; }
}
