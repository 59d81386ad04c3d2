using Npgsql;
using Qibin.Crm.TestKit;
using Qibin.Crm.Web.Tests.Shelf;

namespace Qibin.Crm.Web.Tests;

/// <summary>What others see of an instance that stops, or that is frozen.</summary>
public sealed class StoppingTests
{
    [Fact]
    public async Task R1_A_stopping_instance_says_it_is_not_ready_and_serves_a_while_longer()
    {
        var service = await StartAsync("3");
        using var anybody = service.WithToken(null);
        (await anybody.GetAsync("/health/ready")).Is(200);

        var stopping = service.DisposeAsync().AsTask();
        var refusal = await Eventually.GetAsync(() => anybody.GetAsync("/health/ready"), ready => ready.Status == 503);
        Assert.Equal("unhealthy", refusal.Json.GetProperty("checks").GetProperty("stopping").GetString());

        // On new connections too: whoever has not looked yet is served.
        using var late = service.As(TestCaller.Officer());
        (await late.GetAsync("/api/v1/things")).Is(200);
        (await anybody.GetAsync("/health/live")).Is(200);
        Assert.False(stopping.IsCompleted);
        await stopping;
        await Assert.ThrowsAsync<HttpRequestException>(() => anybody.GetAsync("/health/live"));
    }

    [Fact]
    public async Task R2_The_locks_of_a_frozen_instance_are_free_again_within_ten_seconds()
    {
        await using var service = await StartAsync("0");
        var connections = service.Services.GetRequiredService<NpgsqlDataSource>();
        // As a process does that is stopped between two statements of a transaction.
        await using var frozen = await connections.OpenConnectionAsync();
        await using var transaction = await frozen.BeginTransactionAsync();
        await LockAsync(frozen);

        await using var other = await connections.OpenConnectionAsync();
        var since = TimeProvider.System.GetTimestamp();
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                await LockAsync(other);
                return true;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                return false;
            }
        }, TimeSpan.FromSeconds(10));

        // The negative control: it was locked.
        Assert.True(TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(2));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => LockAsync(frozen));

        static async Task LockAsync(NpgsqlConnection connection)
        {
            await using var command = new NpgsqlCommand("select pg_advisory_xact_lock(4711, 1)", connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    private static Task<TestService> StartAsync(string drain) => TestService.StartAsync("shelf", ShelfService.Build,
        builder => builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Stopping:DrainSeconds"] = drain }));
}
