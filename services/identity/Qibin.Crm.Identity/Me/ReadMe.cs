using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Identity.Data;
using Qibin.Crm.Kernel;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Identity.Me;

/// <summary>The caller: a person with the own phone and e-mail unmasked, or an integration.</summary>
public sealed record MeAnswer
{
    public required Guid Id { get; init; }

    /// <summary>The user name, or the client_id.</summary>
    public required string UserName { get; init; }

    public required string DisplayName { get; init; }
    public string? Phone { get; init; }
    public string? Email { get; init; }

    /// <summary>Null for an integration.</summary>
    public Guid? UnitId { get; init; }

    public string? UnitName { get; init; }

    /// <summary>As the token says: <c>integration</c> for an integration.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    public required IReadOnlyList<string> Chains { get; init; }

    /// <summary>How far the caller sees, as the token says.</summary>
    public required Reach Reach { get; init; }

    /// <summary>The token's scopes; they decide for integrations only.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }
}

/// <summary>Tells callers who they are.</summary>
internal static class ReadMe
{
    public static void MapMe(this RouteGroupBuilder api) =>
        api.MapGet("/me", Handle).AllowEverybody(Scopes.DirectoryRead)
            .WithName("readMe").WithSummary("当前登录者 · Who is calling");

    private static async Task<Results<Ok<MeAnswer>, NotFound>> Handle(IdentityDb db, Caller caller, CancellationToken ct)
    {
        if (caller.IsIntegration)
        {
            var client = await db.Clients.AsNoTracking().SingleOrDefaultAsync(c => c.Id == caller.Id, ct);
            return client is null ? TypedResults.NotFound() : TypedResults.Ok(Answer(client.ClientId, client.DisplayName));
        }

        var person = await db.People.AsNoTracking().SingleOrDefaultAsync(p => p.Id == caller.Id, ct);
        if (person is null)
        {
            return TypedResults.NotFound();
        }

        var unit = await db.Units.Where(u => u.Id == person.UnitId).Select(u => u.Name).SingleAsync(ct);
        return TypedResults.Ok(Answer(person.UserName, person.DisplayName) with
        {
            Phone = person.Phone,
            Email = person.Email,
            UnitId = person.UnitId,
            UnitName = unit,
        });

        MeAnswer Answer(string userName, string displayName) => new()
        {
            Id = caller.Id,
            UserName = userName,
            DisplayName = displayName,
            Roles = [.. caller.Roles.Order(StringComparer.Ordinal)],
            Chains = caller.Chains,
            Reach = caller.Reach,
            Scopes = [.. caller.Scopes.Order(StringComparer.Ordinal)],
        };
    }
}
