using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Messaging.DirectoryCopy;

/// <summary>
/// What this service's copy of the directory says of tokens: a deactivated person's are refused, and so are those of a sign-in or an
/// integration that ended. The list is short, since a token lives ten minutes; it is read at a request when it is older than a second, by
/// each instance for itself, and once for all requests that come meanwhile.
/// </summary>
internal sealed class EndedAccess([FromKeyedServices(DatabaseHost.Aside)] NpgsqlDataSource database) : IBearerCheck, IDisposable
{
    private const string Ended =
        """
        select officer_id from directory.officer where not active
        union all
        select ended_id from directory.ended_access where until > now()
        """;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _reading = new(1, 1);
    private volatile Known _known = new([], null);

    public async ValueTask<bool> HasEndedAsync(Guid subject, Guid? session, CancellationToken ct)
    {
        var ids = await IdsAsync(ct);
        return ids.Contains(subject) || (session is { } id && ids.Contains(id));
    }

    public void Dispose() => _reading.Dispose();

    private async ValueTask<HashSet<Guid>> IdsAsync(CancellationToken ct)
    {
        if (_known.IsFresh)
        {
            return _known.Ids;
        }

        await _reading.WaitAsync(ct);
        try
        {
            if (!_known.IsFresh)
            {
                // Before the reading: what ends meanwhile is read the next time.
                var at = TimeProvider.System.GetTimestamp();
                _known = new Known(await ReadAsync(ct), at);
            }

            return _known.Ids;
        }
        finally
        {
            _reading.Release();
        }
    }

    private async Task<HashSet<Guid>> ReadAsync(CancellationToken ct)
    {
        await using var command = database.CreateCommand(Ended);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var ids = new HashSet<Guid>();
        while (await reader.ReadAsync(ct))
        {
            ids.Add(reader.GetGuid(0));
        }

        return ids;
    }

    private sealed record Known(HashSet<Guid> Ids, long? At)
    {
        public bool IsFresh => At is { } at && TimeProvider.System.GetElapsedTime(at) < Longest;
    }
}
