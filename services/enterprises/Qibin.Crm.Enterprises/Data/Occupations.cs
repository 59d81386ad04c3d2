namespace Qibin.Crm.Enterprises.Data;

/// <summary>The database's own promise that no space is let twice at once; the model cannot say it, so the migration does.</summary>
internal static class Occupations
{
    public const string Exclusion =
        $"alter table occupation add constraint {EnterprisesDb.OccupationConstraint} " +
        "exclude using gist (space_id with =, daterange(occupied_from, occupied_until) with &&)";
}
