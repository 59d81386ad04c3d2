using Qibin.Crm.TestKit;
using Qibin.Crm.Web.Tests.Shelf;

namespace Qibin.Crm.Web.Tests;

/// <summary>The tests' own service with a database of its own, for one test class.</summary>
public sealed class ShelfFixture : IAsyncLifetime
{
    public TestService Service { get; private set; } = null!;

    public TestCaller Officer { get; } = TestCaller.Officer();

    public async ValueTask InitializeAsync() => Service = await TestService.StartAsync("shelf", ShelfService.Build);

    public ApiClient AsOfficer() => Service.As(Officer);

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}
