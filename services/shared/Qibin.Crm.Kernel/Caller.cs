using System.Runtime.CompilerServices;
using System.Security.Claims;

namespace Qibin.Crm.Kernel;

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

    /// <summary>The sign-in that the token was issued for; null when it names none.</summary>
    public Guid? SessionId { get; private init; }

    public Guid? UnitId { get; private init; }

    /// <summary>Own unit and all units below it.</summary>
    public Guid[] UnitIds { get; private init; } = [];

    /// <summary>Codes of the industry chains this caller answers for.</summary>
    public string[] Chains { get; private init; } = [];

    public Reach Reach { get; private init; }

    public IReadOnlySet<string> Roles { get; private init; } = new HashSet<string>();

    public IReadOnlySet<string> Scopes { get; private init; } = new HashSet<string>();

    public bool IsIntegration => Roles.Contains(Kernel.Roles.Integration);

    /// <summary>
    /// Whether the caller decides what is confidential 涉密 and who reads it: heads and coordinators, and another system for who did.
    /// Officers
    /// only propose it.
    /// </summary>
    public bool DecidesOnConfidentiality => IsIntegration || Is(Kernel.Roles.UnitHead, Kernel.Roles.Coordinator);

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

    /// <summary>What is kept of a caller on whose behalf something runs later.</summary>
    public CallerClaims Claims => new()
    {
        Id = Id,
        UnitId = UnitId,
        UnitIds = UnitIds,
        Chains = Chains,
        Reach = Reach,
        Roles = [.. Roles.Order(StringComparer.Ordinal)],
        Scopes = [.. Scopes.Order(StringComparer.Ordinal)],
    };

    /// <summary>The caller of kept claims.</summary>
    public static Caller From(CallerClaims claims)
    {
        ArgumentNullException.ThrowIfNull(claims);
        return new Caller
        {
            Id = claims.Id,
            UnitId = claims.UnitId,
            UnitIds = claims.UnitIds,
            Chains = claims.Chains,
            Reach = claims.Reach,
            Roles = claims.Roles.ToHashSet(StringComparer.Ordinal),
            Scopes = claims.Scopes.ToHashSet(StringComparer.Ordinal),
        };
    }

    private static Caller Read(ClaimsIdentity claims) => new()
    {
        Id = Guid.TryParse(claims.FindFirst("sub")?.Value, out var id) ? id : Guid.Empty,
        SessionId = Guid.TryParse(claims.FindFirst("sid")?.Value, out var session) ? session : null,
        UnitId = Guid.TryParse(claims.FindFirst("unit")?.Value, out var unit) ? unit : null,
        UnitIds = [.. claims.FindAll("units").Select(c => Guid.TryParse(c.Value, out var u) ? u : Guid.Empty).Where(u => u != Guid.Empty)],
        Chains = [.. claims.FindAll("chains").Select(c => c.Value)],
        // An unknown word sees least.
        Reach = Enum.TryParse<Reach>(claims.FindFirst("reach")?.Value, ignoreCase: true, out var reach) ? reach : Reach.Own,
        Roles = claims.FindAll("role").Select(c => c.Value).ToHashSet(StringComparer.Ordinal),
        Scopes = claims.FindAll("scope").SelectMany(c => c.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ToHashSet(StringComparer.Ordinal),
    };
}

/// <summary>A caller's claims as they were when it asked.</summary>
public sealed record CallerClaims
{
    public required Guid Id { get; init; }
    public Guid? UnitId { get; init; }
    public required Guid[] UnitIds { get; init; }
    public required string[] Chains { get; init; }
    public required Reach Reach { get; init; }
    public required string[] Roles { get; init; }
    public required string[] Scopes { get; init; }

    /// <summary>Whether these claims see the rows that the other ones see, no more and no fewer.</summary>
    public bool SeesAs(CallerClaims other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Id == other.Id && Reach == other.Reach && UnitId == other.UnitId
            && UnitIds.ToHashSet().SetEquals(other.UnitIds) && Chains.ToHashSet(StringComparer.Ordinal).SetEquals(other.Chains);
    }
}
