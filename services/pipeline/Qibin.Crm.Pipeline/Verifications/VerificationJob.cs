using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Qibin.Crm.Contracts;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Messaging.Queries;
using Qibin.Crm.Pipeline.Projection;
using Qibin.Crm.Pipeline.Rollups;
using Qibin.Crm.Work.Data;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Pipeline.Verifications;

/// <summary>
/// Compares the states of all services with the stored events, batch by batch; then folds each journey from its events and compares it with
/// its rows; then sums the intervals and compares them with the rollups and deltas that totals are answered from. Writes go on meanwhile,
/// and events arrive after them: what differs from a service is asked for again until it does not, and is named only when nothing more has
/// arrived for 15 seconds.
/// </summary>
internal sealed class VerificationJob(Questions questions, TimeProvider clock) : IJobKind<PipelineDb>
{
    public const string Kind = "pipeline.verification";

    /// <summary>Compared in one step: a fraction of a second.</summary>
    private const int Batch = 500;

    /// <summary>Differences that wait at most, before they are asked for again.</summary>
    private const int Waiting = 5000;

    private const int Listed = 1000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(500);

    /// <summary>Where the next step begins.</summary>
    private sealed record Place
    {
        /// <summary>Which of <see cref="Followed.All"/> is compared; after the last one journeys are, then rollups.</summary>
        public required int Of { get; init; }

        public Guid After { get; init; }

        /// <summary>What differed when it was last asked for.</summary>
        public Open[] Open { get; init; } = [];

        /// <summary>When one of those was last found to be equal.</summary>
        public DateTimeOffset? Moved { get; init; }
    }

    /// <summary>Something that may be a difference, or on its way.</summary>
    private sealed record Open(int Of, Guid Id);

    public async Task<bool> StepAsync(PipelineDb db, Job job, Caller caller, CancellationToken ct)
    {
        var place = job.Position is { } position ? JsonSerializer.Deserialize<Place>(position)! : new Place { Of = 0 };
        var found = job.Result is { } result ? JsonSerializer.Deserialize<VerificationFindings>(result, StrictJson.Options)!
            : new VerificationFindings();
        var walking = place.Of < Followed.All.Count;
        if (place.Open.Length >= Waiting || (!walking && place.Open.Length > 0))
        {
            (place, found) = await WaitAsync(db, place, found, ct);
        }
        else if (walking)
        {
            (place, found) = await CompareAsync(db, place, found, ct);
        }
        else if (place.Of == Followed.All.Count)
        {
            (place, found) = await CompareJourneysAsync(db, place, found, ct);
        }
        else if (place.Of == Followed.All.Count + 1)
        {
            var (differing, differences) = await RollupCheck.RunAsync(db, Listed, repair: false, ct);
            found = With(
                found, differences.Select(
                d => new VerificationDifference { Of = "rollup", What = d.What, Expected = d.Expected, Found = d.Found }), differing);
            place = place with { Of = place.Of + 1 };
        }
        else
        {
            return false;
        }

        job.Position = JsonSerializer.Serialize(place);
        job.Result = JsonSerializer.Serialize(found, StrictJson.Options);
        job.Done = found.Leads + found.Projects + found.Enterprises + found.Journeys;
        return true;
    }

    /// <summary>Compares the next batch of a kind: what its service holds, and what is known here although it does not.</summary>
    private async Task<(Place Place, VerificationFindings Found)> CompareAsync(
        PipelineDb db, Place place, VerificationFindings found, CancellationToken ct)
    {
        var of = Followed.All[place.Of];
        var states = (await questions.AskAsync<StatesQuery,
            StatesReply>(of.Service, new StatesQuery { After = place.After, Most = Batch }, ct)).States;
        var last = states.Length < Batch ? (Guid?)null : states[^1].Id;
        var known = await db.Database.SqlQueryRaw<Guid>(
            of.KnownBetween, new NpgsqlParameter<Guid>("after", place.After), new NpgsqlParameter<Guid?>("last", last),
                new NpgsqlParameter<int>("most", Waiting)).ToListAsync(ct);
        if (known.Count == Waiting)
        {
            // Far more is known here than there: up to here this time.
            last = known[^1];
            states = [.. states.Where(s => s.Id <= last)];
        }

        var open = (await DifferencesAsync(db, of, states, ct)).Select(d => d.Id!.Value).Concat(known.Except(states.Select(s => s.Id)))
            .Distinct();
        found = of.Name switch
        {
            "lead" => found with { Leads = found.Leads + states.Length },
            "project" => found with { Projects = found.Projects + states.Length },
            _ => found with { Enterprises = found.Enterprises + states.Length },
        };
        return (new Place
        {
            Of = last is null ? place.Of + 1 : place.Of,
            After = last ?? Guid.Empty,
            Open = [.. place.Open, .. open.Select(id => new Open(place.Of, id))],
        }, found);
    }

