using Qibin.Crm.HouseRules.Tests.Controls.Leads.Data;

namespace Qibin.Crm.HouseRules.Tests.Controls.Leads.Domain;

internal static class KnowsItsTable
{
    public static string Name() => typeof(LeadTable).Name;
}
