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
    /// Unified social credit code. Where an investor has it already, the lead is linked to that one, whatever its name and the override.
    /// </summary>
    [Uscc]
    public string? Uscc { get; init; }

    /// <summary>
    /// Registration outside of the mainland, for an investor without a unified social credit code. Where an investor has it already, the
    /// lead is linked to that one, as by the code.
    /// </summary>
    public ForeignRegistrationRequest? ForeignRegistration { get; init; }

    /// <summary>Division code GB/T 2260 of where the investor comes from.</summary>
    [DivisionCode]
    public string? SourceRegion { get; init; }

    [Needed, Line(100)]
    public string? PersonName { get; init; }

    /// <summary>One of phone, e-mail and WeChat id is needed.</summary>
    [PhoneNumber]
    public string? Phone { get; init; }

    [MailAddress]
    public string? Email { get; init; }

    /// <summary>The person's WeChat id 微信号.</summary>
    [WechatId]
    public string? Wechat { get; init; }

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
    /// officer may name nobody else, a unit head officers of the units below, coordinators anyone.
    /// </summary>
    public Guid? OwnerId { get; init; }

    /// <summary>Enters a new investor although one of this name is there; without it the lead is linked to that one.</summary>
    public DuplicateOverride? DuplicateOverride { get; init; }

    /// <summary>Only the owner and the named readers see the lead. When an officer says so, a head confirms it later.</summary>
    public bool? Confidential { get; init; }

    /// <summary>
    /// Readers of a confidential lead, beside its owner and whoever logs it. Where none of them is an active unit head, coordinator or
    /// leader,
    /// the nearest head is added.
    /// </summary>
    [Items(0, 50)]
    public IReadOnlyList<Guid>? Readers { get; init; }

    internal PersonFacts PersonFacts() => new(PersonName!, PersonTitle, Phone, Email, Wechat);
}

/// <summary>What a first contact made.</summary>
public sealed record FirstContactReceipt : Receipt
{
    public required Guid InvestorId { get; init; }
    public required Guid PersonId { get; init; }
    public required Guid ContactId { get; init; }
    public required Guid NextStepId { get; init; }

    /// <summary>True when the investor was there already and the lead was linked to it; left out for a new one.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public bool? Linked { get; init; }

    /// <summary>
    /// Units in talks with this investor, with the officer to ring; left out when there are none. Confidential talks are not among them.
    /// </summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<UnitInTalks>? Talks { get; init; }

    /// <summary>Further investors that are much like this one and that the caller may see: to look at, and to merge.</summary>
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
            await Duplicates.OneAtATimeAsync(db, name, request.Uscc, request.ForeignRegistration?.Read(), ct);
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
        var (investor, person, linked, similar) = request.InvestorId is { } id
            ? await NamedByIdAsync(db, caller, clock, id, request, actor, ct)
            : await NamedAsync(db, caller, clock, request, actor, ct);
        var talks = linked ? await Talks.WithAsync(db, caller, [investor.Id], owner.Id, ct) : [];

        if (request.Readers is not null && request.Confidential != true)
        {
            throw Refusal.Invalid("/readers", "lead.readersOfOpen");
        }

        var readers = request.Confidential == true
            ? await db.WithApproverAsync(
                [.. request.Readers ?? [], .. caller.IsIntegration ? [] : new[] { caller.Id }], owner.UnitId, ct) : null;
        var (lead, contact, step, opening, events) = OpenedLead.Of(
            request, await codes.NextAsync("L", ct), investor, person, owner, occurredOn, readers, actor, clock,
            caller.DecidesOnConfidentiality);
        db.AddRange(lead, contact, step, opening);
        foreach (var happened in events)
        {
            db.Publish(lead, happened);
        }

        if (linked)
        {
            await Talks.TellAsync(db, lead, ct);
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
            Linked = linked ? true : null,
            Talks = talks.Count > 0 ? talks : null,
            PossibleDuplicates = similar,
        });
    }

    private static async Task<(Investor Investor, Person Person, bool Linked, IReadOnlyList<PossibleDuplicate>? Similar)> NamedAsync(
        LeadsDb db, Caller caller, TimeProvider clock, FirstContactRequest request, Actor actor, CancellationToken ct)
    {
        var name = request.InvestorName ?? throw Refusal.Invalid("/investorName", "value.required");
        var entered = Investor.Register(
            clock.NewId(), name, request.Uscc, request.SourceRegion, actor, request.ForeignRegistration?.Read());
        var (known, similar) = await Duplicates.KnownAsync(
            db, caller, entered, request.Phone, request.Email, request.DuplicateOverride, clock, ct);
        if (known is not { } id)
        {
            db.Add(entered);
            return (entered, Met(db, clock, entered.Id, request, actor), false, similar);
        }

        var investor = await db.Investors.ForUpdate(id, ct);
        if (investor is null or { MergedIntoId: not null })
        {
            // A merge or the reversal of an import came in between.
            throw Refusal.Busy();
        }

        return (investor, await PersonAsync(db, caller, clock, id, request, actor, ct), true, similar);
    }

    private static async Task<(Investor Investor, Person Person, bool Linked, IReadOnlyList<PossibleDuplicate>? Similar)> NamedByIdAsync(
        LeadsDb db, Caller caller, TimeProvider clock, Guid id, FirstContactRequest request, Actor actor, CancellationToken ct)
    {
        if ((request.InvestorName is not null ? "/investorName" : request.Uscc is not null ? "/uscc"
            : request.ForeignRegistration is not null ? "/foreignRegistration" : null) is { } other)
        {
            throw Refusal.Invalid(other, "value.exclusive", "investorId");
        }

        // Locked, so that a rename or merge under way reaches the new lead too.
        id = await db.FinalInvestorAsync(id, ct);
        var investor = await db.InvestorsEditableBy(caller).ForUpdate(id, ct) ?? throw new RuleViolation("investor.unknown");
        investor.RefuseMerged();
        return (investor, await PersonAsync(db, caller, clock, id, request, actor, ct), true, null);
    }

    /// <summary>The person that is named, if the caller knows it, or a new one: nobody learns whom others met.</summary>
    private static async Task<Person> PersonAsync(
        LeadsDb db, Caller caller, TimeProvider clock, Guid investorId, FirstContactRequest request, Actor actor, CancellationToken ct)
    {
        var facts = request.PersonFacts();
        var namesakes = await db.PeopleKnownTo(caller).Where(p => p.InvestorId == investorId && p.Name == facts.Name)
            .OrderBy(p => p.Id).ToListAsync(ct);
        return namesakes.Find(p => p.Is(facts)) ?? Met(db, clock, investorId, request, actor);
    }

    private static Person Met(LeadsDb db, TimeProvider clock, Guid investorId, FirstContactRequest request, Actor actor)
    {
        var person = Person.Of(investorId, clock.NewId(), request.PersonFacts(), actor);
        db.Add(person);
        return person;
    }
}
