using System.Text.Json.Serialization;
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
using Qibin.Crm.Web.Privacy;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Investors;

/// <summary>
/// A person of an investor. Phone, e-mail and WeChat id are masked unless somebody gave the caller a lead of the investor to work on, the
/// caller entered the investor, or it has unmasked the person.
/// </summary>
public sealed record PersonAnswer : IVersioned
{
    public required Guid Id { get; init; }
    public required Guid InvestorId { get; init; }
    public required string Name { get; init; }
    public string? Title { get; init; }

    /// <summary>Masked, such as <c>138****1234</c>, when <c>masked</c> is true.</summary>
    public string? Phone { get; init; }

    /// <summary>Masked, such as <c>z****@example.com</c>, when <c>masked</c> is true.</summary>
    public string? Email { get; init; }

    /// <summary>WeChat id 微信号. Masked as a phone when <c>masked</c> is true.</summary>
    public string? Wechat { get; init; }

    public required bool Masked { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required long Version { get; init; }

    /// <summary>Whether it is masked depends on who asks and when, so a cached masked answer must not be taken for the other.</summary>
    [JsonIgnore]
    public string? Variant => Masked ? "masked" : null;

    internal static PersonAnswer From(Person person, bool masked) => new()
    {
        Id = person.Id,
        InvestorId = person.InvestorId,
        Name = person.Name,
        Title = person.Title,
        Phone = masked ? Masks.Phone(person.Phone) : person.Phone,
        Email = masked ? Masks.Email(person.Email) : person.Email,
        Wechat = masked ? Masks.Wechat(person.Wechat) : person.Wechat,
        Masked = masked,
        CreatedAt = person.CreatedAt,
        UpdatedAt = person.UpdatedAt,
        Version = person.Version,
    };
}

/// <summary>A further person of an investor, with one way at least to be reached: phone, e-mail or WeChat id.</summary>
public sealed record PersonRequest
{
    [Needed, Line(100)]
    public string? Name { get; init; }

    /// <summary>Position in the organisation.</summary>
    [Line(100)]
    public string? Title { get; init; }

    [PhoneNumber]
    public string? Phone { get; init; }

    [MailAddress]
    public string? Email { get; init; }

    /// <summary>WeChat id 微信号.</summary>
    [WechatId]
    public string? Wechat { get; init; }
}

/// <summary>
/// What may be changed of a person, as a JSON merge patch; one way to be reached stays. A masked value is not written back: leave it out.
/// </summary>
public sealed record PersonPatch : MergePatch
{
    [Line(100)]
    public string? Name { get; init => field = Kept(value); }

    [Line(100)]
    public string? Title { get; init => field = Given(value); }

    [PhoneNumber]
    public string? Phone { get; init => field = Given(value); }

    [MailAddress]
    public string? Email { get; init => field = Given(value); }

    /// <summary>WeChat id 微信号.</summary>
    [WechatId]
    public string? Wechat { get; init => field = Given(value); }
}

/// <summary>Why somebody needs to see phone, e-mail and WeChat id.</summary>
public sealed record UnmaskingRequest
{
    /// <summary>Kept in the audit.</summary>
    [Needed, TextLength(1000, 4)]
    public string? Reason { get; init; }
}

/// <summary>The right that was given; the phone and e-mail themselves are read with the person.</summary>
public sealed record UnmaskingReceipt : IReceipt
{
    public required Guid PersonId { get; init; }

    /// <summary>Until when the caller sees this person unmasked: 15 minutes.</summary>
    public required DateTimeOffset Until { get; init; }
}

/// <summary>The people of an investor.</summary>
internal static class People
{
    internal static readonly Listing<Person> Listing = new Listing<Person>(p => p.Id, "createdAt").Sort("createdAt", p => p.CreatedAt);

    public static void MapPeople(this RouteGroupBuilder api)
    {
        api.MapGet("/investors/{investorId:guid}/people", List).AllowEverybody(Scopes.LeadsRead).WithMetadata(Listing)
            .WithName("listPeople").WithSummary("客商联系人 · People of an investor");
        api.MapPost("/investors/{investorId:guid}/people", Add).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("addPerson").WithSummary("新增联系人 · Add a person");
        api.MapGet("/investors/{investorId:guid}/people/{personId:guid}", Read).AllowEverybody(Scopes.LeadsRead)
            .WithName("readPerson").WithSummary("联系人详情 · One person");
        api.MapPatch("/investors/{investorId:guid}/people/{personId:guid}", Amend).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("amendPerson").WithSummary("修改联系人 · Amend a person");
        api.MapPost("/investors/{investorId:guid}/people/{personId:guid}/unmasking", Unmask).AllowTheTrade(Scopes.LeadsWrite)
            .WithName("unmaskPerson").WithSummary("查看完整联系方式（记入审计）· See phone and e-mail unmasked for 15 minutes, audited");
    }

    private static async Task<Results<Ok<Page<PersonAnswer>>, NotFound>> List(
        Guid investorId, [AsParameters] PageQuery page, LeadsDb db, Caller caller, HttpRequest request, TimeProvider clock,
        CancellationToken ct)
    {
        if (!await db.InvestorsReadableBy(caller).AnyAsync(i => i.Id == investorId, ct))
        {
            return TypedResults.NotFound();
        }

        var works = await WorksAsync(db, caller, investorId, ct);
        var now = clock.GetUtcNow();
        var unmasked = works ? [] : await db.Unmaskings.Where(u => u.CallerId == caller.Id && u.Until > now
            && db.People.Any(p => p.Id == u.PersonId && p.InvestorId == investorId)).Select(u => u.PersonId).ToListAsync(ct);
        return TypedResults.Ok(await Listing.PageAsync(
            db.PeopleKnownTo(caller).AsNoTracking().Where(p => p.InvestorId == investorId), page, request,
            person => PersonAnswer.From(person, masked: !works && !unmasked.Contains(person.Id)), ct));
    }

