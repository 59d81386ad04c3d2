using Qibin.Crm.Pipeline.Projection;

namespace Qibin.Crm.Pipeline.Verifications;

/// <summary>A kind of aggregate of another service whose events are stored here.</summary>
internal sealed record Followed(string Name, string Service, Type State, Func<PipelineDb, IQueryable<ReceivedEvent>> Own)
{
    public static IReadOnlyList<Followed> All { get; } =
    [
        new("lead", "leads", typeof(LeadState), db => db.Received.Where(e => e.StreamId == e.LeadId
            && !db.Received.Any(r => r.StreamId == e.StreamId && r.Type == nameof(LeadRemoved)
                && !db.Received.Any(s => s.StreamId == r.StreamId && s.Type == nameof(LeadRestored) && s.Version > r.Version)))),
        new("project", "projects", typeof(ProjectState), db => db.Received.Where(e => e.StreamId == e.ProjectId)),
        new("enterprise", "enterprises", typeof(EnterpriseState), db => db.Received.Where(e => e.StreamId == e.EnterpriseId)),
    ];

    public IQueryable<Guid> Known(PipelineDb db) => Own(db).Select(e => e.StreamId).Distinct();

    /// <summary>What differs between the states that the service has and those that are stored here; some are known here only.</summary>
    public async Task<List<VerificationDifference>> DifferencesAsync(
        PipelineDb db, AggregateState[] told, IEnumerable<Guid> known, CancellationToken ct)
    {
        var stored = (await StoredAsync(db, told, ct)).ToDictionary(s => s.Id);
        return
        [
            .. told.SelectMany(t => Differences(t, stored.GetValueOrDefault(t.Id))),
            .. known.Except(told.Select(t => t.Id)).SelectMany(id => VerificationDifference.Between(Name, id, "known", null, "true")),
        ];
    }

    /// <summary>The states by the stored events at the versions that the service has, and the highest version stored.</summary>
    private async Task<List<Stored>> StoredAsync(PipelineDb db, AggregateState[] told, CancellationToken ct)
    {
        Guid[] ids = [.. told.Select(s => s.Id)];
        long[] versions = [.. told.Select(s => s.Version)];
        if (State != typeof(EnterpriseState))
        {
            return await db.Database.SqlQuery<Stored>(
                $"""
                select asked.id, (select max(e.version) from received_event e where e.stream_id = asked.id) as version, (
                    select e.event -> {Name} from received_event e
                    where e.stream_id = asked.id and e.version <= asked.version and e.event ? {Name}
                    order by e.version desc, e.ordinal desc limit 1)::text as state
                from unnest({ids}, {versions}) as asked (id, version)
                """).ToListAsync(ct);
        }

        // Events of other aggregates carry its state too, with versions of their own.
        var types = StoredEvents.OfEnterprises;
        var events = await db.Received.AsNoTracking().Where(e => ids.Contains(e.EnterpriseId!.Value) && types.Contains(e.Type))
            .ToListAsync(ct);
        return (
            from of in events.Read().GroupBy(e => e.Row.EnterpriseId!.Value)
            join asked in told on of.Key equals asked.Id
            let own = of.Where(e => e.Row.StreamId == of.Key).Max(e => (long?)e.Row.Version)
            let state = JsonSerializer.Serialize(ReadEvent.NewestEnterprise(of), StrictJson.Lenient)
            select new Stored(of.Key, own > asked.Version ? own : null, state)).ToList();
    }

    private IEnumerable<VerificationDifference> Differences(AggregateState told, Stored? stored) =>
        stored?.State is not { } state ? VerificationDifference.Between(Name, told.Id, "known", "true", null)
        : Members.Differences(Name, told.Id, Read(told.State), Read(state)).Concat(
            VerificationDifference.Between(Name, told.Id, "version", $"{told.Version}", $"{stored.Version ?? told.Version}"));

    /// <summary>Both are read into their own type, so that they look the same whichever way they went.</summary>
    private object? Read(string state) => JsonSerializer.Deserialize(state, State, StrictJson.Lenient);

    private sealed record Stored(Guid Id, long? Version, string? State);
}
