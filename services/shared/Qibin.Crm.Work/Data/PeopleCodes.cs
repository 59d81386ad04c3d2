using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Qibin.Crm.Kernel;

namespace Qibin.Crm.Work.Data;

/// <summary>
/// The codes that people say on the phone: <c>L-2026-000123</c>. Numbers come from a database sequence in blocks, so they are
/// unique over all instances and may have gaps.
/// </summary>
public sealed class PeopleCodes([FromKeyedServices(DatabaseHost.Aside)] NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>The increment that the sequence must have.</summary>
    public const int Block = 20;

    private readonly ConcurrentDictionary<string, Series> _series = new(StringComparer.Ordinal);

    /// <summary>The next code of a series, which is also the name of its sequence: <c>code_l</c> for <c>L</c>.</summary>
    public async ValueTask<string> NextAsync(string prefix, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        var number = await _series.GetOrAdd(prefix, p => new Series(p)).NextAsync(database, ct);
        return string.Create(CultureInfo.InvariantCulture, $"{prefix}-{clock.Today().Year}-{number:000000}");
    }

    /// <summary>As many codes of a series, in their order: whole blocks in one round trip, and the rest as they come next.</summary>
    public async Task<IReadOnlyList<string>> TakeAsync(string prefix, int count, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        var codes = new List<string>(count);
        await using var command = database.CreateCommand($"select nextval('code_{prefix.ToLowerInvariant()}') from generate_series(1, $1)");
        command.Parameters.Add(new NpgsqlParameter { Value = count / Block });
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                var first = reader.GetInt64(0);
                for (var number = first; number < first + Block; number++)
                {
                    codes.Add(string.Create(CultureInfo.InvariantCulture, $"{prefix}-{clock.Today().Year}-{number:000000}"));
                }
            }
        }

        while (codes.Count < count)
        {
            codes.Add(await NextAsync(prefix, ct));
        }

        codes.Sort(StringComparer.Ordinal);
        return codes;
    }

#pragma warning disable CA1001 // Lives as long as the process.
    private sealed class Series(string prefix)
#pragma warning restore CA1001
    {
        private readonly SemaphoreSlim _turn = new(1, 1);
        private long _next;
        private long _end;

        public async ValueTask<long> NextAsync(NpgsqlDataSource database, CancellationToken ct)
        {
            await _turn.WaitAsync(ct);
            try
            {
                if (_next == _end)
                {
                    await using var command = database.CreateCommand($"select nextval('code_{prefix.ToLowerInvariant()}')");
                    _next = (long)(await command.ExecuteScalarAsync(ct))!;
                    _end = _next + Block;
                }

                return _next++;
            }
            finally
            {
                _turn.Release();
            }
        }
    }
}

/// <summary>Declares the sequence of a series in the model.</summary>
public static class PeopleCodeSequences
{
    public static ModelBuilder AddPeopleCodes(this ModelBuilder model, string prefix)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prefix);
        model.HasSequence<long>("code_" + prefix.ToLowerInvariant()).StartsAt(1).IncrementsBy(PeopleCodes.Block);
        return model;
    }
}
