using Qibin.Crm.Kernel;

namespace Qibin.Crm.Leads.Domain;

/// <summary>
/// How a contact took place: 电话, 微信, 邮件, 外出拜访, 来访考察, 展会, 商会/乡贤引荐, 以商招商, 中介, 视频会议.
/// </summary>
public enum ContactChannel { Phone, Wechat, Email, VisitThere, VisitHere, Expo, Association, InvestorReferral, Agent, Video }

/// <summary>Where a visit took place.</summary>
internal sealed record VisitPlace(string? Name, string? Division, decimal? Longitude, decimal? Latitude);

/// <summary>A reference to a file stored elsewhere.</summary>
internal sealed record Attachment(string Title, string Uri);

/// <summary>What a contact says, apart from who recorded it and when.</summary>
internal sealed record ContactContent
{
    public required ContactChannel Channel { get; init; }

    /// <summary>What was said.</summary>
    public required string Summary { get; init; }

    public required DateOnly OccurredOn { get; init; }

    /// <summary>With whom of the investor.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>Officers who took part.</summary>
    public Guid[] ParticipantIds { get; init; } = [];

    public VisitPlace? Place { get; init; }
    public Attachment[] Attachments { get; init; } = [];
}

/// <summary>
/// One contact with an investor 联系记录. Its text is stored here and, once corrected, in its
/// <see cref="ContactRevision"/>s, and nowhere else.
/// </summary>
internal sealed class Contact : Aggregate
{
    /// <summary>How long its author may correct a contact without giving a reason.</summary>
    public static readonly TimeSpan FreelyCorrected = TimeSpan.FromHours(24);

    private Contact()
    {
    }

    public Guid LeadId { get; private init; }
    public Guid? PersonId { get; private set; }
    public ContactChannel Channel { get; private set; }
    public string Summary { get; private set; } = "";
    public DateOnly OccurredOn { get; private set; }
    public Guid[] ParticipantIds { get; private set; } = [];
    public VisitPlace? Place { get; private set; }

    /// <summary>Division of the place, a column of its own because the report of visits groups by it.</summary>
    [Audited]
    public string? Division { get; private set; }

    public Attachment[] Attachments { get; private set; } = [];
    public Guid RecordedBy { get; private init; }
    public DateTimeOffset RecordedAt { get; private init; }
    public DateTimeOffset? CorrectedAt { get; private set; }

    /// <summary>Whether somebody went to the investor or came from there.</summary>
    public bool IsVisit => Channel is ContactChannel.VisitThere or ContactChannel.VisitHere;

    public ContactContent Content => new()
    {
        Channel = Channel,
        Summary = Summary,
        OccurredOn = OccurredOn,
        PersonId = PersonId,
        ParticipantIds = ParticipantIds,
        Place = Place,
        Attachments = Attachments,
    };

    /// <exception cref="RuleViolation"><c>contact.placeOfNoVisit</c>.</exception>
    public static Contact Record(Guid id, Guid leadId, ContactContent content, Actor actor)
    {
        var contact = new Contact { Id = id, LeadId = leadId, RecordedBy = actor.By, RecordedAt = actor.At };
        contact.Take(content);
        return contact;
    }

    /// <summary>
    /// Replaces the content; the former one stays as a revision. Its author may within 24 hours; later the
    /// author, and <paramref name="oversees">who oversees the unit</paramref> at any time, with a reason.
    /// </summary>
    /// <exception cref="RuleViolation"><c>contact.notAuthor</c>, <c>contact.reasonNeeded</c>, <c>contact.placeOfNoVisit</c>.</exception>
    public ContactRevision Correct(ContactContent content, string? reason, bool oversees, Actor actor)
    {
        RefuseOthers(oversees, actor);
        if (reason is null && !(actor.By == RecordedBy && actor.At <= RecordedAt + FreelyCorrected))
        {
            throw new RuleViolation("contact.reasonNeeded");
        }

        var old = new ContactRevision
        {
            ContactId = Id,
            Version = Version,
            Content = Content,
            Reason = reason,
            ReplacedBy = actor.By,
            ReplacedAt = actor.At,
        };
        Take(content);
        CorrectedAt = actor.At;
        return old;
    }

