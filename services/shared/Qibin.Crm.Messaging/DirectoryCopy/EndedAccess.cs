using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Qibin.Crm.Web.Identity;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Messaging.DirectoryCopy;

/// <summary>
/// What this service's copy of the directory says of tokens: a deactivated person's are refused, and so are those of a sign-in or an
/// integration that ended. The list is short, since a token lives ten minutes, and at most a second old.
/// </summary>
internal sealed class EndedAccess([FromKeyedServices(DatabaseHost.Aside)] NpgsqlDataSource database) : IBearerCheck, IDisposable
{
    private const string Ended =
        """
        select officer_id from directory.officer where not active
        union all
        select ended_id from directory.ended_access where until > now()
        """;

    private readonly Remembered<HashSet<Guid>> _ended = new(TimeSpan.FromSeconds(1), ct => ReadAsync(database, ct));

    public async ValueTask<bool> HasEndedAsync(Guid subject, Guid? session, CancellationToken ct)
    {
        var ids = await _ended.GetAsync(ct);
        return ids.Contains(subject) || (session is { } id && ids.Contains(id));
    }

    public void Dispose() => _ended.Dispose();

    private static async Task<HashSet<Guid>> ReadAsync(NpgsqlDataSource database, CancellationToken ct)
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
}
