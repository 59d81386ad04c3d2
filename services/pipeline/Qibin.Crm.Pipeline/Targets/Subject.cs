namespace Qibin.Crm.Pipeline.Targets;

/// <summary>Who is assessed: a unit as a whole, or an owner, with the unit that the owner is placed in.</summary>
internal sealed record Subject(Guid Id, Guid UnitId, Guid OwnerId)
{
    /// <summary>The subjects that a request names, by unit or by owner, each with the pointer to where it does.</summary>
    /// <exception cref="Refusal">400 <c>subject.one</c>, <c>unit.unknown</c>, <c>owner.unknown</c>.</exception>
    public static async Task<IReadOnlyList<Subject>> ReadAsync(
        IReadOnlyList<(Guid? UnitId, Guid? OwnerId, string Pointer)> named, PipelineDb db, CancellationToken ct)
    {
        var ownerIds = named.Select(n => n.OwnerId).OfType<Guid>().Distinct().ToArray();
        var owners = await db.Set<OfficerRow>().AsNoTracking().Where(o => ownerIds.Contains(o.OfficerId))
            .ToDictionaryAsync(o => o.OfficerId, o => o.UnitId, ct);
        var unitIds = named.Select(n => n.UnitId).OfType<Guid>().Distinct().ToArray();
        var units = await db.Units.Where(u => unitIds.Contains(u.UnitId) && !u.Removed).Select(u => u.UnitId).ToListAsync(ct);
        return named.Select(n => (n.UnitId, n.OwnerId) switch
        {
            ({ } unit, null) => units.Contains(unit) ? new Subject(unit, unit, Guid.Empty)
                : throw Refusal.Invalid(n.Pointer + "/unitId", "unit.unknown"),
            (null, { } owner) => owners.TryGetValue(owner, out var placed) ? new Subject(owner, placed, owner)
                : throw Refusal.Invalid(n.Pointer + "/ownerId", "owner.unknown"),
            _ => throw Refusal.Invalid(n.Pointer + "/unitId", "subject.one"),
        }).ToList();
    }
}
