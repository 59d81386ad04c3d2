using Qibin.Crm.HouseRules.Tests.Controls.Leads.Register;

namespace Qibin.Crm.HouseRules.Tests.Controls.Leads.Claims;

internal static class AsksRegister
{
    public static Func<object> Register => () => AsksTransfers.TransfersAsync();
}
