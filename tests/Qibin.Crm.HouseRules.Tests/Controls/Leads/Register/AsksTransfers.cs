using Qibin.Crm.HouseRules.Tests.Controls.Leads.Contacts;
using Qibin.Crm.HouseRules.Tests.Controls.Leads.Transfers;

namespace Qibin.Crm.HouseRules.Tests.Controls.Leads.Register;

internal sealed record AsksTransfers(ReadContacts Contacts)
{
    public static async Task<object> TransfersAsync()
    {
        await Task.CompletedTask;
        return AsksClaims.Claims();
    }
}
