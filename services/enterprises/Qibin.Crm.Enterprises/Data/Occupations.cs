namespace Qibin.Crm.Enterprises.Data;

/// <summary>
/// The constraint that no space is let twice at once. EF Core has no exclusion constraints, so the migration runs this statement.
/// </summary>
internal static class Occupations
{
    public const string Exclusion =
        $"alter table occupation add constraint {EnterprisesDb.OccupationConstraint} " +
        "exclude using gist (space_id with =, daterange(occupied_from, occupied_until) with &&)";
}
