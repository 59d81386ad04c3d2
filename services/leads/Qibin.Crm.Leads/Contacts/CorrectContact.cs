using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Json;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Contacts;

/// <summary>What may be corrected of a contact, as a JSON merge patch.</summary>
public sealed record ContactPatch : MergePatch
{
    public ContactChannel? Channel { get; init => field = Kept(value); }

    /// <summary>What was said.</summary>
    [TextLength(4000)]
    public string? Summary { get; init => field = Kept(value); }

    /// <summary>Day of the contact; never in the future.</summary>
    [BusinessDate]
    public DateOnly? OccurredOn { get; init => field = Kept(value); }

    /// <summary>With whom: a person of the lead's investor.</summary>
    public Guid? PersonId { get; init => field = Given(value); }

    /// <summary>In place of the present ones.</summary>
    [Items(0, 50)]
    public IReadOnlyList<Guid>? ParticipantIds { get; init => field = Kept(value); }

    /// <summary>In place of the present one, whole; only of a visit.</summary>
    public VisitPlaceBody? Place { get; init => field = Given(value); }

    /// <summary>In place of the present ones.</summary>
    [Items(0, 20)]
    public IReadOnlyList<AttachmentBody>? Attachments { get; init => field = Kept(value); }

    /// <summary>Why. Its author needs none within 24 hours of logging.</summary>
    [TextLength(1000)]
    public string? Reason { get; init => field = Given(value); }
}

/// <summary>What a contact said before it was corrected.</summary>
public sealed record ContactRevisionAnswer
{
    public required ContactChannel Channel { get; init; }
    public required string Summary { get; init; }
    public required DateOnly OccurredOn { get; init; }
    public Guid? PersonId { get; init; }

    [Named]
    public required Guid[] ParticipantIds { get; init; }

    public VisitPlaceBody? Place { get; init; }
    public required AttachmentBody[] Attachments { get; init; }

    /// <summary>Why it was replaced; null of a correction by its author within 24 hours.</summary>
    public string? Reason { get; init; }

    [Named]
    public required Guid ReplacedBy { get; init; }

    public required DateTimeOffset ReplacedAt { get; init; }

    /// <summary>The contact's version that it was.</summary>
    public required long Version { get; init; }

    internal static ContactRevisionAnswer From(ContactRevision revision) => new()
    {
        Channel = revision.Content.Channel,
        Summary = revision.Content.Summary,
        OccurredOn = revision.Content.OccurredOn,
        PersonId = revision.Content.PersonId,
        ParticipantIds = revision.Content.ParticipantIds,
        Place = VisitPlaceBody.Of(revision.Content.Place),
        Attachments = AttachmentBody.Of(revision.Content.Attachments),
        Reason = revision.Reason,
        ReplacedBy = revision.ReplacedBy,
        ReplacedAt = revision.ReplacedAt,
        Version = revision.Version,
    };
}

