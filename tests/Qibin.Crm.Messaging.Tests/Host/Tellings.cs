using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Messaging.Tests.Host;

/// <summary>What the tests do to a tally service, and ask of it.</summary>
internal static class Tellings
{
    public static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

    /// <summary>
    /// Opens a tally and raises it so many times, each in a transaction of its own: one stream with so many events and one.
    /// </summary>
    public static async Task<Guid> TellAsync(this TestService service, int raises = 0, bool confidential = false)
    {
        var id = NewId();
        await service.InDbAsync(async db =>
        {
            var tally = Tally.Open(id, confidential);
            db.Add(tally);
            db.Publish(tally, new TallyOpened { Name = "tally" });
            await db.SaveChangesAsync();
        });
        for (var i = 0; i < raises; i++)
        {
            await service.RaiseAsync(id);
        }

        return id;
    }

    public static Task RaiseAsync(this TestService service, Guid id) => service.InDbAsync(async db =>
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        var tally = await db.Tallies.FromSql($"select * from tally where id = {id} for update").SingleAsync();
        tally.Raise(1);
        db.Publish(tally, new TallyRaised { By = 1 });
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
    });

    public static async Task InDbAsync(this TestService service, Func<TallyDb, Task> work)
    {
        await using var scope = service.Services.CreateAsyncScope();
        await work(scope.ServiceProvider.GetRequiredService<TallyDb>());
    }

    public static async Task<T> QueryAsync<T>(this TestService service, string sql, params object[] arguments)
    {
        await using var command = service.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        foreach (var argument in arguments)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = argument });
        }

        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>What a consumer heard of a stream, as version.ordinal, in the order in which it did.</summary>
    public static async Task<string> HeardAsync(this TestService service, Guid stream, string consumer = nameof(Ledger)) =>
        await service.QueryAsync<string>(
            "select coalesce(string_agg(version || '.' || ordinal, ' ' order by position), '') from heard where stream_id = $1 and "
                + "consumer = $2", stream, consumer);

    /// <summary>Waits until a consumer has heard so many events of a stream.</summary>
    public static Task<string> HearsAsync(
        this TestService service, Guid stream, string heard, string consumer = nameof(Ledger), TimeSpan? within = null) =>
        Eventually.GetAsync(() => service.HeardAsync(stream, consumer), h => h == heard, within);

    /// <summary>Waits until nothing waits for the broker.</summary>
    public static Task DrainedAsync(this TestService service, TimeSpan? within = null) =>
        Eventually.TrueAsync(async () => await service.QueryAsync<long>("select count(*) from messaging.outbox") == 0, within);
}
