using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Resilience;

namespace Qibin.Crm.Work.Telemetry;

/// <summary>A metric that is read from the service's database every ten seconds.</summary>
/// <param name="Name">The instrument, such as <c>qibin.outbox.depth</c>. Gauges of one name become one instrument.</param>
/// <param name="Unit">Unit as in UCUM: <c>s</c>, <c>{event}</c>.</param>
/// <param name="Description">What is measured.</param>
/// <param name="Sql">
/// A statement that returns a <c>float8</c> in its last column, in one row, or in one row for each label. Keep it to a few milliseconds,
/// whatever waits: it runs as long as somebody reads the metrics.
/// </param>
/// <param name="Label">The label whose values the first column holds; null for a gauge without one.</param>
public sealed record DatabaseGauge(string Name, string Unit, string Description, string Sql, string? Label = null);

/// <summary>Registers metrics of a service.</summary>
public static class ServiceMetrics
{
    /// <summary>The meter of the gauges.</summary>
    public const string Meter = "Qibin.Crm.Service";

    public static IServiceCollection AddDatabaseGauge(this IServiceCollection services, DatabaseGauge gauge)
    {
        services.AddSingleton(gauge);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, GaugeSampler>());
        return services;
    }
}

/// <summary>Reads all gauges of a service in one round trip. While the database is away they have no value.</summary>
internal sealed class GaugeSampler : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private readonly DatabaseGauge[] _gauges;
    private readonly Instrument[] _instruments;
    private readonly NpgsqlDataSource _database;
    private readonly DatabaseOutage _outage;
    private readonly TimeProvider _clock;
    private readonly ILogger<GaugeSampler> _log;
    private ILookup<string, Measurement<double>> _last = NoValues();

    public GaugeSampler(
        IEnumerable<DatabaseGauge> gauges, IMeterFactory meters, [FromKeyedServices(DatabaseHost.Aside)] NpgsqlDataSource database,
        DatabaseOutage outage, TimeProvider clock, ILogger<GaugeSampler> log)
    {
        (_gauges, _database, _outage, _clock, _log) = ([.. gauges], database, outage, clock, log);
        var meter = meters.Create(ServiceMetrics.Meter);
        _instruments =
        [
            .. from gauge in _gauges.DistinctBy(g => g.Name)
               select meter.CreateObservableGauge(gauge.Name, () => Volatile.Read(ref _last)[gauge.Name], gauge.Unit, gauge.Description),
        ];
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var rounds = new PeriodicTimer(Every, _clock);
        do
        {
            try
            {
                if (_instruments.Any(i => i.Enabled))
                {
                    Volatile.Write(ref _last, await SampleAsync(stoppingToken));
                }
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                Volatile.Write(ref _last, NoValues());
                if (!_outage.Report(e))
                {
                    _log.LogWarning("Gauges were not read: {Reason}", e.Message);
                }
            }
        }
        while (await rounds.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<ILookup<string, Measurement<double>>> SampleAsync(CancellationToken ct)
    {
        await using var batch = _database.CreateBatch();
        foreach (var gauge in _gauges)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(gauge.Sql));
        }

        var values = new List<(string Name, Measurement<double> Value)>();
        await using var reader = await batch.ExecuteReaderAsync(ct);
        foreach (var gauge in _gauges)
        {
            while (await reader.ReadAsync(ct))
            {
                if (!await reader.IsDBNullAsync(reader.FieldCount - 1, ct))
                {
                    var value = reader.GetDouble(reader.FieldCount - 1);
                    values.Add((gauge.Name, gauge.Label is null ? new(value)
                        : new(value, new KeyValuePair<string, object?>(gauge.Label, reader.GetString(0)))));
                }
            }

            await reader.NextResultAsync(ct);
        }

        return values.ToLookup(v => v.Name, v => v.Value);
    }

    private static ILookup<string, Measurement<double>> NoValues() =>
        Array.Empty<(string Name, Measurement<double> Value)>().ToLookup(v => v.Name, v => v.Value);
}