/// <summary>Corrects a contact; the lead's first and last contact follow.</summary>
internal static class CorrectContact
{
    internal static async Task<Results<Ok<Receipt>, NotFound>> Handle(
        Guid leadId, Guid contactId, ContactPatch patch, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock,
        CancellationToken ct)
    {
        // The lead first, as when a contact is logged: its first and last day depend on all of its contacts.
        var lead = await db.Leads.EditableBy(caller).ForUpdate(leadId, ct);
        var contact = lead is null ? null : await db.Contacts.Locked(contactId).Where(c => c.LeadId == leadId).SingleOrDefaultAsync(ct);
        if (lead is null || contact is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(contact);
        var present = contact.Content;
        var content = present with
        {
            Channel = patch.Channel ?? present.Channel,
            Summary = patch.Summary ?? present.Summary,
            OccurredOn = patch.OccurredOn is { } on ? clock.NotAfterToday(on, "/occurredOn") : present.OccurredOn,
            PersonId = patch.Over(present.PersonId, patch.PersonId),
            ParticipantIds = patch.ParticipantIds is { } participants ? [.. participants] : present.ParticipantIds,
            Place = patch.Gives(nameof(patch.Place)) ? patch.Place?.ToPlace() : present.Place,
            Attachments = patch.Attachments is { } attachments ? AttachmentBody.ToAttachments(attachments) : present.Attachments,
        };
        RecordContact.RefuseButVisits(caller, content, plans: false);
        await RecordContact.KnowAllAsync(db, caller, lead, content, ct);
        var actor = caller.Actor(clock);
        db.Add(contact.Correct(content, patch.Reason, caller.Is(LeadsService.Assigners), actor));
        await CollaborateAsync(db, lead, contact.Id, present.ParticipantIds, contact.ParticipantIds, actor, ct);
        await RedateAsync(db, lead, contact, actor, ct);
        db.Publish(lead, new ContactCorrected
        {
            Lead = lead.State(),
            ContactId = contact.Id,
            Channel = JsonNamingPolicy.CamelCase.ConvertName(contact.Channel.ToString()),
            OccurredOn = contact.OccurredOn,
        });
        await Visits.NoteClashesAsync(db, lead, contact, actor, clock, ct);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = contact.Id, Version = contact.Version });
    }

    internal static Task<Results<Ok<IReadOnlyList<ContactRevisionAnswer>>, NotFound>> Revisions(
        Guid leadId, Guid contactId, LeadsDb db, Caller caller, CancellationToken ct) =>
        db.ContactRevisions.Where(r => r.ContactId == contactId).OrderBy(r => r.Version).HistoryOfAsync(
            db.Contacts.Where(c => c.Id == contactId && c.LeadId == leadId && db.Leads.ReadableBy(caller).Any(l => l.Id == leadId)),
            ContactRevisionAnswer.From, ct);

    /// <summary>Who takes part now reads the lead; who was named by mistake, in no other contact, no longer does.</summary>
    internal static async Task CollaborateAsync(
        LeadsDb db, Lead lead, Guid contactId, Guid[] before, Guid[] after, Actor actor, CancellationToken ct)
    {
        Guid[] left = [.. before.Except(after)];
        var elsewhere = left.Length == 0 ? [] : await db.Contacts.Where(c => c.LeadId == lead.Id && c.Id != contactId)
            .SelectMany(c => c.ParticipantIds).Where(p => left.Contains(p)).ToListAsync(ct);
        lead.CollaborateWith([.. lead.Collaborators.Except(left.Except(elsewhere)), .. after], actor);
    }

    /// <summary>The days of the lead's earliest and latest contact but for one; null when it has no other.</summary>
    internal static async Task<(DateOnly First, DateOnly Last)?> OtherDaysAsync(
        LeadsDb db, Guid leadId, Guid contactId, CancellationToken ct) =>
        await db.Contacts.Where(c => c.LeadId == leadId && c.Id != contactId).GroupBy(c => c.LeadId)
            .Select(of => new { First = of.Min(c => c.OccurredOn), Last = of.Max(c => c.OccurredOn) })
            .SingleOrDefaultAsync(ct) is { } days ? (days.First, days.Last) : null;

    /// <summary>The day the lead left its first stage; null while it is new.</summary>
    internal static Task<DateOnly?> MovedOnAsync(LeadsDb db, Guid leadId, CancellationToken ct) =>
        db.StageMoves.Where(m => m.LeadId == leadId && m.From != null).MinAsync(m => (DateOnly?)m.OccurredOn, ct);

    /// <summary>The lead's first and last day of contact, and none of them after the stage that followed.</summary>
    private static async Task RedateAsync(LeadsDb db, Lead lead, Contact contact, Actor actor, CancellationToken ct)
    {
        var others = await OtherDaysAsync(db, lead.Id, contact.Id, ct);
        lead.ContactsCorrected(
            others?.First < contact.OccurredOn ? others.Value.First : contact.OccurredOn,
            others?.Last > contact.OccurredOn ? others.Value.Last : contact.OccurredOn, await MovedOnAsync(db, lead.Id, ct), actor);
    }
}
