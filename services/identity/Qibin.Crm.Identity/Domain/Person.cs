using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Kernel.Names;

namespace Qibin.Crm.Identity.Domain;

/// <summary>
/// Somebody who signs in. Placement and roles are versioned and published to the other services; the password is not a change of the
/// person: it leaves the version alone. ASP.NET Core Identity writes name and password through its user store.
/// </summary>
public sealed class Person : Aggregate
{
    private Person()
    {
    }

    public string UserName { get; internal set; } = "";

    /// <summary>Upper case, unique: names that differ by case only are one name.</summary>
    public string NormalizedUserName { get; internal set; } = "";

    public string DisplayName { get; private set; } = "";

    /// <summary>What searches find the person by, see <see cref="NameSearch"/>: display name and user name.</summary>
    public string SearchKey { get; private set; } = "";

    public string[] SearchTokens { get; private set; } = [];
    public string? Phone { get; private set; }
    public string? Email { get; private set; }
    public Guid UnitId { get; private set; }

    /// <summary>At least one of <see cref="Kernel.Roles.OfPeople"/>.</summary>
    [Audited]
    public string[] Roles { get; private set; } = [];

    /// <summary>Codes of the industry chains this person answers for.</summary>
    [Audited]
    public string[] Chains { get; private set; } = [];

    public bool Active { get; private set; }

    /// <summary>The password was given by an administrator and must be replaced at the next sign-in.</summary>
    public bool MustChangePassword { get; private set; }

    public string? PasswordHash { get; internal set; }

    /// <summary>The sealed key of the person's authenticator application; null when a password is enough.</summary>
    public byte[]? AuthenticatorKey { get; private set; }

    /// <summary>The step of the last one-time code used.</summary>
    public long LastStep { get; private set; }

    /// <summary>SHA-256, hexadecimal, of the codes that replace a lost authenticator; each is good for once.</summary>
    public string[] RecoveryCodes { get; private set; } = [];

    /// <summary>How far this person sees.</summary>
    public Reach Reach => Kernel.Roles.ReachOf(Roles);

    /// <summary>What the person's tokens say, for what is asked on the person's behalf without one.</summary>
    public CallerClaims ClaimsIn(UnitTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        return new CallerClaims
        {
            Id = Id,
            UnitId = UnitId,
            UnitIds = [.. tree.Subtree(UnitId)],
            Chains = Chains,
            Reach = Reach,
            Roles = Roles,
            Scopes = [],
        };
    }

    public static Person Register(
        Guid id, string userName, string displayName, string? phone, string? email, Guid unitId, string[] roles, string[] chains,
        bool mustChangePassword)
    {
        var person = new Person
        {
            Id = id,
            UserName = userName,
            DisplayName = displayName,
            Phone = phone is null ? null : PhoneNumbers.Fold(phone),
            Email = email is null ? null : Text.HalfWidth(email),
            UnitId = unitId,
            Roles = [.. roles.Distinct()],
            Chains = [.. chains.Distinct()],
            Active = true,
            MustChangePassword = mustChangePassword,
        };
        person.KeepNames();
        person.Touch();
        return person;
    }

    public void Amend(string displayName, string? phone, string? email, Guid unitId, string[] roles, string[] chains)
    {
        (DisplayName, UnitId, Roles, Chains) = (displayName, unitId, [.. roles.Distinct()], [.. chains.Distinct()]);
        (Phone, Email) = (phone is null ? null : PhoneNumbers.Fold(phone), email is null ? null : Text.HalfWidth(email));
        KeepNames();
        Touch();
    }

    private void KeepNames() => (SearchKey, SearchTokens) = NameSearch.Of(DisplayName, UserName);

    /// <summary>
    /// Whether this placement gives the person less than the present one, or something else. Then tokens that were issued under the present
    /// one say too much, and the person signs in again.
    /// </summary>
    public bool Loses(Guid unitId, string[] roles, string[] chains) =>
        unitId != UnitId || Roles.Except(roles).Any() || Chains.Except(chains).Any();

    /// <exception cref="RuleViolation"><c>user.inactive</c>: is deactivated already.</exception>
    public void Deactivate()
    {
        if (!Active)
        {
            throw new RuleViolation("user.inactive");
        }

        Active = false;
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

    /// <summary>An administrator has given a new password.</summary>
    public void PasswordGiven()
    {
        MustChangePassword = true;
        Touch();
    }

    /// <summary>Signing in needs a code of the authenticator from now on.</summary>
    /// <param name="sealedKey">The authenticator's key.</param>
    /// <param name="step">The step of the code that proves it.</param>
    /// <param name="recoveryCodes">Hashes of the codes that replace it.</param>
    public void UseAuthenticator(byte[] sealedKey, long step, string[] recoveryCodes) =>
        (AuthenticatorKey, LastStep, RecoveryCodes) = (sealedKey, step, recoveryCodes);

    /// <summary>A password is enough again.</summary>
    public void StopAuthenticator() => (AuthenticatorKey, LastStep, RecoveryCodes) = (null, 0, []);

    /// <summary>A code was used, and cannot be again.</summary>
    public void CodeUsed(long step) => LastStep = step;

    /// <summary>Uses up a recovery code.</summary>
    /// <returns>Whether it was one.</returns>
    public bool UseRecoveryCode(string hash)
    {
        var left = RecoveryCodes.Where(code => code != hash).ToArray();
        if (left.Length == RecoveryCodes.Length)
        {
            return false;
        }

        RecoveryCodes = left;
        return true;
    }

    /// <summary>The person has new recovery codes; the earlier ones are void.</summary>
    public void RecoveryCodesGiven(string[] hashes) => RecoveryCodes = hashes;

    /// <summary>The person has chosen a password.</summary>
    public void PasswordChosen() => MustChangePassword = false;
}
