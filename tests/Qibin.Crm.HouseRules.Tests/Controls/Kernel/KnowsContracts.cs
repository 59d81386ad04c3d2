namespace Qibin.Crm.HouseRules.Tests.Controls.Kernel;

internal sealed record KnowsContracts(Contracts.LeadOpened Opened);
