using Npgsql;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Pipeline;

/// <summary>Facts that were noted before there were contributions get theirs when the database is migrated.</summary>
internal sealed class FirstStretches(NpgsqlDataSource database) : IMigrationStep
{
    private const int Portion = 500;

    public async Task RunAsync(CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        while (true)
        {
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await using var next = new NpgsqlCommand(
                $"select lead_id from lead where not exists (select from holder where holder.lead_id = lead.lead_id) order by lead_id limit {Portion}", connection);
            var leads = new List<Guid>();
            await using (var reader = await next.ExecuteReaderAsync(ct))
            {
                while (await reader.ReadAsync(ct))
                {
                    leads.Add(reader.GetGuid(0));
                }
            }

            if (leads.Count == 0)
            {
                return;
            }

            await Retelling.RunAsync(connection, leads, into: null, ct);
            await transaction.CommitAsync(ct);
        }
    }
}
