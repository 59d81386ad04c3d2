namespace Qibin.Crm.Kernel;

/// <summary>The roles 角色 of the house, as they stand in the token's <c>role</c> claim.</summary>
public static class Roles
{
    public const string Officer = "officer";
    public const string UnitHead = "unitHead";
    public const string Leader = "leader";
    public const string ChainChief = "chainChief";
    public const string ServiceOfficer = "serviceOfficer";
    public const string ProjectOfficer = "projectOfficer";
    public const string Coordinator = "coordinator";
    public const string Administrator = "administrator";
    public const string Auditor = "auditor";

    /// <summary>Another system. What it may do is said by its token's scopes, not by this role.</summary>
    public const string Integration = "integration";

    /// <summary>
    /// Roles that decide on others' work. A confidential journey always has an active reader with one of them, or nobody could lift it,
    /// approve its stages or give it to somebody else.
    /// </summary>
    public static IReadOnlyList<string> Approving { get; } = [UnitHead, Coordinator, Leader];

    /// <summary>All roles that people have.</summary>
    public static IReadOnlyList<string> OfPeople { get; } =
        [Officer, UnitHead, Leader, ChainChief, ServiceOfficer, ProjectOfficer, Coordinator, Administrator, Auditor];

    /// <summary>
    /// All but administrators, who keep people, units, rules and dictionaries: they write no business and read nothing of what investors
    /// said.
    /// </summary>
    public static IReadOnlyList<string> OfTheTrade { get; } = [.. OfPeople.Except([Administrator])];

    /// <summary>
    /// The reach that goes with roles, the widest of them: officer own rows, unit head the unit's subtree, chain chief the chains;
    /// the others work for the whole city.
    /// </summary>
    public static Reach ReachOf(IReadOnlyCollection<string> roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        return roles.Select(role => role switch
        {
            UnitHead => Reach.Subtree,
            ChainChief => Reach.Chain,
            Leader or Coordinator or Administrator or Auditor or ServiceOfficer or ProjectOfficer => Reach.All,
            _ => Reach.Own,
        }).DefaultIfEmpty(Reach.Own).Max();
    }
}

/// <summary>The API scopes that an integration can be given.</summary>
public static class Scopes
{
    public const string LeadsRead = "leads.read";
    public const string LeadsWrite = "leads.write";
    public const string ProjectsRead = "projects.read";
    public const string ProjectsWrite = "projects.write";
    public const string EnterprisesRead = "enterprises.read";
    public const string EnterprisesWrite = "enterprises.write";
    public const string PipelineRead = "pipeline.read";
    public const string PipelineWrite = "pipeline.write";
    public const string DirectoryRead = "directory.read";
    public const string IdentityRead = "identity.read";
    public const string IdentityWrite = "identity.write";
    public const string EventsRead = "events.read";
    public const string OpsRead = "ops.read";
    public const string OpsWrite = "ops.write";

    public static IReadOnlyList<string> All { get; } =
    [
        LeadsRead, LeadsWrite, ProjectsRead, ProjectsWrite, EnterprisesRead, EnterprisesWrite,
        PipelineRead, PipelineWrite, DirectoryRead, IdentityRead, IdentityWrite, EventsRead, OpsRead, OpsWrite,
    ];
}
