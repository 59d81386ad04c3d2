using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Leads.Data;
using Qibin.Crm.Leads.Domain;
using Qibin.Crm.Web.Concurrency;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Investors;

/// <summary>An outside organisation 客商.</summary>
public sealed record InvestorAnswer : IVersioned
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public string? Uscc { get; init; }

    /// <summary>Registration outside of the mainland.</summary>
    public ForeignRegistration? ForeignRegistration { get; init; }

    [Named]
    public string? SourceRegion { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required long Version { get; init; }

    internal static InvestorAnswer From(Investor investor) => new()
    {
        Id = investor.Id,
        Name = investor.Name,
        Uscc = investor.Uscc,
        ForeignRegistration = investor.ForeignRegistration,
        SourceRegion = investor.SourceRegion,
        CreatedAt = investor.CreatedAt,
        UpdatedAt = investor.UpdatedAt,
        Version = investor.Version,
    };
}

/// <summary>Filters of the investors.</summary>
public sealed record InvestorQuery
{
    /// <summary>
    /// Part of the name: two characters or more, pinyin (<c>hangtian</c>), or the initials of its pinyin (<c>htht</c>). Also the code or
    /// part of the title of one of its leads, part of the name of one of its people, and a phone or its last seven digits or more, where
    /// the caller sees it in full.
    /// </summary>
    public string? Q { get; init; }

    /// <summary>Unified social credit code.</summary>
    public string? Uscc { get; init; }

    /// <summary>Country of a registration outside of the mainland, ISO 3166-1 alpha-2; with its number.</summary>
    public string? RegistrationCountry { get; init; }

    /// <summary>Number of the registration; with its country. Compared by its letters and digits.</summary>
    public string? RegistrationNumber { get; init; }

    public DateTimeOffset? UpdatedSince { get; init; }
}

/// <summary>Reads investors: those with a lead that the caller reads.</summary>
internal static class ReadInvestors
{
    internal static readonly Listing<Investor> Listing = new Listing<Investor>(i => i.Id, "-updatedAt")
        .Sort("updatedAt", i => i.UpdatedAt)
        .Sort("createdAt", i => i.CreatedAt)
        .Sort("name", i => i.Name);

    public static void MapInvestors(this RouteGroupBuilder api)
    {
        api.MapGet("/investors", List).AllowEverybody(Scopes.LeadsRead).WithMetadata(Listing)
            .WithName("listInvestors").WithSummary("客商列表 · Investors");
        api.MapGet("/investors/{investorId:guid}", Read).AllowEverybody(Scopes.LeadsRead)
            .WithName("readInvestor").WithSummary("客商详情 · One investor; 301 to the one it was merged into")
            .Produces<MergedInvestorAnswer>(StatusCodes.Status301MovedPermanently);
        api.MapPatch("/investors/{investorId:guid}", AmendInvestor.Handle).Allow(Scopes.LeadsWrite, LeadsService.Writers)
            .WithName("amendInvestor").WithSummary("修改客商 · Amend an investor");
        api.MapDuplicates();
        api.MapMerges();
        api.MapPeople();
    }

    private static async Task<Ok<Page<InvestorAnswer>>> List(
        [AsParameters] InvestorQuery query, [AsParameters] PageQuery page, LeadsDb db, Caller caller, HttpRequest request,
        TimeProvider clock, CancellationToken ct)
    {
        var beside = await SearchBeside.LookAsync(db, caller, query.Q, clock, ct);
        var investors = Filter(db.InvestorsReadableBy(caller).AsNoTracking(), query, db, beside);
        return TypedResults.Ok(await Listing.PageAsync(investors, page, request, InvestorAnswer.From, ct));
    }

    internal static IQueryable<Investor> Filter(IQueryable<Investor> investors, InvestorQuery query, LeadsDb db, SearchBeside beside)
    {
        if (query.Q is { } q)
        {
            var named = SearchInvestors.Parse(q);
            investors = (beside.IsEmpty ? investors.Named(named)
                : investors.Where(SearchInvestors.IsNamed(named).Or(beside.InvestorsOf(db)))).PlannedByValues();
        }

        if (query.Uscc is { } text)
        {
            var uscc = Uscc.TryParse(text, out var parsed, out var code) ? parsed.Value : throw Refusal.Invalid("uscc", code);
            investors = investors.Where(i => i.Uscc == uscc);
        }

        if (ForeignRegistrationRequest.InQuery(query.RegistrationCountry, query.RegistrationNumber) is { Key: var key })
        {
            investors = investors.Where(i => i.RegistrationKey == key);
        }

        if (query.UpdatedSince?.ToUniversalTime() is { } since)
        {
            investors = investors.Where(i => i.UpdatedAt >= since);
        }

        return investors;
    }

    private static async Task<Results<Ok<InvestorAnswer>, MovedInvestor, NotFound>> Read(
        Guid investorId, LeadsDb db, Caller caller, CancellationToken ct)
    {
        if (await db.InvestorsReadableBy(caller).AsNoTracking().SingleOrDefaultAsync(i => i.Id == investorId, ct) is { } investor)
        {
            return TypedResults.Ok(InvestorAnswer.From(investor));
        }

        var last = await db.FinalInvestorAsync(investorId, ct);
        return last != investorId && await db.InvestorsReadableBy(caller).AnyAsync(i => i.Id == last, ct)
            ? new MovedInvestor(new MergedInvestorAnswer { Id = investorId, MergedInto = last })
            : TypedResults.NotFound();
    }
}
