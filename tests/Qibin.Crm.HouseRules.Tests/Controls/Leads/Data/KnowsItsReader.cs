using Qibin.Crm.HouseRules.Tests.Controls.Leads.Contacts;

namespace Qibin.Crm.HouseRules.Tests.Controls.Leads.Data;

internal sealed class KnowsItsReader
{
    public List<ReadContacts> Readers { get; } = [];
}
