using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Assignments;
using Qibin.Crm.Leads.Contacts;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Leads.Investors;
using Qibin.Crm.Messaging;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Idempotency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.FirstContacts;

/// <summary>A first contact, logged in one step.</summary>
public sealed record FirstContactRequest
{
    /// <summary>Name of the outside organisation; left out when <c>investorId</c> is given.</summary>
    [Line(200)]
    public string? InvestorName { get; init; }

    /// <summary>An investor with a lead that the caller may change: a further lead of it is opened.</summary>
    public Guid? InvestorId { get; init; }

    /// <summary>
    /// Unified social credit code of a new investor; a known one answers 409 with that investor where the caller may see it.
    /// </summary>
    [Uscc]
    public string? Uscc { get; init; }

    /// <summary>Division code GB/T 2260 of where the investor comes from.</summary>
    [DivisionCode]
    public string? SourceRegion { get; init; }

    [Needed, Line(100)]
    public string? PersonName { get; init; }

    [Needed, PhoneNumber]
    public string? Phone { get; init; }

    [MailAddress]
    public string? Email { get; init; }

    /// <summary>The person's position.</summary>
    [Line(100)]
    public string? PersonTitle { get; init; }

    [Needed]
    public ContactChannel? Channel { get; init; }

    /// <summary>What was said.</summary>
    [Needed, TextLength(4000)]
    public string? Summary { get; init; }

    /// <summary>Day of the contact; today when left out, never in the future.</summary>
    [BusinessDate]
    public DateOnly? OccurredOn { get; init; }

    [Needed, TextLength(500)]
    public string? NextStep { get; init; }

    /// <summary>Day by which the next step is due; not before the contact.</summary>
    [Needed, BusinessDate]
    public DateOnly? NextStepDueOn { get; init; }

    /// <summary>Node of an industry chain.</summary>
    [ChainNodeCode]
    public string? NodeCode { get; init; }

    [PositiveMoney]
    public Money? EstimatedInvestment { get; init; }

    /// <summary>
    /// The owner of the lead, which belongs to the owner's unit; the caller when left out. An integration must give it; an
    /// officer may name nobody else, a unit head officers of the units below, coordinators and administrators anyone.
    /// </summary>
    public Guid? OwnerId { get; init; }

    /// <summary>Enters a new investor although one like it is there; without it that is 409 <c>investor.duplicate</c>.</summary>
    public DuplicateOverride? DuplicateOverride { get; init; }

    /// <summary>Only the owner and the named readers see the lead.</summary>
    public bool? Confidential { get; init; }

    /// <summary>Readers of a confidential lead, beside its owner and whoever logs it.</summary>
    [Items(0, 50)]
    public IReadOnlyList<Guid>? Readers { get; init; }
}

/// <summary>What a first contact made.</summary>
public sealed record FirstContactReceipt : Receipt
{
    public required Guid InvestorId { get; init; }
    public required Guid PersonId { get; init; }
    public required Guid ContactId { get; init; }
    public required Guid NextStepId { get; init; }

    /// <summary>Investors that are much like the new one and that the caller may see: to look at, and to merge.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<PossibleDuplicate>? PossibleDuplicates { get; init; }
}

/// <summary>Logs a first contact: investor, person, lead, contact and next step in one transaction.</summary>
internal static class LogFirstContact
{
    public static void MapFirstContacts(this RouteGroupBuilder api)
    {
        api.MapPost("/first-contacts", HandleOne).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("logFirstContact").WithSummary("登记首次联系 · Log a first contact in one step");
        api.MapPost("/first-contacts/batch", HandleBatch).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("logFirstContacts").WithSummary("批量登记首次联系 · Log up to 500 first contacts");
    }

    private static async Task<Created<FirstContactReceipt>> HandleOne(
        FirstContactRequest request, LeadsDb db, Caller caller, PeopleCodes codes, TimeProvider clock, CancellationToken ct)
    {
        // Not in a batch, which would hold as many locks as it has items.
        if (request.InvestorName is { } name)
        {
            await Duplicates.OneAtATimeAsync(db, name, ct);
        }

        return await Handle(request, db, caller, codes, clock, ct);
    }

