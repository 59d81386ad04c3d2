using Qibin.Crm.Messaging.Tests.Host;
using Qibin.Crm.Servers;

[assembly: AssemblyFixture(typeof(TestBroker))]

namespace Qibin.Crm.Messaging.Tests.Host;

/// <summary>A RabbitMQ node for this test run; tests run one after the other and may stop it, so each leaves it running.</summary>
public sealed class TestBroker : IAsyncDisposable
{
    private static readonly DirectoryInfo Data = Directory.CreateTempSubdirectory("qibin-test-mq-");
    private static readonly Lazy<Task<PrivateRabbit>> One = new(
        () => PrivateRabbit.StartAsync(new RabbitOptions(Path.Combine(Data.FullName, "rabbit"))));

    public static Task<PrivateRabbit> NodeAsync() => One.Value;

    public static async Task<string> AddressAsync() => (await One.Value).Address.AbsoluteUri;

    public async ValueTask DisposeAsync()
    {
        if (One.IsValueCreated)
        {
            await (await One.Value).DisposeAsync();
        }

        Data.Delete(recursive: true);
    }
}
