using Npgsql;
using Qibin.Crm.Web.Identity;

namespace Qibin.Crm.Identity.Tokens;

/// <summary>
/// This service knows at once what the others learn by events: whether the person is active, the integration is not revoked, and the
/// sign-in has not ended.
/// </summary>
internal sealed class BearerCheck(NpgsqlDataSource database) : IBearerCheck
{
    private const string HasEnded =
        """
        select exists (select from session where id = $2 and ended_at is not null)
            or not (exists (select from person where id = $1 and active)
                or exists (select from client where id = $1 and revoked_at is null))
        """;

    public async ValueTask<bool> HasEndedAsync(Guid subject, Guid? session, CancellationToken ct)
    {
        await using var command = database.CreateCommand(HasEnded);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = subject });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = session ?? Guid.Empty });
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }
}
