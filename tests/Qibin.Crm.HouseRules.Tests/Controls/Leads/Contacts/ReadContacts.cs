namespace Qibin.Crm.HouseRules.Tests.Controls.Leads.Contacts;

/// <summary>An area that others use and that uses the layers below it: found by no rule.</summary>
internal sealed record ReadContacts(Data.LeadTable Table);
