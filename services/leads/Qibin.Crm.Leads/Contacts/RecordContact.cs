using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.NextSteps;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Idempotency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Contacts;

/// <summary>A contact with the investor of a lead.</summary>
public sealed record ContactRequest
{
    [Needed]
    public ContactChannel? Channel { get; init; }

    /// <summary>What was said.</summary>
    [Needed, TextLength(4000)]
    public string? Summary { get; init; }

    /// <summary>Day of the contact; today when left out, never in the future.</summary>
    [BusinessDate]
    public DateOnly? OccurredOn { get; init; }

    /// <summary>With whom: a person of the lead's investor.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>Officers who took part, beside whoever logs it.</summary>
    [Items(0, 50)]
    public IReadOnlyList<Guid>? ParticipantIds { get; init; }

    /// <summary>Where; only of a visit.</summary>
    public VisitPlaceBody? Place { get; init; }

    [Items(0, 20)]
    public IReadOnlyList<AttachmentBody>? Attachments { get; init; }

    /// <summary>What to do next, in place of the open next step.</summary>
    public NextStepRequest? NextStep { get; init; }
}

/// <summary>Logs a contact, at any stage of the lead.</summary>
internal static class RecordContact
{
    internal static async Task<Results<Created<Receipt>, NotFound>> Handle(
        Guid leadId, ContactRequest request, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var occurredOn = clock.NotAfterToday(request.OccurredOn, "/occurredOn");
        var lead = await db.Leads.EditableBy(caller).ForUpdate(leadId, ct);
        if (lead is null)
        {
            return TypedResults.NotFound();
        }

        var content = new ContactContent
        {
            Channel = request.Channel!.Value,
            Summary = request.Summary!,
            OccurredOn = occurredOn,
            PersonId = request.PersonId,
            ParticipantIds = [.. request.ParticipantIds ?? []],
            Place = request.Place?.ToPlace(),
            Attachments = AttachmentBody.ToAttachments(request.Attachments),
        };
        RefuseButVisits(caller, content, request.NextStep is not null);
        await KnowAllAsync(db, caller, lead, content, ct);
        var actor = caller.Actor(clock);
        var contact = Contact.Record(clock.NewId(), lead.Id, content, actor);
        lead.NoteContact(occurredOn, actor);
        lead.CollaborateWith([.. lead.Collaborators, .. contact.ParticipantIds], actor);
        db.Add(contact);
        db.Publish(lead, contact.Recorded(lead));
        if (request.NextStep is { } next)
        {
            await PlanNextStep.ReplaceAsync(db, lead, next, actor, clock, ct);
        }

        await Visits.NoteClashesAsync(db, lead, contact, actor, clock, ct);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created(
            $"/api/v1/leads/{lead.Id}/contacts/{contact.Id}", new Receipt { Id = contact.Id, Version = contact.Version });
    }

    internal static async Task<Results<Ok<BatchAnswer>, NotFound>> HandleBatch(
        Guid leadId, BatchRequest<ContactRequest> request, HttpContext http, LeadsDb db, Caller caller, TimeProvider clock,
        CancellationToken ct)
    {
        if (!await db.Leads.EditableBy(caller).AnyAsync(l => l.Id == leadId, ct))
        {
            return TypedResults.NotFound();
        }

        return TypedResults.Ok(await Batch.RunAsync(http, request, async item => await Handle(leadId, item, db, caller, clock, ct)));
    }

    /// <summary>Whoever does not work on leads, as a leader or chain chief, logs visits.</summary>
    /// <exception cref="RuleViolation"><c>contact.visitsOnly</c>.</exception>
    internal static void RefuseButVisits(Caller caller, ContactContent content, bool plans)
    {
        var visit = content.Channel is ContactChannel.VisitThere or ContactChannel.VisitHere;
        if (!caller.IsIntegration && !caller.Is(LeadsService.Writers) && (!visit || plans))
        {
            throw new RuleViolation("contact.visitsOnly");
        }
    }

    /// <summary>Refuses a contact with somebody whom the service does not know.</summary>
    /// <exception cref="RuleViolation"><c>person.unknown</c>, <c>officer.unknown</c>.</exception>
    internal static async Task KnowAllAsync(LeadsDb db, Caller caller, Lead lead, ContactContent content, CancellationToken ct)
    {
        if (content.PersonId is { } personId
            && !await db.PeopleKnownTo(caller).AnyAsync(p => p.Id == personId && p.InvestorId == lead.InvestorId, ct))
        {
            throw new RuleViolation("person.unknown");
        }

        await KnowAsync(db, content.ParticipantIds, ct);
    }

    /// <exception cref="RuleViolation"><c>officer.unknown</c>.</exception>
    internal static async Task KnowAsync(LeadsDb db, IEnumerable<Guid> officers, CancellationToken ct)
    {
        var named = officers.Distinct().ToArray();
        if (named.Length > 0 && await db.Officers.CountAsync(o => named.Contains(o.OfficerId), ct) < named.Length)
        {
            throw new RuleViolation("officer.unknown");
        }
    }

    /// <summary>The event of a contact: the fact and its channel, without its text.</summary>
    internal static ContactRecorded Recorded(this Contact contact, Lead lead) => new()
    {
        Lead = lead.State(),
        ContactId = contact.Id,
        Channel = JsonNamingPolicy.CamelCase.ConvertName(contact.Channel.ToString()),
        OccurredOn = contact.OccurredOn,
    };
}
