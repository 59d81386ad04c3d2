namespace Qibin.Crm.Pipeline.Journeys;

/// <summary>One prospect from first contact on, over all services: what happened, when, by whom, and how long it took.</summary>
internal static class ReadJourney
{
    internal static async Task<Results<Ok<Journey>, NotFound>> Handle(Guid leadId, PipelineDb db, Caller caller, CancellationToken ct)
    {
        // Several statements make one answer, so they look at one snapshot.
        await using var snapshot = await db.SnapshotAsync(ct);
        if (await db.Journeys.AsNoTracking().ReadableBy(caller).SingleOrDefaultAsync(j => j.LeadId == leadId, ct) is not { } row)
        {
            return TypedResults.NotFound();
        }

        // An event of the enterprises service may name the project alone.
        var events = (await db.Received.AsNoTracking()
            .Where(e => e.LeadId == leadId || (e.ProjectId != null && e.ProjectId == row.ProjectId))
            .OrderBy(e => e.RecordedAt).ThenBy(e => e.StreamId).ThenBy(e => e.Version).ThenBy(e => e.Ordinal).ToListAsync(ct)).Read();
        // The enterprise may be known before the project has it linked: by its code it is found all the same.
        var enterpriseId = row.EnterpriseId
            ?? events.Select(e => e.Event).OfType<IEnterpriseEvent>()
                .FirstOrDefault(e => e.Enterprise.Uscc is { } uscc && uscc == row.Uscc)?.Enterprise.EnterpriseId;
        var types = StoredEvents.OfEnterprises;
        var enterprise = enterpriseId is null ? null
            : ReadEvent.NewestEnterprise(
                (await db.Received.AsNoTracking().Where(e => e.EnterpriseId == enterpriseId && types.Contains(e.Type)).ToListAsync(ct))
                .Read());
        var milestones = await db.Milestones.AsNoTracking().Where(m => m.LeadId == leadId)
            .OrderBy(m => m.OccurredOn).ThenBy(m => m.RecordedAt).ThenBy(m => m.StreamId).ThenBy(m => m.Version).ThenBy(m => m.Ordinal)
            .ToListAsync(ct);
        var units = await db.Units.AsNoTracking().Where(u => u.UnitId == row.UnitId).NamesAsync(ct);
        return TypedResults.Ok(
            new Journey(JourneySummary.Of(row, units.Of(row.UnitId)), JourneyEnterprise.Of(row, enterprise), milestones, events));
    }
}
