using Qibin.Crm.ServiceDefaults.Tests.Shelf;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.ServiceDefaults.Tests;

/// <summary>The tests' own service with a database of its own, for one test class.</summary>
public sealed class ShelfFixture : IAsyncLifetime
{
    public TestService Service { get; private set; } = null!;

    public TestCaller Officer { get; } = TestCaller.Officer();

    public async ValueTask InitializeAsync() => Service = await TestService.StartAsync("shelf", ShelfService.Build);

    public ApiClient AsOfficer() => Service.As(Officer);

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}