    private static async Task<Ok<BatchAnswer>> HandleBatch(
        BatchRequest<FirstContactRequest> request, HttpContext http, LeadsDb db, Caller caller, PeopleCodes codes, TimeProvider clock,
        CancellationToken ct) =>
        TypedResults.Ok(await Batch.RunAsync(http, request, async item => await Handle(item, db, caller, codes, clock, ct)));

    internal static async Task<Created<FirstContactReceipt>> Handle(
        FirstContactRequest request, LeadsDb db, Caller caller, PeopleCodes codes, TimeProvider clock, CancellationToken ct)
    {
        var occurredOn = clock.NotAfterToday(request.OccurredOn, "/occurredOn");
        var owner = await Owners.ForNewLeadAsync(db, caller, request.OwnerId, ct);
        var actor = caller.Actor(clock);
        var (investor, person, possible) = request.InvestorId is { } known
            ? await KnownAsync(db, caller, clock, known, request, actor, ct)
            : await NewAsync(db, caller, clock, request, actor, ct);

        if (request.Readers is not null && request.Confidential != true)
        {
            throw Refusal.Invalid("/readers", "lead.readersOfOpen");
        }

        IEnumerable<Guid>? readers = request.Confidential == true
            ? [.. request.Readers ?? [], .. caller.IsIntegration ? [] : new[] { caller.Id }] : null;
        var (lead, contact, step, opening, events) = OpenedLead.Of(
            request, await codes.NextAsync("L", ct), investor, person, owner, occurredOn, readers, actor, clock);
        db.AddRange(lead, contact, step, opening);
        foreach (var happened in events)
        {
            db.Publish(lead, happened);
        }

        await Visits.NoteClashesAsync(db, lead, contact, actor, clock, ct);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v1/leads/{lead.Id}", new FirstContactReceipt
        {
            Id = lead.Id,
            Code = lead.Code,
            Version = lead.Version,
            InvestorId = investor.Id,
            PersonId = person.Id,
            ContactId = contact.Id,
            NextStepId = step.Id,
            PossibleDuplicates = possible,
        });
    }

    private static async Task<(Investor, Person, IReadOnlyList<PossibleDuplicate>?)> NewAsync(
        LeadsDb db, Caller caller, TimeProvider clock, FirstContactRequest request, Actor actor, CancellationToken ct)
    {
        var name = request.InvestorName ?? throw Refusal.Invalid("/investorName", "value.required");
        var investor = Investor.Register(clock.NewId(), name, request.Uscc, request.SourceRegion, actor);
        var possible = await Duplicates.RefuseAsync(
            db, caller, investor, request.Phone, request.Email, request.DuplicateOverride, "/investorName", clock, ct);
        var person = Person.Of(investor.Id, clock.NewId(), request.PersonName!, request.PersonTitle, request.Phone, request.Email, actor);
        db.AddRange(investor, person);
        return (investor, person, possible);
    }

    private static async Task<(Investor, Person, IReadOnlyList<PossibleDuplicate>?)> KnownAsync(
        LeadsDb db, Caller caller, TimeProvider clock, Guid id, FirstContactRequest request, Actor actor, CancellationToken ct)
    {
        if (request.InvestorName is not null || request.Uscc is not null)
        {
            throw Refusal.Invalid(request.InvestorName is null ? "/uscc" : "/investorName", "value.exclusive", "investorId");
        }

        // Locked, so that a rename or merge under way reaches the new lead too.
        id = await MergeInvestors.FinalAsync(db, id, ct);
        var investor = await db.InvestorsEditableBy(caller).ForUpdate(id, ct) ?? throw new RuleViolation("investor.unknown");
        investor.RefuseMerged();
        var person = await db.People.Where(p => p.InvestorId == id && p.Name == request.PersonName && p.Phone == request.Phone)
            .OrderBy(p => p.Id).FirstOrDefaultAsync(ct);
        if (person is null)
        {
            person = Person.Of(id, clock.NewId(), request.PersonName!, request.PersonTitle, request.Phone, request.Email, actor);
            db.Add(person);
        }

        return (investor, person, null);
    }
}