    /// <summary>Asks for the next batch of what differed once more.</summary>
    private async Task<(Place Place, VerificationFindings Found)> WaitAsync(
        PipelineDb db, Place place, VerificationFindings found, CancellationToken ct)
    {
        var moved = place.Moved ?? clock.GetUtcNow();
        var waited = clock.GetUtcNow() - moved > Patience;
        var asked = place.Open.Where(o => o.Of == place.Open[0].Of).Take(Batch).ToHashSet();
        var of = Followed.All[place.Open[0].Of];
        var ids = asked.Select(o => o.Id).ToArray();
        var states = (await questions.AskAsync<StatesQuery,
            StatesReply>(of.Service, new StatesQuery { Most = ids.Length, Ids = ids }, ct)).States;
        var differences = await DifferencesAsync(db, of, states, ct);
        differences.AddRange(
            from id in (await db.Database.SqlQueryRaw<Guid>(of.KnownAmong, new NpgsqlParameter<Guid[]>("ids", ids)).ToListAsync(ct))
                .Except(states.Select(s => s.Id))
            select new VerificationDifference { Of = of.Name, Id = id, What = "known", Expected = null, Found = "true" });
        var still = differences.Select(d => d.Id!.Value).ToHashSet();
        var others = place.Open.Where(o => !asked.Contains(o));
        if (waited)
        {
            return (place with { Open = [.. others], Moved = place.Open.Length > asked.Count ? moved : null }, With(found, differences));
        }

        if (still.Count == asked.Count)
        {
            await Task.Delay(Again, clock, ct);
        }
        else
        {
            moved = clock.GetUtcNow();
        }

        Open[] open = [.. others, .. asked.Where(o => still.Contains(o.Id))];
        return (place with { Open = open, Moved = open.Length > 0 ? moved : null }, found);
    }

    private static async Task<(Place Place, VerificationFindings Found)> CompareJourneysAsync(
        PipelineDb db, Place place, VerificationFindings found, CancellationToken ct)
    {
        var leads = await FoldedJourneys.NextAsync(db, place.After, ct);
        if (leads.Count == 0)
        {
            return (new Place { Of = place.Of + 1 }, found);
        }

        await db.LockJourneysAsync(leads, ct);
        var journeys = await FoldedJourneys.ReadAsync(db, leads, ct);
        found = With(found, journeys.All.SelectMany(j => j.Differences())
            .Select(d => new VerificationDifference { Of = d.Of, Id = d.LeadId, What = d.What, Expected = d.Expected, Found = d.Found }));
        return (place with { After = leads[^1] },
            found with { Journeys = found.Journeys + journeys.All.Count(j => j.Journey is { Removed: false }) });
    }

    private static VerificationFindings With(VerificationFindings found, IEnumerable<VerificationDifference> more, long? differing = null)
    {
        VerificationDifference[] named = [.. more];
        return found with
        {
            Differing = found.Differing + (differing ?? named.Length),
            Differences = [.. found.Differences, .. named.Take(Listed - found.Differences.Count)],
        };
    }

    private static async Task<List<VerificationDifference>> DifferencesAsync(
        PipelineDb db, Followed of, AggregateState[] states, CancellationToken ct)
    {
        var stored = await of.StoredAsync(db, states, ct);
        return
        [
            .. from told in states
               let here = stored.GetValueOrDefault(told.Id)
               from difference in of.Differences(told, here.Version, here.State)
               select new VerificationDifference { Of = of.Name, Id = told.Id, What = difference.What, Expected = difference.Expected,
                   Found = difference.Found },
        ];
    }
}
