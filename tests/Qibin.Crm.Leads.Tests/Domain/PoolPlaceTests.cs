using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Domain;
using static Qibin.Crm.Leads.Domain.PoolPlace;
using static Qibin.Crm.Leads.Tests.Domain.Sample;

namespace Qibin.Crm.Leads.Tests.Domain;

public class PoolPlaceTests
{
    private static readonly PoolRules Rules = new();

    [Fact]
    public void A_silent_lead_is_warned_of_once_and_then_pooled()
    {
        // The last contact is on day 0: 30 silent days are days 1 to 30, and three days before day 31 comes the warning.
        var (place, lead) = (New(), Lead());
        Assert.Equal(Day0.AddDays(31), place.PoolOn(lead, Rules));
        Assert.Equal(Look.Nothing, place.Judge(lead, Rules, Last(27)));
        Assert.Equal((PoolState.Followed, Day0.AddDays(28).Begins()), (place.State, place.DueAt));

        Assert.Equal(Look.Warned, place.Judge(lead, Rules, Day0.AddDays(28).Begins()));
        Assert.Equal((PoolState.Warned, Day0), (place.State, place.WarnedOf));
        Assert.Equal(Look.Nothing, place.Judge(lead, Rules, Last(30)));
        Assert.Equal((PoolState.Warned, Day0.AddDays(31).Begins()), (place.State, place.DueAt));

        Assert.Equal(Look.Pooled, place.Judge(lead, Rules, Day0.AddDays(31).Begins()));
        Assert.Equal((PoolState.Pooled, lead.OwnerId, Day0.AddDays(31).Begins(), null),
            (place.State, place.FormerOwnerId, place.PooledAt, place.WarnedOf));
        Assert.True(place.Holds(lead));
        Assert.Equal(Look.Nothing, place.Judge(lead, Rules, After(32)));
    }

    [Fact]
    public void A_contact_ends_the_silence_and_the_next_one_is_warned_of_again()
    {
        var (place, lead) = (New(), Lead());
        place.Judge(lead, Rules, After(28));
        lead.NoteContact(Day0.AddDays(29), Officer.Later(29));
        Assert.Equal(Look.Nothing, place.Judge(lead, Rules, After(29)));
        Assert.Equal(PoolState.Followed, place.State);
        Assert.Equal(Look.Nothing, place.Judge(lead, Rules, Last(56)));
        Assert.Equal(Look.Warned, place.Judge(lead, Rules, After(57)));
        Assert.Equal(Look.Pooled, place.Judge(lead, Rules, After(60)));
    }

    [Fact]
    public void The_next_look_is_within_a_day()
    {
        var (place, lead) = (New(), Lead());
        place.Judge(lead, Rules, After(5));
        Assert.Equal(After(6), place.DueAt);
    }

    [Fact]
    public void Without_warning_days_nobody_is_warned()
    {
        var (place, lead, rules) = (New(), Lead(), Rules with { WarningDays = 0 });
        Assert.Equal(Look.Nothing, place.Judge(lead, rules, Last(30)));
        Assert.Equal(Look.Pooled, place.Judge(lead, rules, After(31)));
    }

    [Fact]
    public void Silence_counts_from_the_start_of_the_rules_the_entry_of_the_lead_and_its_leaving_the_pool()
    {
        var lead = Lead();
        Assert.Equal(Day0.AddDays(41), New().PoolOn(lead, Rules with { StartOn = Day0.AddDays(10) }));
        Assert.Equal(Day0.AddDays(31), New().PoolOn(lead, Rules with { StartOn = Day0.AddDays(-10) }));
        var entered = Leads.Domain.Lead.Open(
            NewId(), "L-2026-000002", Investor.Register(NewId(), "示例公司", null, null, Officer), NewId(), NewId(), Day0.AddDays(-200),
            Officer);
        Assert.Equal(Day0.AddDays(31), New().PoolOn(entered, Rules));
        var place = Pooled(lead);
        place.Pick(lead, NewId(), Rules, After(60));
        Assert.Equal((Day0.AddDays(60), Day0.AddDays(91)), (place.LeftOn, place.PoolOn(lead, Rules)));
    }