    private static async Task<Results<Ok<PersonAnswer>, NotFound>> Read(
        Guid investorId, Guid personId, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var person = await Readable(db, caller, investorId, personId).AsNoTracking().SingleOrDefaultAsync(ct);
        if (person is null)
        {
            return TypedResults.NotFound();
        }

        var now = clock.GetUtcNow();
        var plain = await WorksAsync(db, caller, investorId, ct)
            || await db.Unmaskings.AnyAsync(u => u.PersonId == personId && u.CallerId == caller.Id && u.Until > now, ct);
        return TypedResults.Ok(PersonAnswer.From(person, masked: !plain));
    }

    private static async Task<Results<Created<Receipt>, NotFound>> Add(
        Guid investorId, PersonRequest request, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        // Locked, so that nobody is added to an investor that is just being merged.
        var investor = await db.InvestorsEditableBy(caller).ForUpdate(investorId, ct);
        if (investor is null)
        {
            return TypedResults.NotFound();
        }

        investor.RefuseMerged();
        var facts = new PersonFacts(request.Name!, request.Title, request.Phone, request.Email, request.Wechat);
        var person = Person.Of(investorId, clock.NewId(), facts, caller.Actor(clock));
        person.EnterWith(await db.Leads.EditableBy(caller).Where(l => l.InvestorId == investorId).Select(l => l.Id).ToListAsync(ct));
        db.Add(person);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created(
            $"/api/v1/investors/{investorId}/people/{person.Id}", new Receipt { Id = person.Id, Version = person.Version });
    }

    private static async Task<Results<Ok<Receipt>, NotFound>> Amend(
        Guid investorId, Guid personId, PersonPatch patch, IfMatch ifMatch, LeadsDb db, Caller caller, TimeProvider clock,
        CancellationToken ct)
    {
        var person = await db.PeopleKnownTo(caller)
            .Where(p => p.InvestorId == investorId && db.InvestorsEditableBy(caller).Any(i => i.Id == investorId)).ForUpdate(personId, ct);
        if (person is null)
        {
            return TypedResults.NotFound();
        }

        ifMatch.Check(person);
        var facts = new PersonFacts(
            patch.Over(person.Name, patch.Name)!, patch.Over(person.Title, patch.Title), patch.Over(person.Phone, patch.Phone),
            patch.Over(person.Email, patch.Email), patch.Over(person.Wechat, patch.Wechat));
        person.Amend(facts, caller.Actor(clock));
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(new Receipt { Id = person.Id, Version = person.Version });
    }

    /// <summary>
    /// Grants the caller a look for a short while, and audits it in the same transaction; at most 20 people a day, of which the head
    /// is told. The answer is kept for repeats of its key, so it holds no personal data; the caller reads the person next.
    /// </summary>
    private static async Task<Results<Created<UnmaskingReceipt>, NotFound>> Unmask(
        Guid investorId, Guid personId, UnmaskingRequest request, LeadsDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        if (!await Readable(db, caller, investorId, personId).AnyAsync(ct))
        {
            return TypedResults.NotFound();
        }

        // One after the other, so that of two at once only one is the last of the day.
        await db.LockUnmaskingsAsync(caller.Id, ct);
        var now = clock.GetUtcNow();
        var until = now + Unmasking.Lasts;
        var today = now.OnDay().Begins() + Unmasking.Lasts;
        var others = await db.Unmaskings.CountAsync(u => u.CallerId == caller.Id && u.PersonId != personId && u.Until >= today, ct);
        if (others >= Unmasking.DailyLimit)
        {
            throw new RuleViolation("unmasking.dailyLimit", Unmasking.DailyLimit);
        }

        if (others == Unmasking.DailyLimit - 1
            && !await db.Unmaskings.AnyAsync(u => u.CallerId == caller.Id && u.PersonId == personId && u.Until >= today, ct))
        {
            db.Publish(await db.NewsOfAsync(caller.Id, now.OnDay(), ct), new UnmaskingLimitReached
            {
                CallerId = caller.Id,
                People = Unmasking.DailyLimit,
                OccurredOn = now.OnDay(),
            });
        }

        await db.Database.ExecuteSqlAsync(
            $"""
            insert into unmasking (person_id, caller_id, until) values ({personId}, {caller.Id}, {until})
            on conflict (person_id, caller_id) do update set until = excluded.until
            """, ct);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created(
            $"/api/v1/investors/{investorId}/people/{personId}", new UnmaskingReceipt { PersonId = personId, Until = until });
    }

    /// <summary>Whether the caller works on a lead of the investor that it was given.</summary>
    private static Task<bool> WorksAsync(LeadsDb db, Caller caller, Guid investorId, CancellationToken ct) =>
        db.GivenTo(caller).AnyAsync(l => l.InvestorId == investorId, ct);

    private static IQueryable<Person> Readable(LeadsDb db, Caller caller, Guid investorId, Guid personId) =>
        db.PeopleKnownTo(caller).Where(p => p.Id == personId && p.InvestorId == investorId);
}
