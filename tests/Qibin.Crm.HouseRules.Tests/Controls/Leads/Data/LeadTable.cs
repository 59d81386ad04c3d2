namespace Qibin.Crm.HouseRules.Tests.Controls.Leads.Data;

internal sealed record LeadTable(Domain.Lead Row);
