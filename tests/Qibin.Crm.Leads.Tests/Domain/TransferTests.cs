using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Domain;
using static Qibin.Crm.Leads.Tests.Domain.Sample;

namespace Qibin.Crm.Leads.Tests.Domain;

public class TransferTests
{
    /// <summary>A coordinator who neither proposed nor answered.</summary>
    private static readonly Actor Judge = Head with { By = Guid.CreateVersion7(Head.At) };

    private static readonly Guid Unit = NewId();
    private static readonly Guid Recipient = NewId();

    [Theory]
    [InlineData(LeadStage.Kept, "lead.closed")]
    [InlineData(LeadStage.Invalid, "lead.closed")]
    [InlineData(LeadStage.Converted, "lead.converted")]
    public void Only_an_open_lead_is_transferred(LeadStage stage, string code) => Refused(code, () => Proposed(Lead(stage)));

    [Fact]
    public void A_transfer_goes_to_another_unit()
    {
        var lead = Lead();
        Refused("transfer.sameUnit", () =>
            Transfer.Propose(NewId(), lead, Recipient, lead.UnitId, Shares.Sole(lead.UnitId), After(3), "x", Officer));
    }

    [Fact]
    public void A_confidential_lead_goes_to_a_named_reader_only()
    {
        Refused("transfer.confidential", () => Proposed(Confidential()));
        Assert.Equal(TransferState.Proposed, Proposed(Confidential(Recipient)).State);
    }

    [Fact]
    public void A_proposal_keeps_both_sides_and_lapses_at_its_deadline()
    {
        var lead = Lead();
        var transfer = Proposed(lead);
        Assert.Equal((lead.UnitId, lead.OwnerId, Unit, Recipient),
            (transfer.FromUnitId, transfer.FromOwnerId, transfer.ToUnitId, transfer.ToOwnerId));
        Assert.Equal((After(3), After(3), Officer.By), (transfer.AnswerBy, transfer.DueAt, transfer.ProposedBy));
        Assert.Equal(
            [new TransferShare { UnitId = lead.UnitId, Credit = 6000, Tax = 2500 },
            new TransferShare { UnitId = Unit, Credit = 4000, Tax = 7500 }],
            transfer.Shares);
    }

    [Theory]
    [InlineData(true, TransferState.Accepted)]
    [InlineData(false, TransferState.Declined)]
    public void The_other_unit_answers_once_and_before_the_deadline(bool accepted, TransferState state)
    {
        var transfer = Proposed(Lead());
        Refused("transfer.tooLate", () => transfer.Answer(accepted, null, Head.Later(3)));
        Assert.Equal(TransferState.Proposed, transfer.State);
        transfer.Answer(accepted, "同意", Head.At(After(3).AddTicks(-1)));
        Assert.Equal((state, null, Head.By, "同意"), (transfer.State, transfer.DueAt, transfer.AnsweredBy, transfer.AnswerNote));
        Refused("transfer.wrongState", () => transfer.Answer(accepted, null, Head));
    }

    [Fact]
    public void A_proposal_is_withdrawn_until_it_is_decided()
    {
        var proposed = Proposed(Lead());
        proposed.Withdraw(Officer.Later(1));
        Assert.Equal((TransferState.Withdrawn, null), (proposed.State, proposed.DueAt));
        var accepted = Accepted(Lead());
        accepted.Withdraw(Officer);
        Assert.Equal(TransferState.Withdrawn, accepted.State);
        foreach (var ended in (Transfer[])[proposed, Declined(), Decided(true), Decided(false), Lapsed()])
        {
            var state = ended.State;
            Refused("transfer.wrongState", () => ended.Withdraw(Officer));
            Assert.Equal(state, ended.State);
        }
    }

    [Fact]
    public void Only_a_proposal_lapses()
    {
        var transfer = Proposed(Lead());
        Assert.True(transfer.Lapse(Officer.Later(3)));
        Assert.Equal((TransferState.Lapsed, null, After(3)), (transfer.State, transfer.DueAt, transfer.UpdatedAt));
        foreach (var other in (Transfer[])[transfer, Accepted(Lead()), Declined(), Decided(true), Decided(false)])
        {
            var state = other.State;
            Assert.False(other.Lapse(Officer.Later(4)));
            Assert.Equal(state, other.State);
        }
    }

    [Fact]
    public void Only_an_accepted_transfer_is_decided()
    {
        var lead = Lead();
        Refused("transfer.wrongState", () => Proposed(lead).Decide(true, lead, null, Judge));
        Refused("transfer.wrongState", () => Declined().Decide(true, lead, null, Judge));
        Refused("transfer.wrongState", () => Lapsed().Decide(false, lead, null, Judge));
        Refused("transfer.wrongState", () => Decided(true).Decide(false, lead, null, Judge));
        var confirmed = Accepted(lead);
        confirmed.Decide(true, lead, "同意流转", Judge.Later(2));
        Assert.Equal((TransferState.Confirmed, Judge.By, After(2), "同意流转"),
            (confirmed.State, confirmed.DecidedBy, confirmed.DecidedAt, confirmed.DecisionNote));
        Assert.Equal(TransferState.Refused, Decided(false).State);
    }

    [Fact]
    public void A_lead_that_changed_hands_meanwhile_is_refused_and_not_confirmed()
    {
        foreach (var sameUnit in (bool[])[true, false])
        {
            var lead = Lead();
            var transfer = Accepted(lead);
            lead.Assign(sameUnit ? NewId() : lead.OwnerId, sameUnit ? lead.UnitId : NewId(), "休假", Day0, Head);
            Refused("transfer.overtaken", () => transfer.Decide(true, lead, null, Judge));
            Assert.Equal(TransferState.Accepted, transfer.State);
            transfer.Decide(false, lead, null, Judge);
            Assert.Equal(TransferState.Refused, transfer.State);
        }
    }

