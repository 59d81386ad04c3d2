using Qibin.Crm.HouseRules.Tests.Controls.Leads.Claims;

namespace Qibin.Crm.HouseRules.Tests.Controls.Leads.Transfers;

internal static class AsksClaims
{
    public static object Claims() => AsksRegister.Register();
}
