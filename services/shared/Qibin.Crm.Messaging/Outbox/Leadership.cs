using Npgsql;

namespace Qibin.Crm.Messaging.Outbox;

/// <summary>
/// The session by which a relay leads. It says something at least once a second; others take the lead from a session that was silent
/// for 5 seconds (<see cref="Work.Data.AdvisoryLocks.TryRelayAsync"/>), so its owner no longer counts on it after 4.
/// </summary>
internal sealed class Leadership(NpgsqlConnection session)
{
    /// <summary>Longest pause between two statements.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Certain = TimeSpan.FromSeconds(4);

    // By the machine's clock, whatever time it is for the service.
    private long _spoke = TimeProvider.System.GetTimestamp();

    public NpgsqlConnection Session => session;

    /// <summary>Whether nobody else can have taken the lead.</summary>
    public bool IsCertain => TimeProvider.System.GetElapsedTime(Volatile.Read(ref _spoke)) < Certain;

    /// <summary>Uses the session, and so shows that this process is alive.</summary>
    public async Task<T> SpeakAsync<T>(Func<NpgsqlConnection, Task<T>> say)
    {
        // Before it, not after: the server counts from when it began the statement.
        var now = TimeProvider.System.GetTimestamp();
        var answer = await say(session);
        Volatile.Write(ref _spoke, now);
        return answer;
    }

    /// <inheritdoc cref="SpeakAsync{T}"/>
    public Task<int> SpeakAsync(string statement, CancellationToken ct) => SpeakAsync(async session =>
    {
        await using var command = new NpgsqlCommand(statement, session);
        return await command.ExecuteNonQueryAsync(ct);
    });

    /// <summary>
    /// Does work that does not use the session, and goes on showing that this process is alive. When the session is lost, the work is
    /// cancelled and awaited.
    /// </summary>
    public async Task DuringAsync(Func<CancellationToken, Task> work, CancellationToken ct)
    {
        using var leading = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var working = work(leading.Token);
        try
        {
            while (await Task.WhenAny(working, Task.Delay(Pause, CancellationToken.None)) != working)
            {
                await SpeakAsync("select 1", CancellationToken.None);
            }
        }
        finally
        {
            await leading.CancelAsync();
            await working;
        }
    }
}