    [Fact]
    public void The_shares_after_a_transfer_are_a_whole_of_both_units_and_leave_the_others_theirs()
    {
        var (from, to, third, stranger) = (NewId(), NewId(), NewId(), NewId());
        IReadOnlyList<TransferShare> before = [Share(third, 3000, 1000), Share(from, 7000, 9000)];
        Assert.Equal(3, Shares.After(before, [Share(third, 3000, 1000), Share(from, 0, 9000), Share(to, 7000, 0)], from, to).Count);

        Refused("transfer.shareSum", () =>
            Shares.After(before, [Share(third, 3000, 1000), Share(from, 0, 8999), Share(to, 7000, 0)], from, to));
        Refused("transfer.shareSum", () =>
            Shares.After(before, [Share(third, 3000, 1000), Share(from, 0, 9000), Share(to, 7001, 0)], from, to));
        Refused("transfer.shareSum", () =>
            Shares.After(before, [Share(third, 3000, 1000), Share(from, -1, 9000), Share(to, 7001, 0)], from, to));
        Refused("transfer.shareSum", () => Shares.After(Shares.Sole(from), [Share(from, 10_001, 5000), Share(to, -1, 5000)], from, to));
        Refused("transfer.shareUnits", () => Shares.After(before, [Share(from, 3000, 5000), Share(to, 7000, 5000)], from, to));
        Refused("transfer.shareUnits", () => Shares.After(before, [Share(third, 3000, 1000), Share(from, 7000, 9000)], from, to));
        Refused("transfer.shareUnits", () => Shares.After(
            before, [Share(third, 3000, 1000), Share(from, 3000, 4000), Share(to, 3000, 4000), Share(stranger, 1000, 1000)], from, to));
        Refused("transfer.shareUnits", () => Shares.After(
            before, [Share(third, 3000, 1000), Share(from, 3000, 4000), Share(to, 3000, 4000), Share(to, 1000, 1000)], from, to));
        Refused("transfer.shareOfOthers", () =>
            Shares.After(before, [Share(third, 2999, 1000), Share(from, 3001, 4000), Share(to, 4000, 5000)], from, to));
        Refused("transfer.shareOfOthers", () =>
            Shares.After(before, [Share(third, 3000, 1001), Share(from, 3000, 4000), Share(to, 4000, 4999)], from, to));
    }

    [Fact]
    public void Over_any_chain_of_transfers_the_shares_are_whole_and_nobody_loses_what_was_kept()
    {
        var random = new Random(20260307);
        var units = Enumerable.Range(1, 6).Select(_ => NewId()).ToArray();
        for (var run = 0; run < 500; run++)
        {
            var holder = units[random.Next(units.Length)];
            var shares = Shares.Sole(holder);
            for (var step = 0; step < 8; step++)
            {
                var to = units.Where(u => u != holder).ElementAt(random.Next(units.Length - 1));
                var (had, has) = (Of(shares, holder), Of(shares, to));
                var (credit, tax) = (random.Next(had.Credit + has.Credit + 1), random.Next(had.Tax + has.Tax + 1));
                List<TransferShare> asked =
                [
                    .. shares.Where(s => s.UnitId != holder && s.UnitId != to),
                    Share(holder, credit, tax),
                    Share(to, had.Credit + has.Credit - credit, had.Tax + has.Tax - tax),
                ];
                // One point more or less anywhere is refused.
                var at = random.Next(asked.Count);
                var wrong = asked.ToList();
                wrong[at] = wrong[at] with { Credit = wrong[at].Credit + (random.Next(2) == 0 ? 1 : -1) };
                Refused("transfer.shareSum", () => Shares.After(shares, wrong, holder, to));

                var after = Shares.After(shares, asked, holder, to);
                Assert.Equal((Shares.Whole, Shares.Whole), (after.Sum(s => s.Credit), after.Sum(s => s.Tax)));
                Assert.All(shares.Where(s => s.UnitId != holder && s.UnitId != to), s => Assert.Contains(s, after));
                (shares, holder) = (after, to);
            }
        }

        static TransferShare Of(IReadOnlyList<TransferShare> shares, Guid unit) =>
            shares.SingleOrDefault(s => s.UnitId == unit) ?? Share(unit, 0, 0);
    }

    private static Transfer Proposed(Lead lead) => Transfer.Propose(
        NewId(), lead, Recipient, Unit, [Share(lead.UnitId, 6000, 2500), Share(Unit, 4000, 7500)], After(3), "产业方向更契合", Officer);

    private static Transfer Accepted(Lead lead)
    {
        var transfer = Proposed(lead);
        transfer.Answer(true, null, Head.Later(1));
        return transfer;
    }

    private static Transfer Declined()
    {
        var transfer = Proposed(Lead());
        transfer.Answer(false, null, Head.Later(1));
        return transfer;
    }

    private static Transfer Lapsed()
    {
        var transfer = Proposed(Lead());
        transfer.Lapse(Officer.Later(3));
        return transfer;
    }

    private static Transfer Decided(bool confirmed)
    {
        var lead = Lead();
        var transfer = Accepted(lead);
        transfer.Decide(confirmed, lead, null, Judge);
        return transfer;
    }

    private static TransferShare Share(Guid unit, int credit, int tax) => new() { UnitId = unit, Credit = credit, Tax = tax };
}