    [Theory]
    [InlineData(LeadStage.Kept)]
    [InlineData(LeadStage.Invalid)]
    [InlineData(LeadStage.Converted)]
    public void What_is_closed_or_converted_is_not_pooled(LeadStage stage) => NotPooled(Lead(stage), Rules);

    [Fact]
    public void What_is_confidential_is_not_pooled() => NotPooled(Confidential(), Rules);

    [Fact]
    public void With_the_rules_off_nothing_is_pooled() => NotPooled(Lead(), Rules with { Enabled = false });

    [Fact]
    public void A_pooled_lead_that_somebody_has_or_that_is_closed_is_in_the_pool_no_more()
    {
        foreach (var change in (Action<Lead>[])
        [
            lead => lead.Assign(NewId(), lead.UnitId, "专人负责", Day0, Head),
            lead => lead.Invalidate(ClosureReason.NoAnswer, Day0, null, Officer),
        ])
        {
            var lead = Lead();
            var place = Pooled(lead);
            change(lead);
            Assert.False(place.Holds(lead));
            Refused("pool.notPooled", () => place.Pick(lead, NewId(), Rules, After(40)));
            Assert.Equal(Look.Left, place.Judge(lead, Rules, After(40)));
            Assert.Equal((PoolState.Followed, Day0.AddDays(40), After(41)), (place.State, place.LeftOn, place.DueAt));
        }
    }

    [Fact]
    public void An_open_lead_is_released_and_no_other()
    {
        var (place, lead) = (New(), Lead());
        place.Release(lead, After(1));
        Assert.Equal((PoolState.Pooled, After(1)), (place.State, place.PooledAt));
        Refused("pool.already", () => place.Release(lead, After(2)));
        Refused("lead.closed", () => New().Release(Lead(LeadStage.Kept), After(1)));
        Refused("lead.converted", () => New().Release(Lead(LeadStage.Converted), After(1)));
        Refused("pool.confidential", () => New().Release(Confidential(), After(1)));
    }

    [Fact]
    public void Another_officer_picks_at_once_and_the_former_one_after_the_days_of_the_rules()
    {
        var lead = Lead();
        var place = Pooled(lead);
        Assert.Equal(Day0.AddDays(61), Refused("pool.formerOwner", () => place.Pick(lead, lead.OwnerId, Rules, Last(60))).Arguments[0]);
        Assert.True(place.Holds(lead));
        place.Pick(lead, lead.OwnerId, Rules, Day0.AddDays(61).Begins());
        Assert.Equal(PoolState.Followed, place.State);

        var other = Pooled(lead);
        other.Pick(lead, NewId(), Rules, After(31));
        Assert.Equal((PoolState.Followed, Day0.AddDays(31)), (other.State, other.LeftOn));
        Refused("pool.notPooled", () => other.Pick(lead, NewId(), Rules, After(31)));
        Refused("pool.notPooled", () => New().Pick(lead, NewId(), Rules, After(31)));

        var immediate = Pooled(lead);
        immediate.Pick(lead, lead.OwnerId, Rules with { ReturnDays = 0 }, After(31));
        Assert.Equal(PoolState.Followed, immediate.State);
    }

    private static void NotPooled(Lead lead, PoolRules rules)
    {
        var place = New();
        Assert.Equal(Look.Nothing, place.Judge(lead, rules, After(400)));
        Assert.Equal((PoolState.Followed, After(407)), (place.State, place.DueAt));
    }

    /// <summary>The last instant of a day.</summary>
    private static DateTimeOffset Last(int day) => Day0.AddDays(day + 1).Begins().AddTicks(-1);

    private static PoolPlace Pooled(Lead lead)
    {
        var place = New();
        place.Release(lead, After(31));
        return place;
    }

    /// <summary>As the database makes one with each lead.</summary>
    private static PoolPlace New() => (PoolPlace)Activator.CreateInstance(typeof(PoolPlace), nonPublic: true)!;
}
