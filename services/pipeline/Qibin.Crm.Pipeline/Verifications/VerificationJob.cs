using Qibin.Crm.Messaging.Queries;
using Qibin.Crm.Pipeline.Projection;

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

    private Place _place = new();
    private VerificationFindings _found = new();

    /// <summary>Where the next step begins.</summary>
    private sealed record Place
    {
        /// <summary>Which of <see cref="Followed.All"/> is compared; after the last one journeys and rollups.</summary>
        public int Of { get; init; }

        public Guid After { get; init; }

        /// <summary>What differed when it was last asked for.</summary>
        public Open[] Open { get; init; } = [];

        /// <summary>When one of those was last found to be equal.</summary>
        public DateTimeOffset? Moved { get; init; }
    }

    /// <summary>Something that may be a difference, or on its way.</summary>
    private sealed record Open(int Of, Guid Id);

    public static VerificationFindings Found(Job job) =>
        job.Result is { } result ? JsonSerializer.Deserialize<VerificationFindings>(result, StrictJson.Options)! : new();

    public async Task<bool> StepAsync(PipelineDb db, Job job, Caller caller, CancellationToken ct)
    {
        (_place, _found) = (job.Position is { } position ? JsonSerializer.Deserialize<Place>(position)! : new Place(), Found(job));
        var walking = _place.Of < Followed.All.Count;
        if (_place.Open.Length >= Waiting || (!walking && _place.Open.Length > 0))
        {
            await WaitAsync(db, ct);
        }
        else if (walking)
        {
            await CompareAsync(db, Followed.All[_place.Of], ct);
        }
        else if (_place.Of == Followed.All.Count)
        {
            var check = await db.CheckAsync(_place.After, repair: false, Listed, ct);
            Note(check.Differences, check.Differing);
            _found = _found with { Journeys = _found.Journeys + check.Counted };
            _place = check.After is { } after ? _place with { After = after } : new Place { Of = _place.Of + 1 };
        }
        else
        {
            return false;
        }

        job.Position = JsonSerializer.Serialize(_place);
        job.Result = JsonSerializer.Serialize(_found, StrictJson.Options);
        job.Done = _found.Leads + _found.Projects + _found.Enterprises + _found.Journeys;
        return true;
    }

    /// <summary>Compares the next batch of a kind: what its service holds, and what is known here although it does not.</summary>
    private async Task CompareAsync(PipelineDb db, Followed of, CancellationToken ct)
    {
        var after = _place.After;
        var states = await AskAsync(of, new StatesQuery { After = after, Most = Batch }, ct);
        var last = states.Length < Batch ? (Guid?)null : states[^1].Id;
        var known = await of.Known(db).Where(id => id > after && (last == null || id <= last)).OrderBy(id => id).Take(Waiting)
            .ToListAsync(ct);
        if (known.Count == Waiting)
        {
            // Far more is known here than there: up to here this time.
            last = known[^1];
            states = [.. states.Where(s => s.Id <= last)];
        }

        var differing = (await of.DifferencesAsync(db, states, ct)).Select(d => d.Id!.Value);
        var open = differing.Concat(known.Except(states.Select(s => s.Id))).Distinct().Select(id => new Open(_place.Of, id));
        _found = of.Name switch
        {
            "lead" => _found with { Leads = _found.Leads + states.Length },
            "project" => _found with { Projects = _found.Projects + states.Length },
            _ => _found with { Enterprises = _found.Enterprises + states.Length },
        };
        _place = new Place
        {
            Of = last is null ? _place.Of + 1 : _place.Of,
            After = last ?? Guid.Empty,
            Open = [.. _place.Open, .. open],
        };
    }

    /// <summary>Asks for the next batch of what differed once more.</summary>
    private async Task WaitAsync(PipelineDb db, CancellationToken ct)
    {
        var moved = _place.Moved ?? clock.GetUtcNow();
        var waited = clock.GetUtcNow() - moved > Patience;
        var asked = _place.Open.Where(o => o.Of == _place.Open[0].Of).Take(Batch).ToHashSet();
        var of = Followed.All[_place.Open[0].Of];
        var ids = asked.Select(o => o.Id).ToArray();
        var states = await AskAsync(of, new StatesQuery { Most = ids.Length, Ids = ids }, ct);
        var known = await of.Known(db).Where(id => ids.Contains(id)).ToListAsync(ct);
        List<VerificationDifference> differences =
        [
            .. await of.DifferencesAsync(db, states, ct),
            .. from id in known.Except(states.Select(s => s.Id))
               select new VerificationDifference { Of = of.Name, Id = id, What = "known", Expected = null, Found = "true" },
        ];
        var others = _place.Open.Where(o => !asked.Contains(o));
        if (waited)
        {
            Note(differences, differences.Count);
            _place = _place with { Open = [.. others], Moved = _place.Open.Length > asked.Count ? moved : null };
            return;
        }

        var still = differences.Select(d => d.Id!.Value).ToHashSet();
        if (still.Count == asked.Count)
        {
            await Task.Delay(Again, clock, ct);
        }
        else
        {
            moved = clock.GetUtcNow();
        }

        Open[] open = [.. others, .. asked.Where(o => still.Contains(o.Id))];
        _place = _place with { Open = open, Moved = open.Length > 0 ? moved : null };
    }

    private async Task<AggregateState[]> AskAsync(Followed of, StatesQuery query, CancellationToken ct) =>
        (await questions.AskAsync<StatesQuery, StatesReply>(of.Service, query, ct)).States;

    private void Note(IEnumerable<VerificationDifference> more, long differing) => _found = _found with
    {
        Differing = _found.Differing + differing,
        Differences = [.. _found.Differences.Concat(more).Take(Listed)],
    };
}
