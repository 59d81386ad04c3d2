using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Identity.Users;

/// <summary>Filters of the people.</summary>
public sealed record UserQuery
{
    /// <summary>People of the unit itself, not of those below it.</summary>
    public Guid? UnitId { get; init; }

    public string? Role { get; init; }

    /// <summary>Code of an industry chain that the person answers for.</summary>
    public string? Chain { get; init; }

    public bool? Active { get; init; }

    /// <summary>
    /// Part of the name or user name, or pinyin of the name (<c>zhangsan</c>), or the initials of its pinyin (<c>zs</c>).
    /// </summary>
    public string? Q { get; init; }
}

/// <summary>Reads people.</summary>
internal static class ReadUsers
{
    public static readonly Listing<Person> Listing = new Listing<Person>(p => p.Id, "userName")
        .Sort("userName", p => p.NormalizedUserName).Sort("displayName", p => p.DisplayName);

    public static async Task<Ok<Page<UserAnswer>>> List(
        [AsParameters] UserQuery query, [AsParameters] PageQuery page, IdentityDb db, HttpRequest request, CancellationToken ct) =>
        TypedResults.Ok(await Listing.PageAsync(Filter(db, query), page, request, UserAnswer.From, ct));

    internal static IQueryable<Person> Filter(IdentityDb db, UserQuery query)
    {
        var people = db.People.AsNoTracking();
        if (query.UnitId is { } unit)
        {
            people = people.Where(p => p.UnitId == unit);
        }

        if (query.Role is { } role)
        {
            people = people.Where(p => p.Roles.Contains(role));
        }

        if (query.Chain is { } chain)
        {
            people = people.Where(p => p.Chains.Contains(chain));
        }

        if (query.Active is { } active)
        {
            people = people.Where(p => p.Active == active);
        }

        if (query.Q is { } q)
        {
            people = people.Named(q, p => p.SearchKey, p => p.SearchTokens);
        }

        return people;
    }

    public static async Task<Results<Ok<UserAnswer>, NotFound>> Read(Guid userId, IdentityDb db, CancellationToken ct) =>
        await db.People.AsNoTracking().SingleOrDefaultAsync(p => p.Id == userId, ct) is { } person
            ? TypedResults.Ok(UserAnswer.From(person))
            : TypedResults.NotFound();
}
