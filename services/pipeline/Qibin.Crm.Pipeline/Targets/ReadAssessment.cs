using System.Data;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Pipeline.Journeys;
using Qibin.Crm.Pipeline.Rates;
using Qibin.Crm.Pipeline.Reports;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;

namespace Qibin.Crm.Pipeline.Targets;

/// <summary>What units or owners have achieved of a year's targets, and whether that is on schedule.</summary>
internal static class ReadAssessment
{
    public static void MapReadAssessment(this RouteGroupBuilder api) => api.MapGet("/pipeline/assessment", Handle)
        .AllowEverybody(Scopes.PipelineRead)
        .WithName("readAssessment")
        .WithSummary("目标考核 · Targets, scores and the time-scheduled rate of a year");

    internal static async Task<Ok<Assessment>> Handle(
        [AsParameters] AssessmentQuery query, PipelineDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var period = Period.Of(query, clock);
        var by = query.By?.Values switch
        {
            null => AssessedBy.Unit,
            [var one] => one,
            _ => throw Refusal.Invalid("by", "by.one"),
        };
        var indicators = query.Indicator?.Values ?? Enum.GetValues<Indicator>();
        // Credits, targets, penalties and what is hidden, of one instant.
        await using var snapshot = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        var (credits, conversion) = await db.CreditsAsync(period, indicators, caller, clock, ct);
        var targets = await TargetsAsync(db, period, by, caller, ct);
        var penalties = await PenaltiesAsync(db, period, by, caller, ct);
        var hidden = await db.IntervalsOn(period.Moment).Within(db.AllJourneys.HiddenFrom(caller)).CountAsync(ct);
        var units = by == AssessedBy.Unit ? await db.Units.AsNoTracking().NamesAsync(ct) : [];

        var subjects = credits.Select(c => by.Of(c)).Concat(targets.Keys.Select(k => k.Subject)).Concat(penalties.Select(p => p.SubjectId))
            .Distinct();
        var credited = credits.ToLookup(c => (c.Indicator, by.Of(c)));
        var deducted = penalties.ToLookup(p => (p.Indicator, p.SubjectId), p => p.Value);
        var schedule = Schedule.Through(period.Day);
        return TypedResults.Ok(new Assessment
        {
            Year = period.Year,
            By = by,
            Day = period.Day,
            KnownAt = query.KnownAt,
            Elapsed = new Elapsed { Days = schedule.Days, Of = schedule.Of, Share = schedule.Share },
            Conversion = conversion,
            Rows =
            [
                .. subjects.OrderBy(s => by == AssessedBy.Unit ? units.Of(s).Code ?? "~" : "", StringComparer.Ordinal).ThenBy(s => s)
                    .Select(s => new AssessmentRow
                {
                    Unit = by == AssessedBy.Unit ? units.Of(s) : null,
                    OwnerId = by == AssessedBy.Owner ? s : null,
                    Indicators = [.. indicators.Select(
                        i => Score(i, s, targets.GetValueOrDefault((i, s)), credited[(i, s)], deducted[(i, s)].Sum()))],
                }),
            ],
            Total =
            [
                .. indicators.Select(i => Score(
                    i, null, targets.Where(t => t.Key.Indicator == i).Sum(t => t.Value), credits.Where(c => c.Indicator == i),
                        penalties.Where(p => p.Indicator == i).Sum(p => p.Value))),
            ],
            Hidden = hidden,
        });

        AssessmentScore Score(Indicator indicator, Guid? subject, decimal target, IEnumerable<Credit> of, decimal penalty)
        {
            var list = of.ToList();
            var achieved = list.Sum(c => c.Value);
            var score = achieved - penalty;
            return new AssessmentScore
            {
                Indicator = indicator,
                Target = target > 0 ? Measure.Of(indicator, target) : null,
                Achieved = Measure.Of(indicator, achieved),
                Deducted = Measure.Of(indicator, penalty),
                Score = Measure.Of(indicator, score),
                Completion = Schedule.Completion(score, target),
                ScheduledRate = schedule.Rate(score, target),
                OnSchedule = schedule.IsKept(score, target),
                Projects = list.DistinctBy(c => c.LeadId).Count(),
                List = Link(indicator, by, subject, period),
            };
        }
    }

    /// <summary>What is credited to whom.</summary>
    public static Guid Of(this AssessedBy by, Credit credit) => by == AssessedBy.Unit ? credit.UnitId : credit.OwnerId;

    private static string Link(Indicator indicator, AssessedBy by, Guid? subject, Period period) =>
        QueryHelpers.AddQueryString("/api/v1/pipeline/assessment/projects", new Dictionary<string, string?>
        {
            ["indicator"] = JsonNamingPolicy.CamelCase.ConvertName(indicator.ToString()),
            [by == AssessedBy.Unit ? "unit" : "owner"] = subject?.ToString(),
            ["asOf"] = period.Day.ToString("O", CultureInfo.InvariantCulture),
            ["knownAt"] = period.KnownAt?.ToString("O", CultureInfo.InvariantCulture),
        }.Where(q => q.Value is not null));

    /// <summary>The targets entered last, of those that the caller sees: one that was taken away is none.</summary>
    private static async Task<Dictionary<(Indicator Indicator, Guid Subject), decimal>> TargetsAsync(
        PipelineDb db, Period period, AssessedBy by, Caller caller, CancellationToken ct)
    {
        var (year, known, whole) = (period.Year, period.KnownAt, by == AssessedBy.Unit);
        var entered = await db.Targets.AsNoTracking()
            .Where(t => t.Year == year && t.OwnerId == Guid.Empty == whole && (known == null || t.EnteredAt <= known)).ToListAsync(ct);
        return entered.GroupBy(t => (t.Indicator, t.SubjectId)).Select(g => g.MaxBy(t => t.EnteredAt)!).AsQueryable().Assessed()
            .ReadableBy(caller)
            .Select(t => t.Row).AsEnumerable().Where(t => t.Value > 0).ToDictionary(t => (t.Indicator, t.SubjectId), t => t.Value);
    }

    private static Task<List<PenaltyRow>> PenaltiesAsync(PipelineDb db, Period period, AssessedBy by, Caller caller, CancellationToken ct)
    {
        var (year, day, known, whole) = (period.Year, period.Day, period.KnownAt, by == AssessedBy.Unit);
        return db.Penalties.AsNoTracking()
            .Where(p => p.Year == year && p.On <= day && p.OwnerId == Guid.Empty == whole && (known == null || p.EnteredAt <= known))
            .Assessed().ReadableBy(caller).Select(p => p.Row).ToListAsync(ct);
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
public sealed record Assessment
{
    public required int Year { get; init; }
    public required AssessedBy By { get; init; }

    /// <summary>The day through which it is counted.</summary>
    public required DateOnly Day { get; init; }

    /// <summary>The instant that was asked for: what was recorded later is not in these figures; null for now.</summary>
    public required DateTimeOffset? KnownAt { get; init; }

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
}

/// <summary>One unit or one owner.</summary>
public sealed record AssessmentRow
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UnitName? Unit { get; init; }

    /// <summary>Names of persons live in the identity service.</summary>
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
