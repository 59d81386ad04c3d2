using Npgsql;

namespace Qibin.Crm.Work.Data;

/// <summary>How a failure is related to the database.</summary>
internal enum DatabaseFault
{
    /// <summary>Nothing, or it rightly refused.</summary>
    None,

    /// <summary>Lost against another transaction, or took too long: the same work may well succeed.</summary>
    Contended,

    /// <summary>It cannot be reached, or takes no work.</summary>
    Away,
}

/// <summary>Distinguishes failures of the database from failures of the work.</summary>
internal static class DatabaseFaults
{
    public static DatabaseFault Of(Exception? e)
    {
        for (; e is not null; e = e.InnerException)
        {
            if (e is PostgresException refused)
            {
                return refused.SqlState switch
                {
                    PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable
                        or PostgresErrorCodes.QueryCanceled => DatabaseFault.Contended,
                    ['5', '3', ..] or ['5', '7', ..] or ['5', '8', ..] or ['0', '8', ..] => DatabaseFault.Away,
                    // An idle transaction was ended, or a standby has taken over.
                    "25P03" or "25006" => DatabaseFault.Away,
                    _ => DatabaseFault.None,
                };
            }

            // Opening a connection ends in a bare time-out when it is the first one.
            if (e is TimeoutException { Source: "Npgsql" }
                or NpgsqlException { IsTransient: true }
                or NpgsqlException { InnerException: IOException or TimeoutException or System.Net.Sockets.SocketException })
            {
                return DatabaseFault.Away;
            }
        }

        return DatabaseFault.None;
    }
}
