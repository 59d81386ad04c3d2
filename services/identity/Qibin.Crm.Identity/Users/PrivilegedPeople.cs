using Qibin.Crm.Kernel;

namespace Qibin.Crm.Identity.Users;

/// <summary>
/// Integrations manage officers only. Whoever sees more than the own rows approves or administers, and an integration that could make,
/// promote, reset or reactivate such a person would have that person's authority. It may deactivate anybody: that only takes away.
/// </summary>
internal static class PrivilegedPeople
{
    /// <param name="caller">Who changes a person.</param>
    /// <param name="roles">The roles that the person has, or is to have.</param>
    /// <exception cref="Refusal">
    /// 403 <c>user.privileged</c>: the caller is an integration, and the roles see more than the own rows.
    /// </exception>
    public static void RefuseIntegration(Caller caller, IReadOnlyCollection<string> roles)
    {
        if (caller.IsIntegration && Roles.ReachOf(roles) != Reach.Own)
        {
            throw new Refusal(StatusCodes.Status403Forbidden, "user.privileged");
        }
    }
}
