using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Enterprises.Entry;

/// <summary>Points of one indicator.</summary>
public sealed record IndicatorScore
{
    /// <summary>Code of the score sheet.</summary>
    [Needed, Line(40)]
    public string? Indicator { get; init; }

    /// <summary>0 to the indicator's most.</summary>
    [Needed, NumberRange(0, 100)]
    public int? Points { get; init; }
}

/// <summary>A reviewer's score sheet.</summary>
public sealed record ReviewRequest
{
    /// <summary>Business date; today when left out, never later, and not before the previous step.</summary>
    [BusinessDate]
    public DateOnly? On { get; init; }

    /// <summary>Kept unchanged.</summary>
    [Needed, TextLength(2000)]
    public string? Opinion { get; init; }

    /// <summary>Each of the sheet's 11 indicators once.</summary>
    [Needed, Items(1, 50)]
    public IReadOnlyList<IndicatorScore>? Scores { get; init; }

    /// <summary>Codes of veto grounds that the reviewer finds; none when left out.</summary>
    [Items(0, 50)]
    public IReadOnlyList<string>? Vetoes { get; init; }
}

/// <summary>Adds a review; the first of a round moves the application to reviewing 评审中.</summary>
internal static class ReviewEntryApplication
{
    internal static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid applicationId, ReviewRequest request, IfMatch ifMatch, EnterprisesDb db, Caller caller, TimeProvider clock,
        CancellationToken ct)
    {
        var application = await db.EntryApplications.EditableInCity(caller).WholeForUpdate(applicationId, ct);
        if (application is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(application);
        await ApplyAsync(application, request, db, caller, clock, "", ct);
        return TypedResults.Ok(application.Receipt());
    }

    /// <param name="application">Locked.</param>
    /// <param name="request">The sheet.</param>
    /// <param name="db">The database.</param>
    /// <param name="caller">Who reviews.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="pointer">JSON pointer to the sheet in the body.</param>
    /// <param name="ct">Cancels.</param>
    internal static async Task ApplyAsync(
        EntryApplication application, ReviewRequest request, EnterprisesDb db, Caller caller, TimeProvider clock, string pointer,
        CancellationToken ct)
    {
        var (points, vetoes) = Read(request, pointer);
        var from = application.Review(clock.StepOf(caller, request.On, request.Opinion, pointer + "/on"), points, vetoes);
        if (from != EntryState.Reviewing)
        {
            db.PublishMove(application, from);
        }

        await db.SaveChangesAsync(ct);
    }

    /// <summary>The points in the sheet's order.</summary>
    private static (int[] Points, string[] Vetoes) Read(ReviewRequest request, string pointer)
    {
        var given = new Dictionary<string, int>(StringComparer.Ordinal);
        var faults = new List<Fault>();
        for (var i = 0; i < request.Scores!.Count; i++)
        {
            var (code, points) = (request.Scores[i].Indicator!, request.Scores[i].Points!.Value);
            var indicator = ScoreSheet.Indicators.FirstOrDefault(x => x.Code == code);
            if (indicator is null)
            {
                faults.Add(new Fault($"{pointer}/scores/{i}/indicator", "score.indicatorUnknown", code));
            }
            else if (points > indicator.Points)
            {
                faults.Add(new Fault($"{pointer}/scores/{i}/points", "value.range", 0, indicator.Points));
            }

            if (!given.TryAdd(code, points))
            {
                faults.Add(new Fault($"{pointer}/scores/{i}/indicator", "score.indicatorRepeated", code));
            }
        }

        faults.AddRange(ScoreSheet.Indicators.Where(x => !given.ContainsKey(x.Code))
            .Select(x => new Fault(pointer + "/scores", "score.indicatorMissing", x.Code)));
        var vetoes = request.Vetoes ?? [];
        for (var i = 0; i < vetoes.Count; i++)
        {
            if (!ScoreSheet.Vetoes.Any(v => v.Code == vetoes[i]))
            {
                faults.Add(new Fault($"{pointer}/vetoes/{i}", "score.vetoUnknown", vetoes[i] ?? ""));
            }
        }

        return faults.Count == 0
            ? ([.. ScoreSheet.Indicators.Select(x => given[x.Code])], [.. vetoes.Distinct()])
            : throw Refusal.Invalid(faults);
    }
}
