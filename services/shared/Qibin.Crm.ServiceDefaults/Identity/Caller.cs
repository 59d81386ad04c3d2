using System.Runtime.CompilerServices;
using System.Security.Claims;

namespace Qibin.Crm.ServiceDefaults;

/// <summary>How far a caller sees: own rows, own unit, the unit's subtree, own industry chains, all.</summary>
public enum Reach { Own, Unit, Subtree, Chain, All }

/// <summary>Who asks, as the validated access token says. Injected into handlers; nothing else is trusted about a caller.</summary>
public sealed class Caller
{
    private static readonly ConditionalWeakTable<ClaimsIdentity, Caller> Known = [];

    private Caller()
    {
    }

    /// <summary>The system itself: consumers and start-up steps.</summary>
    public static Caller System { get; } = new() { Reach = Reach.All };

    /// <summary>The user, or the client application of an integration.</summary>
    public Guid Id { get; private init; }

    public Guid? UnitId { get; private init; }

    /// <summary>Own unit and all units below it.</summary>
    public Guid[] UnitIds { get; private init; } = [];

    /// <summary>Codes of the industry chains this caller answers for.</summary>
    public string[] Chains { get; private init; } = [];

    public Reach Reach { get; private init; }

    public IReadOnlySet<string> Roles { get; private init; } = new HashSet<string>();

    public IReadOnlySet<string> Scopes { get; private init; } = new HashSet<string>();

    public bool IsIntegration => Roles.Contains(ServiceDefaults.Roles.Integration);

    public bool Is(params ReadOnlySpan<string> anyOf)
    {
        foreach (var role in anyOf)
        {
            if (Roles.Contains(role))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads the claims once per token: the identity of a remembered token is the same object.</summary>
    public static Caller From(ClaimsPrincipal principal)
    {
        ArgumentNullException.ThrowIfNull(principal);
        return principal.Identity is ClaimsIdentity { IsAuthenticated: true } identity
            ? Known.GetValue(identity, Read)
            : new Caller();
    }

    private static Caller Read(ClaimsIdentity claims) => new()
    {
        Id = Guid.TryParse(claims.FindFirst("sub")?.Value, out var id) ? id : Guid.Empty,
        UnitId = Guid.TryParse(claims.FindFirst("unit")?.Value, out var unit) ? unit : null,
        UnitIds = [.. claims.FindAll("units").Select(c => Guid.TryParse(c.Value, out var u) ? u : Guid.Empty).Where(u => u != Guid.Empty)],
        Chains = [.. claims.FindAll("chains").Select(c => c.Value)],
        // An unknown word sees least.
        Reach = Enum.TryParse<Reach>(claims.FindFirst("reach")?.Value, ignoreCase: true, out var reach) ? reach : Reach.Own,
        Roles = claims.FindAll("role").Select(c => c.Value).ToHashSet(StringComparer.Ordinal),
        Scopes = claims.FindAll("scope").SelectMany(c => c.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToHashSet(StringComparer.Ordinal),
    };
}
