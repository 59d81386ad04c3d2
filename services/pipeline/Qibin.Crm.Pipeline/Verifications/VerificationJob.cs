using Qibin.Crm.Messaging.Queries;
using Qibin.Crm.Pipeline.Projection;

namespace Qibin.Crm.Pipeline.Verifications;

/// <summary>
/// Compares the states of all services with the stored events, batch by batch, and then the journeys and sums. Writes go on meanwhile, and
/// events arrive after them: what differs from a service is asked for again until it does not, and is named only when nothing more has
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

    private Place _place = new(0, Guid.Empty, [], null);
    private VerificationFindings _found = new();

    /// <summary>
    /// Which of <see cref="Followed.All"/> is compared, after the last one journeys and sums, and after which id; what differed when it was
    /// last asked for, and when one of that was last found to be equal.
    /// </summary>
    private sealed record Place(int Of, Guid After, Open[] Open, DateTimeOffset? Moved);

    /// <summary>Something that may be a difference, or on its way.</summary>
    private sealed record Open(int Of, Guid Id);

    public static VerificationFindings Found(Job job) =>
        job.Result is { } result ? JsonSerializer.Deserialize<VerificationFindings>(result, StrictJson.Options)! : new();

    public async Task<bool> StepAsync(PipelineDb db, Job job, Caller caller, CancellationToken ct)
    {
        (_place, _found) = (job.Position is { } position ? JsonSerializer.Deserialize<Place>(position)! : _place, Found(job));
        var (walking, more) = (_place.Of < Followed.All.Count, true);
        if (_place.Open.Length >= Waiting || (!walking && _place.Open.Length > 0))
        {
            await WaitAsync(db, ct);
        }
        else if (walking)
        {
            await CompareAsync(db, Followed.All[_place.Of], ct);
        }
        else
        {
            var check = await db.CheckAsync(_place.After, repair: false, Listed, ct);
            Note(check.Differences, check.Differing);
            _found = _found with { Journeys = _found.Journeys + check.Counted };
            (_place, more) = (_place with { After = check.After ?? _place.After }, check.After is not null);
        }

        job.Position = JsonSerializer.Serialize(_place);
        job.Result = JsonSerializer.Serialize(_found, StrictJson.Options);
        job.Done = _found.Leads + _found.Projects + _found.Enterprises + _found.Journeys;
        return more;
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

        var differences = await of.DifferencesAsync(db, states, known, ct);
        var open = differences.Select(d => new Open(_place.Of, d.Id!.Value)).Distinct();
        _found = of.Name switch
        {
            "lead" => _found with { Leads = _found.Leads + states.Length },
            "project" => _found with { Projects = _found.Projects + states.Length },
            _ => _found with { Enterprises = _found.Enterprises + states.Length },
        };
        _place = new Place(last is null ? _place.Of + 1 : _place.Of, last ?? Guid.Empty, [.. _place.Open, .. open], null);
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
        var differences = await of.DifferencesAsync(db, states, known, ct);
        var still = differences.Select(d => d.Id!.Value).ToHashSet();
        if (waited)
        {
            Note(differences, differences.Count);
            still.Clear();
        }
        else if (still.Count == asked.Count)
        {
            await Task.Delay(Again, clock, ct);
        }
        else
        {
            moved = clock.GetUtcNow();
        }

        Open[] open = [.. _place.Open.Where(o => !asked.Contains(o)), .. asked.Where(o => still.Contains(o.Id))];
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
