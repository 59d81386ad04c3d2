using Qibin.Crm.Servers;

namespace Qibin.Crm.Messaging.Tests;

/// <summary>A RabbitMQ node for this test process; tests run one after the other and may stop it, so each leaves it running.</summary>
internal static class TestBroker
{
    private static readonly Lazy<Task<PrivateRabbit>> One = new(StartAsync);

    public static Task<PrivateRabbit> NodeAsync() => One.Value;

    public static async Task<string> AddressAsync() => (await One.Value).Address.AbsoluteUri;

    private static async Task<PrivateRabbit> StartAsync()
    {
        var directory = Directory.CreateTempSubdirectory("qibin-test-mq-").FullName;
        var node = await PrivateRabbit.StartAsync(new RabbitOptions(Path.Combine(directory, "rabbit")));
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            node.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(10));
            Directory.Delete(directory, recursive: true);
        };
        return node;
    }
}
