using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Enterprises.Domain;

namespace Qibin.Crm.Enterprises.Entry;

/// <summary>The score sheet in force.</summary>
public sealed record ScoreSheetAnswer
{
    public required int SheetVersion { get; init; }

    /// <summary>Mean points from which an application passes.</summary>
    public required int PassMark { get; init; }

    public required IReadOnlyList<Indicator> Indicators { get; init; }
    public required IReadOnlyList<VetoGround> Vetoes { get; init; }
}

/// <summary>Reads the score sheet.</summary>
internal static class ReadScoreSheet
{
    internal static Ok<ScoreSheetAnswer> Handle() => TypedResults.Ok(new ScoreSheetAnswer
    {
        SheetVersion = ScoreSheet.Version,
        PassMark = ScoreSheet.PassMark,
        Indicators = ScoreSheet.Indicators,
        Vetoes = ScoreSheet.Vetoes,
    });
}
