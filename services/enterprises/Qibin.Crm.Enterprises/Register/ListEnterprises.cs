using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Enterprises.Data;
using Qibin.Crm.Enterprises.Domain;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Web.Validation;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Enterprises.Register;

/// <summary>Filters of the list of enterprises.</summary>
public sealed record EnterpriseQuery
{
    /// <summary>
    /// Part of the name, of the code, of the unified social credit code or of the number in another country, of 2 characters or more; or
    /// pinyin of the name (<c>weixing</c>), or the initials of its pinyin (<c>wxzd</c>).
    /// </summary>
    [Line(100, 2)]
    public string? Q { get; init; }

    /// <summary>Code of an industry chain.</summary>
    [Line(40)]
    public string? Chain { get; init; }

    /// <summary>Code of a chain's node.</summary>
    [ChainNodeCode]
    public string? Node { get; init; }

    /// <summary>In the city 在园 now, or not.</summary>
    public bool? InCity { get; init; }

    /// <summary>Unified social credit code, as people write it.</summary>
    [Uscc]
    public string? Uscc { get; init; }

    /// <summary>Changed at this instant or later.</summary>
    public DateTimeOffset? UpdatedSince { get; init; }
}

/// <summary>Lists the register without what is confidential to the caller.</summary>
internal static class ListEnterprises
{
    public static readonly Listing<Enterprise> Listing = new Listing<Enterprise>(e => e.Id, "-updatedAt")
        .Sort("updatedAt", e => e.UpdatedAt).Sort("name", e => e.Name).Sort("code", e => e.Code).Sort("registeredOn", e => e.RegisteredOn);

    private static readonly Func<Enterprise, EnterpriseSummary> Summary = EnterpriseSummary.Of.Compile();

    internal static async Task<Ok<Page<EnterpriseSummary>>> Handle(
        [AsParameters] EnterpriseQuery query, [AsParameters] PageQuery page, HttpRequest request, EnterprisesDb db, Caller caller,
        CancellationToken ct) =>
        TypedResults.Ok(await Listing.PageAsync(Filter(db, caller, query), page, request, Summary, ct));

    internal static IQueryable<Enterprise> Filter(EnterprisesDb db, Caller caller, EnterpriseQuery query)
    {
        if (query.Chain is { } known && !IndustryChains.Exists(known))
        {
            throw Refusal.Invalid("chain", "chain.unknown", known);
        }

        var rows = db.Enterprises.AsNoTracking().DisclosedTo(caller);
        if (query.Q is { } q)
        {
            rows = rows.Named(q, e => e.SearchKey, e => e.SearchTokens);
        }

        if (query.Chain is { } chain)
        {
            rows = rows.Where(e => e.ChainCode == chain);
        }

        if (query.Node is { } node)
        {
            rows = rows.Where(e => e.NodeCode == node);
        }

        if (query.InCity is { } inCity)
        {
            rows = rows.Where(e => e.InCity == inCity);
        }

        if (Uscc.TryParse(query.Uscc, out var uscc))
        {
            var code = uscc.Value;
            rows = rows.Where(e => e.Uscc == code);
        }

        if (query.UpdatedSince?.ToUniversalTime() is { } since)
        {
            rows = rows.Where(e => e.UpdatedAt >= since);
        }

        return rows;
    }
}
