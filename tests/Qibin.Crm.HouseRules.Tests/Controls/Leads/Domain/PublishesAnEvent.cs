using Qibin.Crm.HouseRules.Tests.Controls.Contracts;

namespace Qibin.Crm.HouseRules.Tests.Controls.Leads.Domain;

internal static class PublishesAnEvent
{
    public static object Open(Lead lead) => new LeadOpened(lead.Id);
}
