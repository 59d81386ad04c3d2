using Qibin.Crm.TestKit;

namespace Qibin.Crm.Pipeline.Tests;

public sealed class OpenApiTests
{
    [Fact]
    public async Task The_document_is_as_it_is_kept()
    {
        await using var service = await TestService.StartAsync("pipeline", Program.Build);

        OpenApiDocument.IsKept(service, "services/pipeline/Qibin.Crm.Pipeline");
    }
}
