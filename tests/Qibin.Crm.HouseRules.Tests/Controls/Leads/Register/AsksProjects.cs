using Qibin.Crm.HouseRules.Tests.Controls.Projects.Domain;

namespace Qibin.Crm.HouseRules.Tests.Controls.Leads.Register;

internal static class AsksProjects
{
    public static IEnumerable<Guid> Ids(IEnumerable<Project> projects) => projects.Select(p => p.Id);
}
