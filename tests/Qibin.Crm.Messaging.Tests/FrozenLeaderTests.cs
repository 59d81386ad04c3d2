using Qibin.Crm.Messaging.Tests.Host;
using Qibin.Crm.Servers;
using Qibin.Crm.TestKit;

namespace Qibin.Crm.Messaging.Tests;

/// <summary>A process that is frozen keeps its connections and does nothing; another instance does its work within ten seconds.</summary>
public sealed class FrozenLeaderTests : IAsyncLifetime
{
    private const string Leader =
        "select coalesce((select pid from pg_locks where locktype = 'advisory' and granted and database = (select oid from pg_database "
            + "where datname = current_database())), 0)";

    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(10);

    private TestService _writer = null!;

    // Writes and looks on, without a relay of its own.
    public async ValueTask InitializeAsync() => _writer = await TallyService.StartAsync(linked: false);

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    [Fact]
    public async Task R2_A_standby_takes_over_from_a_frozen_relay_which_does_no_harm_when_it_goes_on()
    {
        await using var first = await ProcessAsync();
        var leader = await Eventually.GetAsync(LeaderAsync, pid => pid != 0);
        await _writer.HearsAsync(await _writer.TellAsync(), "1.0");
        await using var second = await ProcessAsync();
        await BothAsync();

        // Frozen in the midst of its work.
        using var enough = new CancellationTokenSource();
        var telling = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => TellUntilAsync(enough.Token)));
        await Eventually.TrueAsync(async () => await _writer.QueryAsync<long>("select count(*) from heard") > 100);
        ProcessTree.Freeze(first.Id);

        await Eventually.GetAsync(LeaderAsync, pid => pid != 0 && pid != leader, Promised);
        await enough.CancelAsync();
        var streams = (await telling).SelectMany(told => told).ToList();
        await _writer.DrainedAsync();
        await AllHeardAsync(streams);
        ProcessTree.Thaw(first.Id);
        streams.Add(await _writer.TellAsync(raises: 9));
        await BothAsync();
        streams.Add(await _writer.TellAsync(raises: 9));

        await _writer.DrainedAsync();
        await AllHeardAsync(streams);
        Assert.Equal(0, await _writer.QueryAsync<long>("select count(*) from messaging.parked_message"));
    }

    [Fact]
    public async Task R2_A_leader_that_is_alive_keeps_the_lead_however_long_nothing_happens()
    {
        await using var first = await ProcessAsync();
        var leader = await Eventually.GetAsync(LeaderAsync, pid => pid != 0);
        await using var second = await ProcessAsync();

        var since = TimeProvider.System.GetTimestamp();
        await Eventually.TrueAsync(async () =>
        {
            Assert.Equal(leader, await LeaderAsync());
            return TimeProvider.System.GetElapsedTime(since) > Promised;
        });
    }

    private async Task<List<Guid>> TellUntilAsync(CancellationToken enough)
    {
        var told = new List<Guid>();
        while (!enough.IsCancellationRequested)
        {
            told.Add(await _writer.TellAsync(raises: 9));
        }

        return told;
    }

    /// <summary>Every event of every stream, once and in order.</summary>
    private async Task AllHeardAsync(IReadOnlyList<Guid> streams)
    {
        foreach (var stream in streams)
        {
            await _writer.HearsAsync(stream, "1.0 2.0 3.0 4.0 5.0 6.0 7.0 8.0 9.0 10.0");
        }
    }

    /// <summary>Waits until both processes have a relay's session: the leader and the standby.</summary>
    private Task BothAsync() => Eventually.TrueAsync(() => _writer.QueryAsync<bool>(
        "select count(*) = 2 from pg_stat_activity where application_name = 'qibin-relay' and datname = current_database()"));

    private Task<int> LeaderAsync() => _writer.QueryAsync<int>(Leader);

    /// <summary>An instance of the service in a process of its own.</summary>
    private async Task<ChildProcess> ProcessAsync() => await ChildProcess.StartAsync(
        Path.ChangeExtension(typeof(Program).Assembly.Location, null), ["tally"], new Dictionary<string, string>
        {
            ["ConnectionStrings__Database"] = _writer.Database,
            ["ConnectionStrings__Broker"] = await TestBroker.AddressAsync(),
            ["Identity__Issuer"] = (await TestAuthority.SharedAsync()).Issuer,
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["Timers__EverySeconds"] = "0",
        });
}
