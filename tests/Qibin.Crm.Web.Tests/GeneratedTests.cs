using Qibin.Crm.TestKit;
using Qibin.Crm.TestKit.Generated;
using Qibin.Crm.Web.Tests.Shelf;

namespace Qibin.Crm.Web.Tests;

/// <summary>The engine of the generated tests, on the tests' own service.</summary>
public class GeneratedTests
{
    [Fact]
    public async Task Every_operation_keeps_the_ground_rules()
    {
        await using var service = await TestService.StartAsync("shelf", ShelfService.Build);
        var target = ApiTarget.Of(service);
        var breaches = await GroundRules.BreachesAsync(target, Known(service));
        Assert.True(breaches.Count == 0, string.Join('\n', breaches));
    }

    [Fact]
    public async Task No_generated_request_brings_about_a_fault()
    {
        await using var service = await TestService.StartAsync("shelf", ShelfService.Build);
        var report = await Fuzzer.RunAsync(ApiTarget.Of(service), seed: 1, requests: 3000);
        Assert.True(report.Breaches.Count == 0, $"{report}\n{string.Join('\n', report.Breaches)}");
        Assert.Equal(8, report.Reached.Count);
    }

    private static Dictionary<string, Func<Task<Prepared>>> Known(TestService service)
    {
        async Task<Reply> Thing() =>
            (await service.As(TestCaller.Officer()).PostAsync("/api/v1/things", new { name = "箱子", material = "wood", note = "满" })).Is(
                201);

        async Task<Prepared> OnThing(string below = "")
        {
            var thing = await Thing();
            return new Prepared { Path = $"/api/v1/things/{thing.Id}{below}", ETag = thing.ETag };
        }

        return new Dictionary<string, Func<Task<Prepared>>>
        {
            ["createThing"] = () => Task.FromResult(new Prepared { Status = 201 }),
            ["createThings"] = () =>
                Task.FromResult(new Prepared { Body = new { mode = "atomic", items = new[] { new { name = "箱子", material = "wood" } } } }),
            ["listThings"] = () => Task.FromResult(new Prepared()),
            ["getThing"] = () => OnThing(),
            ["amendThing"] = () => OnThing(),
            ["labelThing"] = () => OnThing("/label"),
            ["closeThing"] = () => OnThing("/closure"),
            ["removeThing"] = () => OnThing(),
        };
    }
}
