using Microsoft.EntityFrameworkCore;
using Npgsql;
using Qibin.Crm.Web.Tests.Shelf;

namespace Qibin.Crm.Web.Tests;

/// <summary>As many requests at once as there are connections: none waits for what another one holds.</summary>
public sealed class PoolTests(ShelfFixture fixture) : IClassFixture<ShelfFixture>
{
    [Fact]
    public async Task A_code_is_given_while_every_connection_for_requests_is_taken()
    {
        var (services, ct) = (fixture.Service.Services, TestContext.Current.CancellationToken);
        var factory = services.GetRequiredService<IDbContextFactory<ShelfDb>>();
        var most = new NpgsqlConnectionStringBuilder(services.GetRequiredService<NpgsqlDataSource>().ConnectionString).MaxPoolSize;
        var requests = new List<ShelfDb>();
        try
        {
            // The negative control: one more than there are is refused.
            await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                while (requests.Count <= most)
                {
                    requests.Add(await factory.CreateDbContextAsync(ct));
                    await requests[^1].Database.OpenConnectionAsync(ct);
                }
            });
            Assert.InRange(requests.Count, 2, most + 1);

            // More than a block, so that the database is asked in any case.
            var codes = new List<string>();
            for (var n = 0; n <= PeopleCodes.Block; n++)
            {
                codes.Add(await services.GetRequiredService<PeopleCodes>().NextAsync("T", ct));
            }

            Assert.Equal(codes.Count, codes.Distinct().Count());
        }
        finally
        {
            foreach (var request in requests)
            {
                await request.DisposeAsync();
            }
        }
    }
}
