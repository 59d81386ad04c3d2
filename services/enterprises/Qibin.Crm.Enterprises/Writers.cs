namespace Qibin.Crm.Enterprises;

/// <summary>Who keeps register, premises, applications and tenancies.</summary>
internal static class Writers
{
    public static readonly string[] Roles = [Kernel.Roles.ServiceOfficer, Kernel.Roles.Coordinator, Kernel.Roles.Administrator];
}
