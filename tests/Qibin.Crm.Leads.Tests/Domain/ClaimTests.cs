using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Domain;
using static Qibin.Crm.Leads.Tests.Domain.Sample;

namespace Qibin.Crm.Leads.Tests.Domain;

public class ClaimTests
{
    private static readonly ClaimRules Rules = new();
    private static readonly string[] Keys = [InvestorFacts.KeyOfName("示例公司")];
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    [Fact]
    public void A_claim_protects_from_its_filing_for_the_days_of_the_rules()
    {
        var lead = Lead();
        var talk = Talk(lead);
        var claim = Claim.File(NewId(), lead, Keys, talk, "首次洽谈", Rules with { ProtectionDays = 45 }, Officer.Later(1), 1);

        Assert.Equal((ClaimState.Pending, After(1), After(1), After(46)), (claim.State, claim.ClaimedAt, claim.HeldFrom, claim.HeldUntil));
        Assert.Equal((lead.InvestorId, lead.Id, lead.UnitId, Officer.By), (claim.InvestorId, claim.LeadId, claim.UnitId, claim.ClaimedBy));
        Assert.Equal((talk.Id, Day0, "首次洽谈", 1, 0),
            (claim.ContactId, claim.FirstTalkOn, claim.Note, claim.ContactsCounted, claim.Extensions));
        Assert.True(claim.Holds);
    }

    [Theory]
    [InlineData(LeadStage.Kept)]
    [InlineData(LeadStage.Invalid)]
    public void A_closed_lead_claims_nothing(LeadStage stage)
    {
        var lead = Lead(stage);
        Refused("lead.closed", () => Claim.File(NewId(), lead, Keys, Talk(lead), null, Rules, Officer, 1));
    }

