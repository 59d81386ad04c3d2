using Qibin.Crm.Contracts;
using Qibin.Crm.Contracts.Leads;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Assignments;
using Qibin.Crm.Leads.Contacts;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;

namespace Qibin.Crm.Leads.FirstContacts;

/// <summary>
/// Everything that a first contact makes beside investor and person, and its events in order: the same for a
/// logged one and for a row of an import.
/// </summary>
internal sealed record OpenedLead(Lead Lead, Contact Contact, NextStep Step, StageMove Opening, IReadOnlyList<IEvent> Events)
{
    /// <exception cref="RuleViolation">As the lead's own methods have it.</exception>
    public static OpenedLead Of(
        FirstContactRequest request, string code, Investor investor, Person person, Owner owner, DateOnly occurredOn,
        IEnumerable<Guid>? readers, Actor actor, TimeProvider clock, bool decides = false)
    {
        var lead = Lead.Open(clock.NewId(), code, investor, owner.Id, owner.UnitId, occurredOn, actor, owner.Named);
        person.EnterWith([lead.Id]);
        lead.PlaceOnNode(request.NodeCode, actor);
        lead.Estimate(request.EstimatedInvestment, actor);
        if (request.SourceRegion is { } region)
        {
            lead.ComeFrom(region, actor);
        }

        if (readers is not null)
        {
            if (decides)
            {
                lead.Restrict(true, readers, actor);
            }
            else
            {
                lead.ProposeToRestrict(true, readers, actor);
            }
        }

        var contact = Contact.Record(clock.NewId(), lead.Id, new ContactContent
        {
            PersonId = person.Id,
            Channel = request.Channel!.Value,
            Summary = request.Summary!,
            OccurredOn = occurredOn,
        }, actor);
        lead.NoteContact(occurredOn, actor);
        var step = lead.PlanNextStep(clock.NewId(), request.NextStep!, request.NextStepDueOn!.Value, actor);
        var state = lead.State();
        return new OpenedLead(lead, contact, step, lead.Opening(actor),
            [new LeadOpened { Lead = state }, contact.Recorded(lead), new NextStepPlanned { Lead = state, DueOn = step.DueOn }]);
    }
}
