using Qibin.Crm.Kernel;
using Qibin.Crm.Projects.Domain;
using static Qibin.Crm.Projects.Tests.Domain.Sample;

namespace Qibin.Crm.Projects.Tests.Domain;

/// <summary>The days of moving in and leaving follow from all tenancies of a project, whatever the order of their events.</summary>
public sealed class TenancyTests
{
    [Fact]
    public void Every_order_of_the_events_ends_in_the_same_days()
    {
        (string Tenancy, bool Left, int Day)[] events =
            [("a", false, 10), ("a", true, 30), ("b", false, 5), ("b", true, 40), ("c", false, 20), ("c", true, 25)];
        var orders = 0;
        foreach (var order in Permutations([.. events]))
        {
            orders++;
            var project = At(ProjectStage.Registered);
            var tenancies = new Dictionary<string, Tenancy>();
            foreach (var (name, left, day) in order)
            {
                var tenancy = tenancies.TryGetValue(name, out var known) ? known : tenancies[name] = new Tenancy
                {
                    TenancyId = City.NewId(),
                    ProjectId = project.Id,
                    EnterpriseId = City.NewId(),
                };
                tenancy.MovedInOn = left ? tenancy.MovedInOn : Day.AddDays(day);
                tenancy.LeftOn = left ? Day.AddDays(day) : tenancy.LeftOn;
                project.MoveIn([.. tenancies.Values], Officer, Now);
            }

            Assert.Equal((Day.AddDays(5), Day.AddDays(40)), (project.MovedInOn, project.LeftOn));
        }

        Assert.Equal(720, orders);
    }

    [Fact]
    public void A_project_has_left_when_its_last_tenancy_ended_and_is_back_with_a_further_one()
    {
        var project = At(ProjectStage.Registered);
        var first = new Tenancy
        {
            TenancyId = City.NewId(),
            ProjectId = project.Id,
            EnterpriseId = City.NewId(),
            MovedInOn = Day.AddDays(10),
        };
        Assert.Equal((true, true), project.MoveIn([first], Officer, Now));
        Assert.Equal((false, false), project.MoveIn([first], Officer, Now));
        Assert.Equal(first.EnterpriseId, project.EnterpriseId);

        first.LeftOn = Day.AddDays(20);
        Assert.Equal((false, true), project.MoveIn([first], Officer, Now));
        Assert.Equal(Day.AddDays(20), project.LeftOn);

        var second = new Tenancy
        {
            TenancyId = City.NewId(),
            ProjectId = project.Id,
            EnterpriseId = City.NewId(),
            MovedInOn = Day.AddDays(15),
        };
        Assert.Equal((false, true), project.MoveIn([first, second], Officer, Now));
        Assert.Null(project.LeftOn);
        Assert.Equal((Day.AddDays(10), first.EnterpriseId), (project.MovedInOn, project.EnterpriseId));
        Assert.Equal([HistoryKind.MovedIn, HistoryKind.Left], project.History.Select(h => h.Kind)
            .Where(k => k is HistoryKind.MovedIn or HistoryKind.Left));
    }

    [Fact]
    public void An_end_without_its_beginning_says_nothing_yet()
    {
        var project = At(ProjectStage.Registered);
        var tenancy = new Tenancy
        {
            TenancyId = City.NewId(),
            ProjectId = project.Id,
            EnterpriseId = City.NewId(),
            LeftOn = Day.AddDays(20),
        };
        Assert.Equal((false, false), project.MoveIn([tenancy], Officer, Now));
        Assert.Equal((null, null, (Guid?)null), (project.MovedInOn, project.LeftOn, project.EnterpriseId));
    }

    private static IEnumerable<T[]> Permutations<T>(T[] items)
    {
        if (items.Length < 2)
        {
            yield return items;
            yield break;
        }

        for (var i = 0; i < items.Length; i++)
        {
            foreach (var rest in Permutations<T>([.. items[..i], .. items[(i + 1)..]]))
            {
                yield return [items[i], .. rest];
            }
        }
    }
}