    [Theory]
    [InlineData("999999999.9999", "CNY", "1", false, false)]
    [InlineData("1000000000", "CNY", "1", true, false)]
    [InlineData("4999999999.9999", "CNY", "1", true, false)]
    [InlineData("5000000000", "CNY", "1", true, true)]
    [InlineData("140000000", "USD", "7.1", false, false)]
    [InlineData("141000000", "USD", "7.1", true, false)]
    [InlineData("900000000", "USD", "7.1", true, true)]
    [InlineData("9000000000", "JPY", "0.05", false, false)]
    public void N6_From_its_limits_on_an_investment_needs_a_filing_and_a_task_force_at_the_rate_of_the_day(
        string amount, string currency, string rate, bool filing, bool force)
    {
        var lead = Lead(investment: new Money(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture), currency));
        var claim = Claim.File(
            NewId(), lead, Keys, Talk(lead), null, Rules, Officer, decimal.Parse(rate, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal((filing, force, null), (claim.FilingRequired, claim.TaskForceRequired, claim.CurrencyWithoutRate));
    }

    [Fact]
    public void N6_Without_a_rate_a_claim_says_so_until_there_is_one()
    {
        var dollars = new Money(900_000_000m, "USD");
        var lead = Lead(investment: dollars);
        var claim = Claim.File(NewId(), lead, Keys, Talk(lead), null, Rules, Officer, null);
        Assert.Equal((false, false, "USD"), (claim.FilingRequired, claim.TaskForceRequired, claim.CurrencyWithoutRate));
        Assert.False(claim.Follow(dollars, Rules, Officer, null));
        Assert.True(claim.Follow(dollars, Rules, Officer, 7.1m));
        Assert.Equal((true, true, null), (claim.FilingRequired, claim.TaskForceRequired, claim.CurrencyWithoutRate));
    }

    [Fact]
    public void What_an_investment_once_needed_it_needs_for_ever()
    {
        var claim = Filed(Lead());
        Assert.False(claim.Follow(new Money(999_999_999m, "CNY"), Rules, Officer, 1));
        Assert.True(claim.Follow(new Money(6_000_000_000m, "CNY"), Rules, Officer, 1));
        Assert.False(claim.Follow(new Money(7_000_000_000m, "CNY"), Rules, Officer, 1));
        Assert.False(claim.Follow(new Money(1m, "CNY"), Rules, Officer, 1));
        Assert.False(claim.Follow(null, Rules, Officer, 1));
        Assert.Equal((true, true), (claim.FilingRequired, claim.TaskForceRequired));
    }

    [Fact]
    public void A_filing_and_a_task_force_are_recorded_only_where_they_are_needed()
    {
        var small = Filed(Lead());
        Refused("claim.notAsked", () => small.Filed(Day0, "示例备案 1 号", Officer));
        Refused("claim.notAsked", () => small.TaskForceSetUp(Day0, "示例专班", Officer));
        var large = Filed(Lead(investment: new Money(5_000_000_000m, "CNY")));
        large.Filed(Day0.AddDays(1), "示例备案 1 号", Officer);
        large.TaskForceSetUp(Day0.AddDays(2), "示例专班", Officer);
        Assert.Equal((Day0.AddDays(1), "示例备案 1 号"), (large.FiledOn, large.FilingReference));
        Assert.Equal((Day0.AddDays(2), "示例专班"), (large.TaskForceOn, large.TaskForceNote));
    }

    [Fact]
    public void A_confirmed_claim_keeps_its_period()
    {
        var claim = Filed(Lead());
        claim.Confirm(good: true, "属实", Head.Later(3));
        Assert.Equal((ClaimState.Protected, After(90), Head.By, After(3)),
            (claim.State, claim.HeldUntil, claim.ConfirmedBy, claim.UpdatedAt));
        Assert.Null(claim.End);
        Assert.True(claim.Holds);
    }

    [Fact]
    public void A_refused_claim_ends_at_once()
    {
        var claim = Filed(Lead());
        claim.Confirm(good: false, "凭据不足", Head.Later(3));
        Assert.Equal((ClaimState.Released, After(3), ClaimEnd.Refused, "凭据不足"), (claim.State, claim.HeldUntil, claim.End, claim.EndNote));
        Assert.Equal((false, null), (claim.Holds, claim.DueAt));
    }

    [Fact]
    public void A_claim_refused_after_its_period_gets_no_longer_one()
    {
        var claim = Filed(Lead());
        claim.Confirm(good: false, null, Head.Later(100));
        Assert.Equal(After(90), claim.HeldUntil);
    }

    [Fact]
    public void Only_another_confirms_and_only_once()
    {
        var claim = Filed(Lead());
        Refused("claim.ownConfirmation", () => claim.Confirm(good: true, null, Officer.Later(1)));
        Refused("claim.ownConfirmation", () => claim.Confirm(good: false, null, Officer.Later(1)));
        Assert.Equal(ClaimState.Pending, claim.State);
        claim.Confirm(good: true, null, Head);
        Refused("claim.wrongState", () => claim.Confirm(good: true, null, Head));
        Refused("claim.wrongState", () => Disputed().Confirm(good: true, null, Head));
        Refused("claim.wrongState", () => Released().Confirm(good: true, null, Head));
    }

    [Fact]
    public void An_extension_adds_to_the_period_and_needs_a_contact_since_the_last_one()
    {
        var lead = Lead();
        var claim = Confirmed(lead);
        Refused("claim.noProgress", () => claim.Extend(lead, Rules, Officer, 1));

        lead.NoteContact(Day0.AddDays(10), Officer.Later(10));
        claim.Extend(lead, Rules with { ExtensionDays = 20 }, Officer.Later(10), 1);
        Assert.Equal((ClaimState.Extended, After(110), 1, 2), (claim.State, claim.HeldUntil, claim.Extensions, claim.ContactsCounted));
        Refused("claim.noProgress", () => claim.Extend(lead, Rules, Officer.Later(11), 1));

        lead.NoteContact(Day0.AddDays(12), Officer.Later(12));
        lead.Estimate(new Money(1_000_000_000m, "CNY"), Officer.Later(12));
        claim.Extend(lead, Rules, Officer.Later(12), 1);
        Assert.Equal((After(200), 2, true), (claim.HeldUntil, claim.Extensions, claim.FilingRequired));
    }

    [Fact]
    public void Only_a_confirmed_claim_is_extended()
    {
        var lead = Lead();
        var pending = Filed(lead);
        var disputed = Confirmed(lead);
        disputed.Dispute(Head);
        lead.NoteContact(Day0, Officer);
        Refused("claim.wrongState", () => pending.Extend(lead, Rules, Officer, 1));
        Refused("claim.wrongState", () => disputed.Extend(lead, Rules, Officer, 1));
        Refused("claim.wrongState", () => Released().Extend(lead, Rules, Officer, 1));
        Refused("claim.wrongState", () => Expired().Extend(lead, Rules, Officer, 1));
    }

    [Fact]
    public void A_claim_that_holds_is_released_and_no_other()
    {
        foreach (var claim in (Claim[])[Filed(Lead()), Confirmed(Lead()), Extended()])
        {
            claim.Release("不再跟进", Officer.Later(5));
            Assert.Equal((ClaimState.Released, After(5), ClaimEnd.Withdrawn, "不再跟进"),
                (claim.State, claim.HeldUntil, claim.End, claim.EndNote));
            Refused("claim.wrongState", () => claim.Release("x", Officer));
        }

        Refused("claim.wrongState", () => Disputed().Release("x", Officer));
        Refused("claim.wrongState", () => Expired().Release("x", Officer));
    }

    [Fact]
    public void A_claim_expires_at_the_end_of_its_period_whenever_that_is_noticed()
    {
        // Talked to yesterday, so that silence is not what ends it.
        var claim = Filed(Lead());
        Assert.False(claim.Lapse(Day0.AddDays(89), Rules, Officer.At(After(90) - Tick)));
        Assert.Equal((ClaimState.Pending, After(90)), (claim.State, claim.DueAt));
        Assert.True(claim.Lapse(Day0.AddDays(89), Rules, Officer.At(After(90))));
        Assert.Equal((ClaimState.Expired, ClaimEnd.Ended, After(90)), (claim.State, claim.End, claim.HeldUntil));
        Assert.Equal((false, null), (claim.Holds, claim.DueAt));
        Assert.False(claim.Lapse(Day0, Rules, Officer.Later(91)));

        var late = Filed(Lead());
        Assert.True(late.Lapse(Day0.AddDays(89), Rules, Officer.Later(400)));
        Assert.Equal((ClaimState.Expired, After(90)), (late.State, late.HeldUntil));
    }

    [Fact]
    public void A_claim_is_released_after_the_days_of_silence()
    {
        // Day 10 is the last contact: 30 silent days are days 11 to 40.
        var claim = Confirmed(Lead());
        var silent = Day0.AddDays(41).Begins();
        Assert.False(claim.Lapse(Day0.AddDays(10), Rules, Officer.At(silent - Tick)));
        Assert.Equal((ClaimState.Protected, silent), (claim.State, claim.DueAt));
        Assert.True(claim.Lapse(Day0.AddDays(10), Rules, Officer.At(silent)));
        Assert.Equal((ClaimState.Released, ClaimEnd.Idle, silent, null), (claim.State, claim.End, claim.HeldUntil, claim.EndNote));
    }

    [Fact]
    public void Silence_counts_from_the_filing_at_the_earliest()
    {
        var lead = Lead();
        var claim = Claim.File(NewId(), lead, Keys, Talk(lead), null, Rules, Officer.Later(50), 1);
        Assert.Equal(Day0.AddDays(81).Begins(), claim.DueAt);
        Assert.False(claim.Lapse(Day0, Rules, Officer.At(Day0.AddDays(81).Begins() - Tick)));
    }

    [Fact]
    public void The_next_look_is_at_the_end_of_the_period_or_of_the_silence_whichever_is_sooner()
    {
        Assert.Equal(Day0.AddDays(31).Begins(), Filed(Lead()).DueAt);
        var lead = Lead();
        Assert.Equal(After(20), Claim.File(NewId(), lead, Keys, Talk(lead), null, Rules with { ProtectionDays = 20 }, Officer, 1).DueAt);
    }

    [Fact]
    public void A_dispute_stops_the_clock_and_the_claim_goes_on_with_what_was_left()
    {
        foreach (var (claim, state, left) in (IEnumerable<(Claim, ClaimState, double)>)[
            (Filed(Lead()), ClaimState.Pending, 80), (Confirmed(Lead()), ClaimState.Protected, 80), (Extended(), ClaimState.Extended, 170)])
        {
            claim.Dispute(Head.Later(10));
            Assert.Equal((ClaimState.Disputed, state, TimeSpan.FromDays(left)), (claim.State, claim.Undisputed, claim.Left));
            Assert.Equal((true, null, null), (claim.Holds, claim.HeldUntil, claim.DueAt));
            Assert.False(claim.Lapse(Day0, Rules, Officer.Later(500)));
            Refused("claim.disputed", () => claim.Dispute(Head));

            claim.Resolve(upheld: true, "洽谈在先", Day0, Rules, Head.Later(200));
            Assert.Equal((state, After(200 + left), Day0.AddDays(200)), (claim.State, claim.HeldUntil, claim.ResumedOn));
            Assert.Equal((null, null, null), (claim.Undisputed, claim.Left, claim.End));
            // Silence counts anew: nobody could know how the dispute would end.
            Assert.Equal(Day0.AddDays(231).Begins(), claim.DueAt);
        }
    }

    [Fact]
    public void An_overturned_claim_ends_with_the_resolution()
    {
        var claim = Disputed();
        claim.Resolve(upheld: false, "对方洽谈在先", Day0, Rules, Head.Later(20));
        Assert.Equal((ClaimState.Released, After(20), ClaimEnd.Overturned, "对方洽谈在先"),
            (claim.State, claim.HeldUntil, claim.End, claim.EndNote));
        Refused("claim.wrongState", () => claim.Resolve(upheld: true, "x", Day0, Rules, Head));
    }

    [Fact]
    public void Only_what_holds_is_disputed_and_only_what_is_disputed_is_resolved()
    {
        Refused("claim.wrongState", () => Released().Dispute(Head));
        Refused("claim.wrongState", () => Expired().Dispute(Head));
        Refused("claim.wrongState", () => Filed(Lead()).Resolve(upheld: true, "x", Day0, Rules, Head));
    }

    [Fact]
    public void A_claim_follows_its_investor_through_renames_and_merges_and_only_a_merge_is_news()
    {
        var (claim, investor) = (Confirmed(Lead()), NewId());
        string[] renamed = [InvestorFacts.KeyOfName("示例新名公司")];
        Assert.False(claim.Follow(claim.InvestorId, [.. Keys, .. Keys], Head.Later(5)));
        Assert.Equal(After(0), claim.HeldFrom);
        Assert.False(claim.Follow(claim.InvestorId, renamed, Head.Later(6)));
        Assert.Equal((After(6), After(90)), (claim.HeldFrom, claim.HeldUntil));
        Assert.True(claim.Follow(investor, Keys, Head.Later(7)));
        Assert.Equal((investor, After(7), After(90)), (claim.InvestorId, claim.HeldFrom, claim.HeldUntil));
        Assert.Equal(Keys, claim.Keys);
    }

    [Fact]
    public void A_dispute_is_resolved_once()
    {
        var (claim, lead, won) = (Confirmed(Lead()), Lead(), NewId());
        var talk = Talk(lead);
        var dispute = ClaimDispute.Open(NewId(), claim, lead, talk, "我局洽谈在先", Officer);
        Assert.Equal((claim.Id, lead.Id, lead.UnitId, talk.Id), (dispute.ClaimId, dispute.LeadId, dispute.UnitId, dispute.ContactId));
        Assert.Null(dispute.Decision);
        dispute.Resolve(DisputeDecision.Overturned, "属实", won, Head.Later(2));
        Assert.Equal((DisputeDecision.Overturned, "属实", won, Head.By, After(2)),
            (dispute.Decision, dispute.DecisionNote, dispute.WonClaimId, dispute.DecidedBy, dispute.DecidedAt));
        Refused("claim.resolved", () => dispute.Resolve(DisputeDecision.Upheld, "x", null, Head));
    }

    private static Claim Filed(Lead lead) => Claim.File(NewId(), lead, Keys, Talk(lead), null, Rules, Officer, 1);

    private static Claim Confirmed(Lead lead)
    {
        var claim = Filed(lead);
        claim.Confirm(good: true, null, Head);
        return claim;
    }

    private static Claim Extended()
    {
        var lead = Lead();
        var claim = Confirmed(lead);
        lead.NoteContact(Day0, Officer);
        claim.Extend(lead, Rules, Officer, 1);
        return claim;
    }

    private static Claim Disputed()
    {
        var claim = Confirmed(Lead());
        claim.Dispute(Head.Later(10));
        return claim;
    }

    private static Claim Released()
    {
        var claim = Filed(Lead());
        claim.Release("x", Officer);
        return claim;
    }

    private static Claim Expired()
    {
        var claim = Filed(Lead());
        claim.Lapse(Day0.AddDays(89), Rules, Officer.Later(90));
        return claim;
    }
}
