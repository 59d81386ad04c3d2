using Microsoft.AspNetCore.Http.HttpResults;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Contacts;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Stages;

/// <summary>A further project of an investor whose lead was converted, such as a second phase.</summary>
public sealed record FurtherProjectRequest
{
    [Needed, Line(200)]
    public string? ProjectName { get; init; }

    /// <summary>How the contact took place in which the further project came up.</summary>
    [Needed]
    public ContactChannel? Channel { get; init; }

    /// <summary>What was said.</summary>
    [Needed, TextLength(4000)]
    public string? Summary { get; init; }

    /// <summary>
    /// Day of that contact, and of the conversion; today when left out, never in the future, nor before the conversion of the lead.
    /// </summary>
    [BusinessDate]
    public DateOnly? OccurredOn { get; init; }

    /// <summary>With whom: a person of the lead's investor.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>Title of the new lead.</summary>
    [Line(200)]
    public string? Title { get; init; }

    /// <summary>Node of an industry chain; that of the lead when left out.</summary>
    [ChainNodeCode]
    public string? NodeCode { get; init; }

    /// <summary>The further investment alone.</summary>
    [PositiveMoney]
    public Money? EstimatedInvestment { get; init; }
}

/// <summary>What a further project made: a lead with its first contact, which is converted already.</summary>
public sealed record FurtherProjectReceipt : Receipt
{
    public required Guid ContactId { get; init; }

    /// <summary>The project; the projects service opens it a moment later.</summary>
    public required Guid ProjectId { get; init; }
}

/// <summary>Opens a further project of a converted lead, as a lead of its own that continues it.</summary>
internal static class ContinueLead
{
    public static async Task<Results<Created<FurtherProjectReceipt>, NotFound>> Handle(
        Guid leadId, FurtherProjectRequest request, LeadsDb db, Caller caller, PeopleCodes codes, TimeProvider clock, CancellationToken ct)
    {
        var on = clock.NotAfterToday(request.OccurredOn, "/occurredOn");
        // Locked, so that a change of owner, readers or investor comes before or after.
        var origin = await db.Leads.EditableBy(caller).ForUpdate(leadId, ct);
        if (origin is null)
        {
            return TypedResults.NotFound();
        }

        var investor = await db.Investors.ForUpdate(origin.InvestorId, ct) ?? throw Refusal.Busy();
        var content = new ContactContent
        {
            Channel = request.Channel!.Value,
            Summary = request.Summary!,
            OccurredOn = on,
            PersonId = request.PersonId,
        };
        await RecordContact.KnowAllAsync(db, caller, origin, content, ct);
        var actor = caller.Actor(clock);
        var lead = origin.Continue(clock.NewId(), await codes.NextAsync("L", ct), investor, on, actor);
        if (request.NodeCode is not null)
        {
            lead.PlaceOnNode(request.NodeCode, actor);
        }

        lead.Describe(request.Title, null, actor);
        lead.Estimate(request.EstimatedInvestment, actor);
        var contact = Contact.Record(clock.NewId(), lead.Id, content, actor);
        lead.NoteContact(on, actor);
        db.AddRange(lead, contact, lead.Opening(actor));
        db.Publish(lead, new LeadOpened { Lead = lead.State() });
        db.Publish(lead, contact.Recorded(lead));
        await Visits.NoteClashesAsync(db, lead, contact, actor, clock, ct);
        // Saved first: the conversion is a version of its own.
        await db.SaveChangesAsync(ct);

        var projectId = clock.NewId();
        db.Add(lead.Convert(projectId, request.ProjectName!, on, actor));
        db.Publish(lead, new LeadConverted
        {
            Lead = lead.State(),
            ProjectId = projectId,
            ProjectName = request.ProjectName!,
            OccurredOn = on,
        });
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v1/leads/{lead.Id}", new FurtherProjectReceipt
        {
            Id = lead.Id,
            Code = lead.Code,
            Version = lead.Version,
            ContactId = contact.Id,
            ProjectId = projectId,
        });
    }
}
