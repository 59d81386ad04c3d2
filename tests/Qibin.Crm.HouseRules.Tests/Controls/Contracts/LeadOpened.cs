namespace Qibin.Crm.HouseRules.Tests.Controls.Contracts;

internal sealed record LeadOpened(Guid LeadId);
