using Qibin.Crm.TestKit;

namespace Qibin.Crm.Enterprises.Tests;

public class OpenApiTests(EnterprisesFixture enterprises) : IClassFixture<EnterprisesFixture>
{
    [Fact]
    public void The_document_is_the_one_that_is_kept() =>
        OpenApiDocument.IsKept(enterprises.Service, "services/enterprises/Qibin.Crm.Enterprises");
}
