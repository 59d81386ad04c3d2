using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;

namespace Qibin.Crm.Leads.Contacts;

/// <summary>A logged contact.</summary>
public sealed record ContactAnswer : IVersioned
{
    public required Guid Id { get; init; }
    public required Guid LeadId { get; init; }
    public Guid? PersonId { get; init; }
    public required ContactChannel Channel { get; init; }

    /// <summary>What was said.</summary>
    public required string Summary { get; init; }

    public required DateOnly OccurredOn { get; init; }

    /// <summary>Officers who took part, beside whoever logged it.</summary>
    [Named]
    public required Guid[] ParticipantIds { get; init; }

    /// <summary>Where; only of a visit.</summary>
    public VisitPlaceBody? Place { get; init; }

    public required AttachmentBody[] Attachments { get; init; }

    [Named]
    public required Guid RecordedBy { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>When it was last corrected; its former versions are at <c>…/revisions</c>.</summary>
    public DateTimeOffset? CorrectedAt { get; init; }

    public required long Version { get; init; }

    internal static ContactAnswer From(Contact contact) => new()
    {
        Id = contact.Id,
        LeadId = contact.LeadId,
        PersonId = contact.PersonId,
        Channel = contact.Channel,
        Summary = contact.Summary,
        OccurredOn = contact.OccurredOn,
        ParticipantIds = contact.ParticipantIds,
        Place = VisitPlaceBody.Of(contact.Place),
        Attachments = AttachmentBody.Of(contact.Attachments),
        RecordedBy = contact.RecordedBy,
        RecordedAt = contact.RecordedAt,
        CorrectedAt = contact.CorrectedAt,
        Version = contact.Version,
    };
}

/// <summary>Filters of a lead's contacts.</summary>
public record ContactQuery
{
    /// <summary>Channels, separated by commas.</summary>
    public Words<ContactChannel>? Channel { get; init; }

    public DateOnly? OccurredFrom { get; init; }
    public DateOnly? OccurredTo { get; init; }
}

/// <summary>Reads the contacts of a lead.</summary>
internal static class ReadContacts
{
    internal static readonly Listing<Contact> Listing = new Listing<Contact>(c => c.Id, "-occurredOn")
        .Sort("occurredOn", c => c.OccurredOn)
        .Sort("recordedAt", c => c.RecordedAt);

    public static void MapContacts(this RouteGroupBuilder api)
    {
        api.MapPost("/leads/{leadId:guid}/contacts", RecordContact.Handle).Allow(Scopes.LeadsWrite, LeadsService.Visitors)
            .WithName("recordContact").WithSummary("登记联系记录 · Log a contact");
        api.MapPost("/leads/{leadId:guid}/contacts/batch", RecordContact.HandleBatch).Allow(Scopes.LeadsWrite, LeadsService.Visitors)
            .WithName("recordContacts").WithSummary("批量登记联系记录 · Log up to 500 contacts of one lead");
        api.MapGet("/leads/{leadId:guid}/contacts", List).AllowTheTrade(Scopes.LeadsRead).WithMetadata(Listing)
            .WithName("listContacts").WithSummary("联系记录 · Contacts of a lead");
        api.MapGet("/leads/{leadId:guid}/contacts/{contactId:guid}", Read).AllowTheTrade(Scopes.LeadsRead)
            .WithName("readContact").WithSummary("联系记录详情 · One contact");
        api.MapPatch("/leads/{leadId:guid}/contacts/{contactId:guid}", CorrectContact.Handle)
            .Allow(Scopes.LeadsWrite, LeadsService.Visitors)
            .WithName("correctContact").WithSummary("更正联系记录（保留原文）· Correct a contact, keeping what it said");
        api.MapGet("/leads/{leadId:guid}/contacts/{contactId:guid}/revisions", CorrectContact.Revisions).AllowTheTrade(Scopes.LeadsRead)
            .WithName("listContactRevisions").WithSummary("更正前的原文 · What a contact said before, oldest first");
        api.MapVisits();
    }

    private static async Task<Results<Ok<Page<ContactAnswer>>, NotFound>> List(
        Guid leadId, [AsParameters] ContactQuery query, [AsParameters] PageQuery page, LeadsDb db, Caller caller, HttpRequest request,
        CancellationToken ct)
    {
        if (!await db.Leads.ReadableBy(caller).AnyAsync(l => l.Id == leadId, ct))
        {
            return TypedResults.NotFound();
        }

        var contacts = Filter(db.Contacts.AsNoTracking().Where(c => c.LeadId == leadId), query);
        return TypedResults.Ok(await Listing.PageAsync(contacts, page, request, ContactAnswer.From, ct));
    }

    internal static IQueryable<Contact> Filter(IQueryable<Contact> contacts, ContactQuery query)
    {
        if (query.Channel is { Values: var channels })
        {
            contacts = contacts.Where(c => channels.Contains(c.Channel));
        }

        if (query.OccurredFrom is { } from)
        {
            contacts = contacts.Where(c => c.OccurredOn >= from);
        }

        if (query.OccurredTo is { } to)
        {
            contacts = contacts.Where(c => c.OccurredOn <= to);
        }

        return contacts;
    }

    private static async Task<Results<Ok<ContactAnswer>, NotFound>> Read(
        Guid leadId, Guid contactId, LeadsDb db, Caller caller, CancellationToken ct)
    {
        var contact = await db.Contacts.AsNoTracking()
            .Where(c => c.Id == contactId && c.LeadId == leadId && db.Leads.ReadableBy(caller).Any(l => l.Id == leadId))
            .SingleOrDefaultAsync(ct);
        return contact is null ? TypedResults.NotFound() : TypedResults.Ok(ContactAnswer.From(contact));
    }
}
