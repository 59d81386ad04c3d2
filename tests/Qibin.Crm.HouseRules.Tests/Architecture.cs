using System.Reflection;
using NetArchTest.Rules;

namespace Qibin.Crm.HouseRules.Tests;

/// <summary>
/// Rules about types: each names the types of one product that break it. A product is a set of types below a root namespace:
/// the real one below <c>Qibin.Crm</c>, or one made to break the rules.
/// </summary>
public sealed class Architecture
{
    /// <summary>
    /// Which project uses the types of which; what is not listed is forbidden. A project that is not listed is a service.
    /// </summary>
    private static readonly Dictionary<string, string[]> Uses = new(StringComparer.Ordinal)
    {
        ["Kernel"] = [],
        ["Contracts"] = ["Kernel"],
        ["Sheets"] = ["Kernel"],
        ["Work"] = ["Kernel"],
        ["Web"] = ["Kernel", "Work"],
        ["Messaging"] = ["Kernel", "Contracts", "Work", "Web"],
        ["Comments"] = ["Kernel", "Contracts", "Work", "Web", "Messaging"],
        ["Exports"] = ["Kernel", "Work", "Web", "Sheets"],
        ["Gateway"] = ["Kernel", "Work", "Web"],
        ["Servers"] = [],
        ["Local"] = ["Kernel", "Web", "Servers"],
    };

    private static readonly string[] UsedByServices = ["Kernel", "Contracts", "Work", "Web", "Sheets", "Messaging", "Comments", "Exports"];

    /// <summary>What a rule of the trade never touches: time, threads, other machines, files, queries, the container.</summary>
    private static readonly string[] OutsideWorld =
    [
        "System.TimeProvider", "System.IServiceProvider", "System.Net", "System.Data", "System.Linq.IQueryable", "System.Linq.Queryable",
        "System.IO.File", "System.IO.Directory", "System.IO.FileStream", "System.Threading.Tasks", "System.Console",
    ];

    private readonly string _root;
    private readonly Types _types;
    private readonly List<(string Project, string Area)> _areas;

    public Architecture(string root, IEnumerable<Assembly> assemblies)
    {
        _root = root + ".";
        _types = Types.InAssemblies(assemblies, [AppContext.BaseDirectory, Path.GetDirectoryName(typeof(object).Assembly.Location)!]);
        _areas = [.. _types.That().ResideInNamespace(root).GetTypes().Select(AreaOf).Distinct().Order()];
    }

    /// <summary>The product's programs and libraries, as they were built beside these tests.</summary>
    public static IReadOnlyList<Assembly> Assemblies { get; } =
    [
        .. Directory.EnumerateFiles(AppContext.BaseDirectory, "Qibin.Crm.*.dll").Select(file => Path.GetFileNameWithoutExtension(file))
            .Where(name => name != "Qibin.Crm.Mutants" && !name.EndsWith(".Tests", StringComparison.Ordinal)).Select(Assembly.Load),
    ];

    /// <summary>The product's rules.</summary>
    public static Architecture Present { get; } = new("Qibin.Crm", Assemblies);

    public IReadOnlyList<string> Projects => [.. _areas.Select(a => a.Project).Distinct()];

    /// <summary>A project uses the projects that it may use, and a service no other service.</summary>
    public IEnumerable<string> ProjectsUseWhatTheyMay() =>
        from project in Projects
        let others = Projects.Except([project]).Except(Uses.GetValueOrDefault(project) ?? UsedByServices).Select(other => _root + other)
            .ToArray()
        where others.Length > 0
        from offence in Offences(_root + project, types => types.NotHaveDependencyOnAny(others))
        select offence;

    /// <summary>Kernel and contracts are plain .NET.</summary>
    public IEnumerable<string> KernelAndContractsUseNoPackage() =>
        from project in (string[])["Kernel", "Contracts"]
        from offence in Offences(_root + project, types => types.OnlyHaveDependencyOn("System", _root + "Kernel", _root + project))
        select offence;

