using Qibin.Crm.TestKit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: Parallelization(Mode = ParallelMode.None)]

namespace Qibin.Crm.Messaging.Tests;

public sealed class JourneyOfAnEventTests : IAsyncLifetime
{
    private TestService _service = null!;

    public async ValueTask InitializeAsync() => _service = await TallyService.StartAsync();

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task A_stream_is_heard_whole_and_in_order_by_each_consumer_once()
    {
        var stream = await _service.TellAsync(raises: 5);

        await _service.HearsAsync(stream, "1.0 2.0 3.0 4.0 5.0 6.0");
        await _service.HearsAsync(stream, "2.0 3.0 4.0 5.0 6.0", nameof(Mirror));
        await _service.DrainedAsync();
    }
}
