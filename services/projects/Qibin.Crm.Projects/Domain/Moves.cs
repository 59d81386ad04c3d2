using System.Globalization;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Projects.Domain;

/// <summary>
/// The history of a project: its moves with the dates and contract amounts that they have by their corrections, which the history holds as
/// entries of their own.
/// </summary>
internal sealed class Moves(IEnumerable<HistoryEntry> history)
{
    private readonly List<HistoryEntry> _entries = [.. history.OrderBy(h => h.Version)];

    /// <summary>The move that a version made.</summary>
    /// <exception cref="RuleViolation"><c>move.unknown</c>: there is none, or it has no date that is corrected here.</exception>
    public HistoryEntry Of(long version) =>
        _entries.Find(h => h.Version == version && (IsOfStage(h) || IsOfStatus(h) || h.Kind == HistoryKind.ContractCorrected))
            ?? throw new RuleViolation("move.unknown", version.ToString(CultureInfo.InvariantCulture));

    /// <summary>The move that reached a stage last before a version; the first of several holds no more.</summary>
    public HistoryEntry Reached(ProjectStage stage, long before = long.MaxValue) => _entries.Last(h =>
        h.To == stage && h.Kind is HistoryKind.Opened or HistoryKind.Reached && h.Version < before);

    /// <summary>The moves that set the amount of the present contract: its signing, and each new amount since.</summary>
    public IEnumerable<HistoryEntry> OfContract()
    {
        var signed = Reached(ProjectStage.Signed);
        return _entries.Where(h => h == signed || (h.Kind == HistoryKind.ContractCorrected && h.Version > signed.Version));
    }

    /// <summary>The move of the same sort, stage or status, that was recorded before it.</summary>
    public HistoryEntry? Before(HistoryEntry move) => _entries.FindLast(h => h.Version < move.Version && IsSameSort(h, move));

    /// <summary>The move of the same sort, stage or status, that was recorded after it.</summary>
    public HistoryEntry? After(HistoryEntry move) => _entries.Find(h => h.Version > move.Version && IsSameSort(h, move));

    /// <summary>The business date that a move has now.</summary>
    public DateOnly On(HistoryEntry move) =>
        _entries.FindLast(h => h.MoveVersion == move.Version && h.PreviousOn is not null)?.OccurredOn ?? move.OccurredOn;

    /// <summary>The contract amount that a move set, as it is now.</summary>
    public Money? AmountOf(HistoryEntry move) =>
        (_entries.FindLast(h => h.MoveVersion == move.Version && h.Kind == HistoryKind.ContractRestated) ?? move).Amount;

    /// <summary>Whether it changed the status.</summary>
    public static bool IsOfStatus(HistoryEntry move) =>
        move.Kind is HistoryKind.Suspended or HistoryKind.Resumed or HistoryKind.Terminated;

    private static bool IsOfStage(HistoryEntry move) =>
        move.Kind is HistoryKind.Opened or HistoryKind.Reached or HistoryKind.SteppedBack;

    private static bool IsSameSort(HistoryEntry one, HistoryEntry other) =>
        (IsOfStage(one) && IsOfStage(other)) || (IsOfStatus(one) && IsOfStatus(other));
}
