namespace Qibin.Crm.Enterprises;

/// <summary>Who keeps register, premises, applications and tenancies.</summary>
internal static class Writers
{
    public static readonly string[] Roles = [ServiceDefaults.Roles.ServiceOfficer, ServiceDefaults.Roles.Coordinator, ServiceDefaults.Roles.Administrator];
}
