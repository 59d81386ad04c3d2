namespace Qibin.Crm.HouseRules.Tests.Controls.Leads.Register;

internal static class LeadHelper
{
    public static object Make() => new();
}
