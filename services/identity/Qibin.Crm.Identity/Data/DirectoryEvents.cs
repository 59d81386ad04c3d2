using Qibin.Crm.Contracts.Directory;
using Qibin.Crm.Identity.Domain;
using Qibin.Crm.Messaging;

namespace Qibin.Crm.Identity.Data;

/// <summary>The events by which the other services learn of units and people: name, placement and roles, never phone or e-mail.</summary>
internal static class DirectoryEvents
{
    public static void PublishState(this IdentityDb db, Unit unit, bool removed = false) => db.Publish(unit, new UnitDefined
    {
        UnitId = unit.Id,
        ParentId = unit.ParentId,
        Code = unit.Code,
        Name = unit.Name,
        NameEn = unit.NameEn,
        Removed = removed,
    });

    public static void PublishState(this IdentityDb db, Person person) => db.Publish(person, new OfficerPlaced
    {
        OfficerId = person.Id,
        Name = person.DisplayName,
        UnitId = person.UnitId,
        Roles = person.Roles,
        Chains = person.Chains,
        Active = person.Active,
    });
}
