namespace Qibin.Crm.HouseRules.Tests;

/// <summary>Each rule about types holds for the product, and finds the types below <c>Controls</c> that were made to break it.</summary>
public class ArchitectureTests
{
    private static readonly Architecture Broken = new("Qibin.Crm.HouseRules.Tests.Controls", [typeof(ArchitectureTests).Assembly]);

    private static readonly Dictionary<string, (Func<Architecture, IEnumerable<string>> Rule, string[] Found)> Controls = new()
    {
        ["projects use what they may"] = (a => a.ProjectsUseWhatTheyMay(), ["Leads.Register.AsksProjects", "Kernel.KnowsContracts"]),
        ["kernel and contracts use no package"] = (a => a.KernelAndContractsUseNoPackage(),
            ["Kernel.KnowsContracts", "Contracts.StoresItself"]),
        ["the domain uses the kernel only"] = (a => a.DomainUsesTheKernelOnly(),
            ["Leads.Domain.PublishesAnEvent", "Leads.Domain.SavesItself", "Leads.Domain.KnowsItsTable"]),
        ["the domain does no input or output"] = (a => a.DomainDoesNoInputOrOutput(),
            ["Leads.Domain.LooksAtTheClock", "Leads.Domain.SavesItself"]),
        ["data uses no area"] = (a => a.DataUsesNoArea(), ["Leads.Data.KnowsItsReader"]),
        ["areas have no cycles"] = (a => a.AreasHaveNoCycles(),
            ["Leads.Register.AsksTransfers", "Leads.Transfers.AsksClaims", "Leads.Claims.AsksRegister"]),
        ["MassTransit stays in messaging"] = (a => a.MassTransitStaysInMessaging(), ["Leads.Register.SendsByItself"]),
        ["names say something"] = (a => a.NamesSaySomething(), ["Leads.Register.LeadHelper"]),
    };

    public static TheoryData<string> Names => [.. Controls.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Holds(string name)
    {
        var offences = string.Join('\n', Controls[name].Rule(Architecture.Present));
        Assert.True(offences.Length == 0, offences);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Finds_exactly_what_breaks_it(string name)
    {
        var (rule, found) = Controls[name];
        Assert.Equal(
            found.Select(type => $"{typeof(ArchitectureTests).Namespace}.Controls.{type}").Order(),
            rule(Broken).Select(offence => offence.Split(':')[0]).Distinct().Order());
    }

    [Fact]
    public void The_product_was_read() => Assert.Equal(
        ["Comments", "Contracts", "Enterprises", "Exports", "Gateway", "Identity", "Kernel", "Leads", "Local", "Messaging", "Pipeline",
            "Projects", "Servers", "Sheets", "Web", "Work"],
        Architecture.Present.Projects.Order());
}
