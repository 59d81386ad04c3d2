namespace Qibin.Crm.HouseRules.Tests.Controls.Projects.Domain;

internal sealed record Project(Guid Id);
