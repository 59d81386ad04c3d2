using System.Security.Cryptography;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Identity.Domain;

/// <summary>
/// Somebody who signs in. Placement and roles are versioned and published to the other services; password and lockout are not a change
/// of the person: they leave the version alone. ASP.NET Core Identity writes name, password and stamp through its user store.
/// </summary>
public sealed class Person : Aggregate
{
    /// <summary>Wrong passwords in a row that lock the person out.</summary>
    public const int TriesBeforeLockout = 5;

    /// <summary>How long a lockout lasts.</summary>
    public static readonly TimeSpan Lockout = TimeSpan.FromMinutes(5);

    private Person()
    {
    }

    public string UserName { get; internal set; } = "";

    /// <summary>Upper case, unique: names that differ by case only are one name.</summary>
    public string NormalizedUserName { get; internal set; } = "";

    public string DisplayName { get; private set; } = "";
    public string? Phone { get; private set; }
    public string? Email { get; private set; }
    public Guid UnitId { get; private set; }

    /// <summary>At least one of <see cref="Kernel.Roles.OfPeople"/>.</summary>
    public string[] Roles { get; private set; } = [];

    /// <summary>Codes of the industry chains this person answers for.</summary>
    public string[] Chains { get; private set; } = [];

    public bool Active { get; private set; }

    /// <summary>The password was given by an administrator and must be replaced at the next sign-in.</summary>
    public bool MustChangePassword { get; private set; }

    public string? PasswordHash { get; internal set; }

    /// <summary>Changes with the password and on deactivation; sign-ins and refresh tokens that carry an older one are refused.</summary>
    public string SecurityStamp { get; internal set; } = "";

    /// <summary>Wrong passwords since the last right one.</summary>
    public int FailedTries { get; private set; }

    public DateTimeOffset? LockedUntil { get; private set; }

    /// <summary>How far this person sees.</summary>
    public Reach Reach => ReachOf(Roles);

    public static Person Register(
        Guid id, string userName, string displayName, string? phone, string? email, Guid unitId, string[] roles, string[] chains,
        bool mustChangePassword)
    {
        var person = new Person
        {
            Id = id,
            UserName = userName,
            DisplayName = displayName,
            Phone = phone,
            Email = email,
            UnitId = unitId,
            Roles = [.. roles.Distinct()],
            Chains = [.. chains.Distinct()],
            Active = true,
            MustChangePassword = mustChangePassword,
        };
        person.Touch();
        return person;
    }

    public void Amend(string displayName, string? phone, string? email, Guid unitId, string[] roles, string[] chains)
    {
        (DisplayName, Phone, Email, UnitId, Roles, Chains) =
            (displayName, phone, email, unitId, [.. roles.Distinct()], [.. chains.Distinct()]);
        Touch();
    }

    /// <exception cref="RuleViolation"><c>user.inactive</c>: is deactivated already.</exception>
    public void Deactivate()
    {
        if (!Active)
        {
            throw new RuleViolation("user.inactive");
        }

        Active = false;
        Restamp();
        Touch();
    }

    /// <exception cref="RuleViolation"><c>user.active</c>: is active already.</exception>
    public void Reactivate()
    {
        if (Active)
        {
            throw new RuleViolation("user.active");
        }

        Active = true;
        Touch();
    }

    /// <summary>An administrator has given a new password, which ends a lockout.</summary>
    public void PasswordGiven()
    {
        (MustChangePassword, FailedTries, LockedUntil) = (true, 0, null);
        Touch();
    }

    /// <summary>
    /// Takes note of a try to sign in: a locked or deactivated person is refused whatever the password is, and tries during a
    /// lockout count for nothing.
    /// </summary>
    /// <returns>Whether the person is signed in.</returns>
    public bool Try(bool passwordFits, DateTimeOffset now)
    {
        if (LockedUntil > now || !Active)
        {
            return false;
        }

        FailedTries = passwordFits ? 0 : FailedTries + 1;
        LockedUntil = null;
        if (FailedTries >= TriesBeforeLockout)
        {
            (FailedTries, LockedUntil) = (0, now + Lockout);
        }

        return passwordFits;
    }

    /// <summary>Ends every sign-in and every refresh token of this person.</summary>
    public void Restamp() => SecurityStamp = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));

    /// <summary>The person has chosen a password.</summary>
    public void PasswordChosen() => MustChangePassword = false;

    /// <summary>
    /// The reach that goes with roles, the widest of them: officer own rows, unit head the unit's subtree, chain chief the chains;
    /// the others work for the whole city.
    /// </summary>
    public static Reach ReachOf(IReadOnlyCollection<string> roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        return roles.Select(role => role switch
        {
            Kernel.Roles.UnitHead => Reach.Subtree,
            Kernel.Roles.ChainChief => Reach.Chain,
            Kernel.Roles.Leader or Kernel.Roles.Coordinator or Kernel.Roles.Administrator or Kernel.Roles.Auditor
                or Kernel.Roles.ServiceOfficer or Kernel.Roles.ProjectOfficer => Reach.All,
            _ => Reach.Own,
        }).DefaultIfEmpty(Reach.Own).Max();
    }
}
