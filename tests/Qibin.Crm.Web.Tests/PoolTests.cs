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

    [Fact]
    public async Task A_scope_disposes_its_pooled_context_once()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddScoped(_ => Caller.System);
        services.AddDatabase<CountedDb>();

        Assert.Equal(1, await DisposedAsync(services));
        // The negative control: a second registration of the same object, which the scope disposes as well. Between the two, the pool may
        // have given the context to another request.
        services.AddScoped<DbContext>(provider => provider.GetRequiredService<CountedDb>());
        Assert.Equal(2, await DisposedAsync(services));
    }

    private static async Task<int> DisposedAsync(IServiceCollection services)
    {
        await using var provider = services.BuildServiceProvider();
        CountedDb db;
        await using (var scope = provider.CreateAsyncScope())
        {
            db = scope.ServiceProvider.GetRequiredService<CountedDb>();
            Assert.Same(db, scope.ServiceProvider.GetRequiredService<ScopedDb>().Context);
            _ = scope.ServiceProvider.GetService<DbContext>();
        }

        return db.Disposed;
    }

    private sealed class CountedDb(DbContextOptions<CountedDb> options) : DbContext(options), IServiceDb
    {
        public Guid ActorId { get; set; }

        public int Disposed { get; private set; }

        public override ValueTask DisposeAsync()
        {
            Disposed++;
            return base.DisposeAsync();
        }
    }
}
