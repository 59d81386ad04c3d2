using Qibin.Crm.Contracts.Directory;
using Qibin.Crm.Kernel;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Leads.Tests;

/// <summary>The leads service on a database of its own, and the words that scenarios use of it.</summary>
public sealed class LeadsFixture : IAsyncLifetime
{
    private long _version;

    public TestService Service { get; private set; } = null!;

    /// <summary>Reads what is confidential and has no other reader who decides.</summary>
    public TestCaller Coordinator { get; } = TestCaller.Person(Roles.Coordinator);

    public async ValueTask InitializeAsync()
    {
        Service = await TestService.StartAsync("leads", Program.Build);
        await PlacedAsync(Coordinator);
    }

    public ValueTask DisposeAsync() => Service.DisposeAsync();

    public ApiClient As(TestCaller caller) => Service.As(caller);

    public DateOnly Today => Service.Clock.Today();

    /// <summary>Tells the service's directory of somebody.</summary>
    public async Task<TestCaller> PlacedAsync(TestCaller caller, bool active = true)
    {
        await Service.DeliverAsync(
            new OfficerPlaced
            {
                OfficerId = caller.Id,
                Name = caller.Name,
                UnitId = caller.UnitId,
                Roles = caller.Roles,
                Chains = caller.Chains,
                Active = active,
            },
            caller.Id, Interlocked.Increment(ref _version));
        return caller;
    }

    /// <summary>The six fields, and what a test adds or takes away.</summary>
    public Dictionary<string, object?> FirstContact(params (string Name, object? Value)[] with) => FirstContact(Today, with);

    /// <summary>The same by another service's day.</summary>
    public static Dictionary<string, object?> FirstContact(DateOnly today, params (string Name, object? Value)[] with)
    {
        var body = new Dictionary<string, object?>
        {
            ["investorName"] = "示例航天科技有限公司",
            ["personName"] = "张示例",
            ["phone"] = "13812341234",
            ["channel"] = "phone",
            ["summary"] = "来电了解科创新城的载体与政策",
            ["nextStep"] = "发送载体清单",
            ["nextStepDueOn"] = today.AddDays(3),
            // Most scenarios enter the same investor; those about duplicates take this away.
            ["duplicateOverride"] = new { reason = "测试登记" },
        };
        foreach (var (name, value) in with)
        {
            body[name] = value;
        }

        return body.Where(f => f.Value is not null).ToDictionary();
    }

    /// <summary>A lead that the caller has logged.</summary>
    public async Task<Answer> LeadAsync(ApiClient caller, params (string Name, object? Value)[] with) =>
        (await caller.PostAsync("/api/v1/first-contacts", FirstContact(with))).Is(201);

    /// <summary>The lead's path.</summary>
    public static string Path(Answer receipt) => $"/api/v1/leads/{receipt.Id}";

    /// <summary>The lead, brought to <c>following</c>.</summary>
    public async Task<Answer> FollowedAsync(ApiClient caller, params (string Name, object? Value)[] with)
    {
        var lead = await LeadAsync(caller, with);
        var on = with.FirstOrDefault(w => w.Name == "occurredOn").Value ?? Today;
        var assessing = (await caller.PostAsync(Path(lead) + "/assessment", new { occurredOn = on }, lead.ETag)).Is(200);
        return (await caller.PostAsync(Path(lead) + "/assessment/conclusion", new { occurredOn = on, note = "有真实投资意向" }, assessing.ETag))
            .Is(200);
    }
}
