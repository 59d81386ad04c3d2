using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Qibin.Crm.Contracts;
using Qibin.Crm.Kernel;
using Qibin.Crm.Kernel.Json;
using Qibin.Crm.Messaging.Queries;
using Qibin.Crm.Work.Jobs;

namespace Qibin.Crm.Pipeline;

/// <summary>
/// Asks the services for the state of all that is followed here, portion by portion, and compares it with what their events have told;
/// then makes each journey again from those events and compares it with what is counted. Writes go on meanwhile, and events arrive
/// after them: what differs is asked for again until it does not, and named only when nothing more has arrived for 15 seconds.
/// </summary>
internal sealed class ReconciliationJob(Questions questions, TimeProvider clock) : IJobKind<PipelineDb>
{
    public const string Kind = "pipeline.reconciliation";

    /// <summary>Compared in one step: a fraction of a second.</summary>
    private const int Portion = 500;

    /// <summary>Differences that wait at most, before they are asked for again.</summary>
    private const int Waiting = 5000;

    private const int Listed = 1000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(500);

    /// <summary>Where the next step begins.</summary>
    private sealed record Place
    {
        /// <summary>Which of <see cref="Followed.All"/> is compared; behind the last one, journeys are.</summary>
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
        var found = job.Result is { } result ? JsonSerializer.Deserialize<ReconciliationFindings>(result, StrictJson.Options)! : new ReconciliationFindings();
        var walking = place.Of < Followed.All.Count;
        if (place.Open.Length >= Waiting || (!walking && place.Open.Length > 0))
        {
            (place, found) = await WaitAsync(db, place, found, ct);
        }
        else if (walking)
        {
            (place, found) = await CompareAsync(db, place, found, ct);
        }
        else if (await RecountAsync(db, place, found, ct) is var (next, counted))
        {
            (place, found) = (next, counted);
        }
        else
        {
            return false;
        }

        job.Position = JsonSerializer.Serialize(place);
        job.Result = JsonSerializer.Serialize(found, StrictJson.Options);
        job.Done = found.Leads + found.Projects + found.Enterprises + found.Journeys + found.Waiting;
        return true;
    }

    /// <summary>Compares the next portion of a kind: what its service holds, and what is known here although it does not.</summary>
    private async Task<(Place Place, ReconciliationFindings Found)> CompareAsync(PipelineDb db, Place place, ReconciliationFindings found, CancellationToken ct)
    {
        var of = Followed.All[place.Of];
        var states = (await questions.AskAsync<StatesAsked, StatesTold>(of.Service, new StatesAsked { After = place.After, Most = Portion }, ct)).States;
        var last = states.Length < Portion ? (Guid?)null : states[^1].Id;
        var known = await db.Database.SqlQueryRaw<Guid>(
            of.KnownBetween, new NpgsqlParameter<Guid>("after", place.After), new NpgsqlParameter<Guid?>("last", last), new NpgsqlParameter<int>("most", Waiting)).ToListAsync(ct);
        if (known.Count == Waiting)
        {
            // Far more is known here than there: up to here this time.
            last = known[^1];
            states = [.. states.Where(s => s.Id <= last)];
        }

        var open = (await DifferencesAsync(db, of, states, ct)).Select(d => d.Id).Concat(known.Except(states.Select(s => s.Id))).Distinct();
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

    /// <summary>Asks for the next portion of what differed once more.</summary>
    private async Task<(Place Place, ReconciliationFindings Found)> WaitAsync(PipelineDb db, Place place, ReconciliationFindings found, CancellationToken ct)
    {
        var moved = place.Moved ?? clock.GetUtcNow();
        var waited = clock.GetUtcNow() - moved > Patience;
        var asked = place.Open.Where(o => o.Of == place.Open[0].Of).Take(Portion).ToHashSet();
        var of = Followed.All[place.Open[0].Of];
        var ids = asked.Select(o => o.Id).ToArray();
        var states = (await questions.AskAsync<StatesAsked, StatesTold>(of.Service, new StatesAsked { Most = ids.Length, Ids = ids }, ct)).States;
        var differences = await DifferencesAsync(db, of, states, ct);
        differences.AddRange(
            from id in (await db.Database.SqlQueryRaw<Guid>(of.KnownAmong, new NpgsqlParameter<Guid[]>("ids", ids)).ToListAsync(ct)).Except(states.Select(s => s.Id))
            select new ReconciliationDifference { Of = of.Name, Id = id, What = "known", Told = null, Counted = "true" });
        var still = differences.Select(d => d.Id).ToHashSet();
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

    /// <returns>Null when all journeys have been recounted.</returns>
    private static async Task<(Place Place, ReconciliationFindings Found)?> RecountAsync(PipelineDb db, Place place, ReconciliationFindings found, CancellationToken ct)
    {
        var leads = await Recount.NextAsync(db, place.After, ct);
        if (leads.Count == 0)
        {
            return null;
        }

        await db.HoldJourneysAsync(leads, ct);
        var counted = await Recount.OfAsync(db, leads, ct);
        found = With(found, counted.Differences.Select(d =>
            new ReconciliationDifference { Of = "journey", Id = d.LeadId, What = d.What, Told = d.Recounted, Counted = d.Counted }));
        return (place with { After = leads[^1] }, found with { Journeys = found.Journeys + counted.Journeys, Waiting = found.Waiting + counted.Waiting });
    }

    private static ReconciliationFindings With(ReconciliationFindings found, IEnumerable<ReconciliationDifference> more)
    {
        ReconciliationDifference[] named = [.. more];
        return found with { Differing = found.Differing + named.Length, Differences = [.. found.Differences, .. named.Take(Listed - found.Differences.Count)] };
    }

    private static async Task<List<ReconciliationDifference>> DifferencesAsync(PipelineDb db, Followed of, StateTold[] states, CancellationToken ct)
    {
        var heard = await db.Database.SqlQueryRaw<Heard>(
                of.Heard,
                new NpgsqlParameter<Guid[]>("ids", [.. states.Select(s => s.Id)]),
                new NpgsqlParameter<long[]>("versions", [.. states.Select(s => s.Version)]))
            .ToDictionaryAsync(h => h.Id, ct);
        return
        [
            .. from told in states
               let here = heard[told.Id]
               from difference in of.Differences(told, here.Version, here.State)
               select new ReconciliationDifference { Of = of.Name, Id = told.Id, What = difference.What, Told = difference.Told, Counted = difference.Counted },
        ];
    }

    /// <summary>What was told here of one id.</summary>
    private sealed record Heard(Guid Id, long? Version, string? State);
}
