using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Contracts;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Identity.Users;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Names;
using Qibin.Crm.Messaging.Queries;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Web.Paging;
using Qibin.Crm.Web.Validation;

namespace Qibin.Crm.Identity.Search;

/// <summary>What to look for.</summary>
public sealed record SearchParameters
{
    /// <summary>
    /// A code, part of a name or title, pinyin or its initials, or a phone that the caller sees in full: 2 to 100 characters, as in the
    /// <c>q</c> of the lists.
    /// </summary>
    [Needed, Line(NameSearch.Longest, 2)]
    public string? Q { get; init; }

    /// <summary>Kinds, separated by commas; all when left out.</summary>
    public Words<FoundKind>? Kind { get; init; }

    /// <summary>Resources of each kind, 1 to 20; 5 when left out.</summary>
    [NumberRange(1, SearchAll.Most)]
    public int? PerKind { get; init; }
}

/// <summary>What was found, kind by kind: first a code or name that equals the text, then the newest change.</summary>
public sealed record SearchAnswer
{
    public required IReadOnlyList<FoundResource> Items { get; init; }

    /// <summary>Kinds of which more was found than is here. The list of the kind has all, by <c>q</c>.</summary>
    public required IReadOnlyList<FoundKind> More { get; init; }

    /// <summary>Services that gave no answer. What they keep is missing here; ask again.</summary>
    public required IReadOnlyList<string> Missing { get; init; }
}

/// <summary>
/// One search over everything. Each service is asked, and answers what the caller finds in its lists; people and units are known here.
/// </summary>
internal static class SearchAll
{
    public const int Most = 20;
    private const int Usual = 5;

    private static readonly (string Service, FoundKind[] Kinds)[] Services =
    [
        ("leads", [FoundKind.Lead, FoundKind.Investor, FoundKind.Person]),
        ("projects", [FoundKind.Project]),
        ("enterprises", [FoundKind.Enterprise]),
    ];

    public static RouteGroupBuilder MapSearch(this RouteGroupBuilder api)
    {
        api.MapGet("/search", Handle).Allow(null, [.. Roles.OfPeople])
            .WithName("searchAll").WithSummary("全局搜索 · Search everything");
        return api;
    }

    private static async Task<Ok<SearchAnswer>> Handle(
        [AsParameters] SearchParameters search, IdentityDb db, Questions questions, Caller caller, CancellationToken ct)
    {
        var text = search.Q!;
        if (NameSearch.Parse(text) is null)
        {
            throw Refusal.Invalid("q", "text.length", 2, NameSearch.Longest);
        }

        var limit = search.PerKind ?? Usual;
        var kinds = search.Kind is { Values: var wanted } ? wanted : Enum.GetValues<FoundKind>();
        // One more than is shown tells whether there are more.
        var question = new SearchQuery { Caller = caller.Claims, Text = text, Most = limit + 1 };
        var asked = Services.Where(s => s.Kinds.Intersect(kinds).Any()).Select(s => s.Service).ToList();
        var replies = await Task.WhenAll(
            asked.Select(service => questions.TryAskAsync<SearchQuery, SearchReply>(service, question, ct)));
        var own = kinds.Contains(FoundKind.User) || kinds.Contains(FoundKind.Unit) ? await OwnAsync(db, text, limit + 1, ct) : [];
        var found = replies.SelectMany(r => r?.Found ?? []).Concat(own).Where(f => kinds.Contains(f.Kind))
            .GroupBy(f => f.Kind).OrderBy(g => g.Key).ToList();
        var key = NameSearch.KeyOf(text);
        return TypedResults.Ok(new SearchAnswer
        {
            Items = [.. found.SelectMany(g => g.OrderByDescending(f => IsCalled(f, key)).Take(limit))],
            More = [.. found.Where(g => g.Count() > limit).Select(g => g.Key)],
            Missing = [.. asked.Where((_, i) => replies[i] is null)],
        });
    }

    private static bool IsCalled(FoundResource found, string key) =>
        NameSearch.KeyOf(found.Name) == key || (found.Code is { } code && NameSearch.KeyOf(code) == key);

    private static async Task<IReadOnlyList<FoundResource>> OwnAsync(IdentityDb db, string text, int most, CancellationToken ct)
    {
        var units = await db.Units.AsNoTracking().ToDictionaryAsync(u => u.Id, ct);
        var people = await ReadUsers.Listing.FirstAsync(
            turn => turn.ReadAsync([ReadUsers.Filter(db, new UserQuery { Q = text })], ct), most);
        var key = NameSearch.KeyOf(text);
        return
        [
            .. people.Select(p => new FoundResource
            {
                Kind = FoundKind.User,
                Id = p.Id,
                Code = p.UserName,
                Name = p.DisplayName,
                Detail = p.UnitId is { } unit ? units[unit].Name : null,
                Path = $"/api/v1/users/{p.Id}",
            }),
            .. units.Values
                .Where(u => Array.Exists([u.Name, u.Code], text => NameSearch.KeyOf(text).Contains(key, StringComparison.Ordinal)))
                .OrderBy(u => u.Code, StringComparer.Ordinal).Take(most).Select(u => new FoundResource
                {
                    Kind = FoundKind.Unit,
                    Id = u.Id,
                    Code = u.Code,
                    Name = u.Name,
                    Detail = u.ParentId is { } parent ? units[parent].Name : null,
                    Path = $"/api/v1/units/{u.Id}",
                }),
        ];
    }
}