    /// <summary>Domain code uses .NET, the kernel and itself. What the pipeline decides about are the events of the contracts.</summary>
    public IEnumerable<string> DomainUsesTheKernelOnly() =>
        from domain in Domains
        let events = domain == _root + "Pipeline.Domain" ? _root + "Contracts" : domain
        from offence in Offences(domain, types => types.OnlyHaveDependencyOn("System", _root + "Kernel", events, domain))
        select offence;

    /// <summary>Time and caller are arguments of a rule; it reads and writes nothing.</summary>
    public IEnumerable<string> DomainDoesNoInputOrOutput() =>
        from domain in Domains
        from offence in Offences(domain, types => types.NotHaveDependencyOnAny(OutsideWorld))
        select offence;

    /// <summary>Tables and their mappings know the domain, not who uses them.</summary>
    public IEnumerable<string> DataUsesNoArea() =>
        from project in Projects.Where(IsService)
        let areas = _areas.Where(a => a.Project == project && a.Area is not ("" or "Domain" or "Data")).Select(NamespaceOf).ToArray()
        where areas.Length > 0
        from offence in Offences($"{_root}{project}.Data", types => types.NotHaveDependencyOnAny(areas))
        select offence;

    /// <summary>
    /// The areas of a service use one another, but never in a circle. Data and Domain lie below them, by rules of their own.
    /// </summary>
    public IEnumerable<string> AreasHaveNoCycles() =>
        from project in Projects.Where(IsService)
        let areas = _areas.Where(a => a.Project == project && a.Area is not ("" or "Domain" or "Data")).ToList()
        let uses = (
            from area in areas
            from other in areas
            where area != other
            from offence in Offences(NamespaceOf(area), types => types.NotHaveDependencyOnAny(NamespaceOf(other)))
            select (From: area.Area, To: other.Area, Offence: offence)).ToList()
        from use in uses
        where Reaches(use.To, use.From, uses.ToLookup(u => u.From, u => u.To))
        select use.Offence;

    /// <summary>The bus can be replaced within one project.</summary>
    public IEnumerable<string> MassTransitStaysInMessaging() =>
        from project in Projects.Except(["Messaging"])
        from offence in Offences(_root + project, types => types.NotHaveDependencyOnAny("MassTransit"))
        select offence;

    /// <summary>A name that fits every class says nothing of this one.</summary>
    public IEnumerable<string> NamesSaySomething() =>
        from project in Projects
        from offence in Offences(_root + project, types => types.NotHaveNameMatching("(Helper|Helpers|Manager|Util|Utils|Utilities|Base)$"))
        select offence;

    private IEnumerable<string> Domains => _areas.Where(a => a.Area == "Domain").Select(NamespaceOf);

    private static bool IsService(string project) => !Uses.ContainsKey(project);

    private static bool Reaches(string from, string to, ILookup<string, string> uses)
    {
        var seen = new HashSet<string> { from };
        var open = new Queue<string>(seen);
        while (open.TryDequeue(out var area))
        {
            foreach (var next in uses[area].Where(seen.Add))
            {
                open.Enqueue(next);
            }
        }

        return seen.Contains(to);
    }

    private string NamespaceOf((string Project, string Area) area) => $"{_root}{area.Project}.{area.Area}";

    /// <summary>The first two parts of a type's namespace below the root; a project's top has no area.</summary>
    private (string Project, string Area) AreaOf(IType type)
    {
        var parts = type.FullName[_root.Length..].Split('.');
        return (parts[0], parts.Length > 2 ? parts[1] : "");
    }

    /// <summary>Written code only: migrations are generated.</summary>
    private IEnumerable<string> Offences(string @namespace, Func<Condition, ConditionList> rule) =>
        rule(_types.That().ResideInNamespace(@namespace).And().DoNotResideInNamespaceEndingWith("Migrations").Should())
            .GetResult().FailingTypes
            .Select(type => $"{type.FullName}: {type.Explanation}");
}
