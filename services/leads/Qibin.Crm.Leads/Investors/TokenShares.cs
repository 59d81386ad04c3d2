using System.Collections.Frozen;
using Npgsql;
using Qibin.Crm.Kernel.Names;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Leads.Investors;

/// <summary>
/// How large a share of all names may be found by a search, as PostgreSQL's statistics have it: it knows the 5,000 tokens that most
/// names hold. Read anew every five minutes; a figure to choose a way by, never to count with.
/// </summary>
internal sealed class TokenShares([FromKeyedServices(DatabaseHost.Aside)] NpgsqlDataSource database, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);

    // The frequencies end in three figures of their own: the least and the greatest, and that of no elements at all.
    private const string Statistics =
        """
        select unnest(most_common_elems::text::text[]), unnest(most_common_elem_freqs[:cardinality(most_common_elem_freqs) - 3])
        from pg_stats where schemaname = 'public' and tablename = 'investor' and attname = 'search_tokens' and most_common_elems is not null
        """;

    /// <summary>What is not among the most common tokens is rarer than each of them: on average so much of the rarest.</summary>
    private const double Unknown = 0.2;

    private volatile Known? _known;

    private sealed record Known(FrozenDictionary<string, float> Shares, float Least, long At);

    /// <summary>The share of names that will be found, 0 to 1, by the statistics; 1 when nothing is known.</summary>
    public async ValueTask<double> ExpectedAsync(NameQuery query, CancellationToken ct)
    {
        if (_known is not { } known || clock.GetElapsedTime(known.At) > Fresh)
        {
            _known = known = await ReadAsync(ct);
        }

        return known.Shares.Count == 0 ? 1
            : Math.Min(1, Least(query.Pairs) + query.Ways.Sum(way => Math.Min(Least(way.Must), way.Any.Length == 0 ? 1 : Ends(way.Any))));

        double Least(string[] tokens) => tokens.Select(Of).DefaultIfEmpty(1).Min();

        // Of the ends that a half-written syllable may have, most are in no name: those not known count once together.
        double Ends(string[] tokens) =>
            tokens.Sum(t => (double)known.Shares.GetValueOrDefault(t)) + (tokens.All(known.Shares.ContainsKey) ? 0 : known.Least * Unknown);

        double Of(string token) => known.Shares.TryGetValue(token, out var share) ? share : known.Least * Unknown;
    }

    private async Task<Known> ReadAsync(CancellationToken ct)
    {
        await using var command = database.CreateCommand(Statistics);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var shares = new Dictionary<string, float>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct))
        {
            shares[reader.GetString(0)] = reader.GetFloat(1);
        }

        return new Known(shares.ToFrozenDictionary(StringComparer.Ordinal), shares.Count == 0 ? 1
            : shares.Values.Min(), clock.GetTimestamp());
    }
}
