using Qibin.Crm.Kernel;

namespace Qibin.Crm.Leads.Domain;

/// <summary>
/// One merge of two investors: what each was before, and what went over. It is undone from this record: what it moved goes back unless
/// it has gone elsewhere, and a fact that it gave goes back unless it was changed since. What came later stays where it was entered.
/// </summary>
internal sealed class InvestorMerge : Aggregate
{
    /// <summary>Days in which it can be undone.</summary>
    public const int UndoDays = 30;

    private InvestorMerge()
    {
    }

    public Guid IntoId { get; private set; }
    public Guid FromId { get; private set; }
    public InvestorFacts IntoBefore { get; private set; } = null!;
    public InvestorFacts FromBefore { get; private set; } = null!;

    /// <summary>What the merge made of the one that stays.</summary>
    public InvestorFacts After { get; private set; } = null!;

    public Guid[] LeadIds { get; private set; } = [];
    public Guid[] PersonIds { get; private set; } = [];
    public Guid MergedBy { get; private set; }
    public DateTimeOffset MergedAt { get; private set; }
    public Guid? UndoneBy { get; private set; }
    public DateTimeOffset? UndoneAt { get; private set; }

    public DateTimeOffset UndoableUntil => MergedAt.AddDays(UndoDays);

    public static InvestorMerge Of(
        Guid id, Investor into, Investor from, InvestorFacts after, IEnumerable<Guid> leads, IEnumerable<Guid> people, Actor actor)
    {
        var merge = new InvestorMerge
        {
            Id = id,
            IntoId = into.Id,
            FromId = from.Id,
            IntoBefore = into.Facts(),
            FromBefore = from.Facts(),
            After = after,
            LeadIds = [.. leads],
            PersonIds = [.. people],
            MergedBy = actor.By,
            MergedAt = actor.At,
        };
        merge.Touch();
        return merge;
    }

    /// <summary>Undoes it.</summary>
    /// <returns>What the investor that stays is from now on: as before the merge, but for what was changed since.</returns>
    /// <exception cref="RuleViolation"><c>merge.undone</c>, <c>merge.tooOld</c>.</exception>
    public InvestorFacts Undo(InvestorFacts present, Actor actor)
    {
        if (UndoneAt is not null)
        {
            throw new RuleViolation("merge.undone");
        }

        if (actor.At > UndoableUntil)
        {
            throw new RuleViolation("merge.tooOld", UndoDays);
        }

        (UndoneBy, UndoneAt) = (actor.By, actor.At);
        Touch();
        return new InvestorFacts(
            present.Name == After.Name ? IntoBefore.Name : present.Name,
            present.Uscc == After.Uscc ? IntoBefore.Uscc : present.Uscc,
            present.SourceRegion == After.SourceRegion ? IntoBefore.SourceRegion : present.SourceRegion,
            IntoBefore.Aliases)
        {
            ForeignRegistration = present.ForeignRegistration == After.ForeignRegistration
                ? IntoBefore.ForeignRegistration : present.ForeignRegistration,
        };
    }
}
