using Microsoft.EntityFrameworkCore;
using Qibin.Crm.Kernel;
using Qibin.Crm.Work.Data;

namespace Qibin.Crm.Pipeline.Targets;

/// <summary>Who is assessed: a unit as a whole, or an officer, with the unit that the officer is placed in.</summary>
internal sealed record Subject(Guid Id, Guid UnitId, Guid OwnerId)
{
    /// <summary>The subject that a request names.</summary>
    /// <param name="named">By unit or by officer, each with the pointer to where it is named.</param>
    /// <param name="db">The directory.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="Refusal">400 <c>subject.one</c>, <c>unit.unknown</c>, <c>officer.unknown</c>.</exception>
    public static async Task<IReadOnlyList<Subject>> ReadAsync(
        IReadOnlyList<(Guid? UnitId, Guid? OfficerId, string Pointer)> named, PipelineDb db, CancellationToken ct)
    {
        var officerIds = named.Select(n => n.OfficerId).OfType<Guid>().Distinct().ToArray();
        var officers = await db.Set<OfficerRow>().AsNoTracking().Where(o => officerIds.Contains(o.OfficerId)).ToDictionaryAsync(o => o.OfficerId, o => o.UnitId, ct);
        var unitIds = named.Select(n => n.UnitId).OfType<Guid>().Distinct().ToArray();
        var units = await db.Units.Where(u => unitIds.Contains(u.UnitId)).Select(u => u.UnitId).ToListAsync(ct);
        return
        [
            .. named.Select(n => (n.UnitId, n.OfficerId) switch
            {
                ({ } unit, null) => units.Contains(unit) ? new Subject(unit, unit, Guid.Empty) : throw Refusal.Invalid(n.Pointer + "/unitId", "unit.unknown"),
                (null, { } officer) => officers.TryGetValue(officer, out var placed)
                    ? new Subject(officer, placed, officer)
                    : throw Refusal.Invalid(n.Pointer + "/officerId", "officer.unknown"),
                _ => throw Refusal.Invalid(n.Pointer + "/unitId", "subject.one"),
            }),
        ];
    }
}