    /// <summary>Its author, and <paramref name="oversees">who oversees the unit</paramref>, correct and remove it.</summary>
    /// <exception cref="RuleViolation"><c>contact.notAuthor</c>.</exception>
    public void RefuseOthers(bool oversees, Actor actor)
    {
        if (actor.By != RecordedBy && !oversees)
        {
            throw new RuleViolation("contact.notAuthor");
        }
    }

    /// <summary>It came back from the bin.</summary>
    public void Restore() => Touch();

    private void Take(ContactContent content)
    {
        (Channel, Summary, OccurredOn, PersonId) = (content.Channel, content.Summary, content.OccurredOn, content.PersonId);
        if (content.Place is not null && !IsVisit)
        {
            throw new RuleViolation("contact.placeOfNoVisit");
        }

        (ParticipantIds, Place, Division, Attachments) =
            ([.. content.ParticipantIds.Distinct()], content.Place, content.Place?.Division, content.Attachments);
        Touch();
    }
}

/// <summary>What a contact said before it was corrected.</summary>
internal sealed class ContactRevision
{
    public required Guid ContactId { get; init; }

    /// <summary>The contact's version that it was.</summary>
    public required long Version { get; init; }

    public required ContactContent Content { get; init; }

    /// <summary>Why it was replaced; null of a correction by its author within 24 hours.</summary>
    public string? Reason { get; init; }

    public required Guid ReplacedBy { get; init; }
    public required DateTimeOffset ReplacedAt { get; init; }
}

/// <summary>
/// Two units visited one investor within <see cref="Days"/> days 撞访. Kept for both, each of which learns of the other unit and day
/// and of nothing else.
/// </summary>
internal sealed class VisitClash : Aggregate
{
    /// <summary>Visits so many days apart or fewer clash.</summary>
    public const int Days = 14;

    private VisitClash()
    {
    }

    public Guid EarlierContactId { get; private init; }
    public Guid EarlierLeadId { get; private init; }
    public Guid EarlierUnitId { get; private init; }
    public DateOnly EarlierOn { get; private init; }
    public Guid LaterContactId { get; private init; }
    public Guid LaterLeadId { get; private init; }
    public Guid LaterUnitId { get; private init; }
    public DateOnly LaterOn { get; private init; }

    /// <summary>As the visit that was recorded second has it.</summary>
    public string InvestorName { get; private init; } = "";

    public DateTimeOffset RecordedAt { get; private init; }

    /// <param name="id">Of the clash.</param>
    /// <param name="recorded">The visit that was there.</param>
    /// <param name="recordedUnit">The unit of its lead.</param>
    /// <param name="contact">The visit that is being recorded.</param>
    /// <param name="lead">Its lead.</param>
    /// <param name="actor">Who and when.</param>
    public static VisitClash Between(Guid id, Contact recorded, Guid recordedUnit, Contact contact, Lead lead, Actor actor)
    {
        var first = recorded.OccurredOn <= contact.OccurredOn;
        var (earlier, later) = first ? (recorded, contact) : (contact, recorded);
        var clash = new VisitClash
        {
            Id = id,
            EarlierContactId = earlier.Id,
            EarlierLeadId = earlier.LeadId,
            EarlierUnitId = first ? recordedUnit : lead.UnitId,
            EarlierOn = earlier.OccurredOn,
            LaterContactId = later.Id,
            LaterLeadId = later.LeadId,
            LaterUnitId = first ? lead.UnitId : recordedUnit,
            LaterOn = later.OccurredOn,
            InvestorName = lead.InvestorName,
            RecordedAt = actor.At,
        };
        clash.Touch();
        return clash;
    }
}
