using Qibin.Crm.Mutants;

namespace Qibin.Crm.HouseRules.Tests;

/// <summary>
/// The seeded faults still fit the source. Whether tests find them is tried by <c>dotnet run --project tests/Qibin.Crm.Mutants</c>.
/// </summary>
public class MutantsTests
{
    [Fact]
    public void Each_fault_has_its_place_in_the_source_exactly_once()
    {
        var sources = Repository.Present.Files.ToDictionary(f => f.Path, f => f.Text);
        var misfits = Faults.All.Select(fault => Misfit(fault, sources.GetValueOrDefault(fault.Path))).Where(misfit => misfit is not null)
            .ToList();
        Assert.True(misfits.Count == 0, string.Join('\n', misfits));
        Assert.True(Faults.All.Count >= 40);
        Assert.Equal(Faults.All.Count, Faults.All.Select(fault => fault.What).Distinct().Count());
    }

    [Theory]
    [InlineData("if (a < b)", null)]
    [InlineData("if (a > b)", "nowhere")]
    [InlineData("if (a < b && a < b)", "more than once")]
    public void A_fault_that_lost_its_place_is_named(string source, string? misfit)
    {
        var found = Misfit(new Fault("More is less", "services/x", "X.cs", "a < b", "a > b", "tests/X", []), source);
        Assert.Equal(misfit is null ? null : $"More is less: «a < b» stands {misfit} in services/x/X.cs.", found);
    }

    private static string? Misfit(Fault fault, string? source)
    {
        try
        {
            fault.Seed(source ?? "");
            return null;
        }
        catch (InvalidOperationException e)
        {
            return e.Message;
        }
    }
}
