using Qibin.Crm.Leads.Domain;
using static Qibin.Crm.Leads.Tests.Domain.Sample;

namespace Qibin.Crm.Leads.Tests.Domain;

public class ContactTests
{
    private static readonly VisitPlace Place = new("科创新城", "410611", 114.297m, 35.748m);

    [Theory]
    [InlineData(ContactChannel.VisitThere, true)]
    [InlineData(ContactChannel.VisitHere, true)]
    [InlineData(ContactChannel.Phone, false)]
    [InlineData(ContactChannel.Wechat, false)]
    [InlineData(ContactChannel.Email, false)]
    [InlineData(ContactChannel.Expo, false)]
    [InlineData(ContactChannel.Association, false)]
    [InlineData(ContactChannel.InvestorReferral, false)]
    [InlineData(ContactChannel.Agent, false)]
    public void Only_a_visit_has_a_place(ContactChannel channel, bool visit)
    {
        if (visit)
        {
            var contact = Recorded(channel, Place);
            Assert.Equal((true, Place, "410611"), (contact.IsVisit, contact.Place, contact.Division));
        }
        else
        {
            Refused("contact.placeOfNoVisit", () => Recorded(channel, Place));
            Assert.False(Recorded(channel, null).IsVisit);
        }
    }

    [Fact]
    public void Whoever_took_part_counts_once()
    {
        var (one, other) = (NewId(), NewId());
        var contact = Contact.Record(NewId(), NewId(), Content() with { ParticipantIds = [one, other, one] }, Officer);
        Assert.Equal([one, other], contact.ParticipantIds);
    }

    [Fact]
    public void Its_author_corrects_it_for_24_hours_without_a_reason_and_later_with_one()
    {
        var contact = Recorded();
        var revision = contact.Correct(Content() with { Summary = "更正" }, null, oversees: false, Officer.Later(1));
        Assert.Equal((contact.Id, "洽谈", null, Officer.By, After(1)),
            (revision.ContactId, revision.Content.Summary, revision.Reason, revision.ReplacedBy, revision.ReplacedAt));
        Assert.Equal(("更正", After(1)), (contact.Summary, contact.CorrectedAt));

        var late = Officer.At(After(1).AddTicks(1));
        Refused("contact.reasonNeeded", () => contact.Correct(Content(), null, oversees: false, late));
        Refused("contact.reasonNeeded", () => contact.Correct(Content(), null, oversees: true, late));
        Assert.Equal("更正", contact.Summary);
        Assert.Equal("录入有误", contact.Correct(Content(), "录入有误", oversees: false, late).Reason);
    }

    [Fact]
    public void Another_corrects_it_only_as_head_and_with_a_reason()
    {
        var contact = Recorded();
        Refused("contact.notAuthor", () => contact.Correct(Content(), "录入有误", oversees: false, Head));
        Refused("contact.reasonNeeded", () => contact.Correct(Content(), null, oversees: true, Head));
        Assert.Equal(Head.By, contact.Correct(Content() with { Summary = "更正" }, "录入有误", oversees: true, Head).ReplacedBy);
        Assert.Equal(("更正", Officer.By), (contact.Summary, contact.RecordedBy));
    }

    [Fact]
    public void A_corrected_channel_takes_the_place_with_it_or_is_refused()
    {
        var contact = Recorded(ContactChannel.VisitHere, Place);
        Refused("contact.placeOfNoVisit", () => contact.Correct(Content() with { Place = Place }, null, oversees: false, Officer));
        contact.Correct(Content(), null, oversees: false, Officer);
        Assert.Equal((null, null), (contact.Place, contact.Division));
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void Of_two_clashing_visits_the_earlier_is_that_of_the_earlier_day_or_else_the_first_recorded(int recordedOn, bool isEarlier)
    {
        var (lead, unit) = (Lead(), NewId());
        var recorded = Contact.Record(NewId(), NewId(), Content() with { OccurredOn = Day0.AddDays(recordedOn) }, Officer);
        var contact = Contact.Record(NewId(), lead.Id, Content(), Officer);

        var clash = VisitClash.Between(NewId(), recorded, unit, contact, lead, Officer);

        Assert.Equal(isEarlier ? (recorded.Id, contact.Id) : (contact.Id, recorded.Id), (clash.EarlierContactId, clash.LaterContactId));
        Assert.Equal(isEarlier ? (unit, lead.UnitId) : (lead.UnitId, unit), (clash.EarlierUnitId, clash.LaterUnitId));
    }

    private static Contact Recorded(ContactChannel channel = ContactChannel.Phone, VisitPlace? place = null) =>
        Contact.Record(NewId(), NewId(), Content() with { Channel = channel, Place = place }, Officer);

    private static ContactContent Content() => new() { Channel = ContactChannel.Phone, Summary = "洽谈", OccurredOn = Day0 };
}
