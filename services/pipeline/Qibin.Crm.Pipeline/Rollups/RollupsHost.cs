using Npgsql;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Pipeline;

/// <summary>What keeps the contributions beside the consumers.</summary>
internal static class RollupsHost
{
    public static WebApplicationBuilder AddRollups(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IMigrationStep, FirstStretches>();
        builder.Services.AddSingleton<IMigrationStep, MissingSets>();
        builder.Services.AddHostedService<Folding>();
        return builder;
    }
}

/// <summary>Sets of dimensions that earlier versions did not keep get their cells and flows when the database is migrated.</summary>
internal sealed class MissingSets(NpgsqlDataSource database) : IMigrationStep
{
    public Task RunAsync(CancellationToken ct) => Fold.CompleteAsync(database, ct);
}
