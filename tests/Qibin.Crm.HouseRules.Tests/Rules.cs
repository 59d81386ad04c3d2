using System.Text.RegularExpressions;

namespace Qibin.Crm.HouseRules.Tests;

/// <summary>The house's rules: each reads a repository and names what breaks it.</summary>
public static partial class Rules
{
    private static readonly string[] TopLevel = ["services", "gateway", "tests", "deploy", "Qibin.Crm.sln", "README.md"];
    private static readonly string[] RootFiles = ["Directory.Build.props", "Directory.Packages.props", "global.json", "BannedSymbols.txt", "LICENSE"];

    /// <summary>Who may reference whom; what is not drawn here is forbidden.</summary>
    private static readonly Dictionary<string, string[]> Drawn = new(StringComparer.Ordinal)
    {
        ["Kernel"] = [],
        ["Contracts"] = ["Kernel"],
        ["Sheets"] = ["Kernel"],
        ["Work"] = ["Kernel"],
        ["Web"] = ["Kernel", "Work"],
        ["Messaging"] = ["Kernel", "Contracts", "Work", "Web"],
        ["service"] = ["Kernel", "Contracts", "Work", "Web", "Sheets", "Messaging"],
        ["gateway"] = ["Web"],
        ["Servers"] = [],
    };

    public static IEnumerable<string> TopLevelIsFixed(Repository repository) =>
        repository.Files.Select(f => f.Path.Split('/')[0]).Distinct()
            .Where(top => !top.StartsWith('.') && !TopLevel.Contains(top) && !RootFiles.Contains(top));

    public static IEnumerable<string> ReferencesAreDrawn(Repository repository) =>
        from project in repository.Projects
        where !project.Path.StartsWith("tests/", StringComparison.Ordinal)
        let name = NameOf(project.Path)
        let kind = name == "Local" ? null
            : project.Path.StartsWith("gateway/", StringComparison.Ordinal) ? "gateway"
            : project.Path.StartsWith("services/shared/", StringComparison.Ordinal) || project.Path.StartsWith("deploy/", StringComparison.Ordinal) ? name
            : "service"
        where kind is not null
        from Match reference in ProjectReference().Matches(project.Text)
        let target = NameOf(reference.Groups[1].Value)
        where !(Drawn.GetValueOrDefault(kind) ?? []).Contains(target)
        select $"{name} ─► {target}";

    public static IEnumerable<string> ContractsNeedNoPackage(Repository repository) =>
        repository.Projects.Where(p => NameOf(p.Path) is "Contracts" or "Kernel" && p.Text.Contains("<PackageReference", StringComparison.Ordinal)).Select(p => p.Path);

    public static IEnumerable<string> MassTransitStaysInMessaging(Repository repository) =>
        repository.CSharp().Concat(repository.Projects)
            .Where(f => !f.Path.StartsWith("services/shared/Qibin.Crm.Messaging/", StringComparison.Ordinal)
                && !f.Path.StartsWith("tests/Qibin.Crm.HouseRules.Tests/", StringComparison.Ordinal))
            .Where(f => UsesMassTransit().IsMatch(f.Text))
            .Select(f => f.Path);

    /// <summary>Domain knows its own rules, the contracts' words and the kernel; no database, no web, no clock.</summary>
    public static IEnumerable<string> DomainKnowsNobody(Repository repository) =>
        from file in repository.CSharp("services/")
        where file.Path.Contains("/Domain/", StringComparison.Ordinal)
        from offence in UsingDirective().Matches(file.Text).Select(m => m.Groups[1].Value)
            .Where(used => !used.StartsWith("System", StringComparison.Ordinal) && !used.StartsWith("Qibin.Crm.Contracts", StringComparison.Ordinal)
                && used != "Qibin.Crm.Kernel" && !used.EndsWith(".Domain", StringComparison.Ordinal))
            .Concat(OutsideWorld().Matches(file.Text).Select(m => m.Value))
        select $"{file.Path}: {offence}";

    public static IEnumerable<string> ProgramIsATableOfContents(Repository repository) =>
        repository.CSharp().Where(f => Path.GetFileName(f.Path) == "Program.cs" && !f.Path.StartsWith("tests/", StringComparison.Ordinal)
            && f.Text.Split('\n').Length > 60).Select(f => f.Path);

    public static IEnumerable<string> NamesSaySomething(Repository repository) =>
        from file in repository.CSharp()
        where !file.Path.StartsWith("tests/Qibin.Crm.HouseRules.Tests/", StringComparison.Ordinal)
        from Match declared in EmptyName().Matches(file.Text)
        select $"{file.Path}: {declared.Groups[1].Value}";

    /// <summary>The relay publishes with the mandatory flag, so an event that nobody hears would never leave its outbox.</summary>
    public static IEnumerable<string> EveryEventIsHeard(Repository repository)
    {
        var heard = repository.CSharp("services/").SelectMany(f => Heard().Matches(f.Text)).Select(m => m.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        return repository.CSharp("services/shared/Qibin.Crm.Contracts/").SelectMany(f => EventRecord().Matches(f.Text))
            .Select(m => m.Groups[1].Value).Where(name => !heard.Contains(name));
    }

    public static IEnumerable<string> EventsHoldNoPersonalData(Repository repository) =>
        from file in repository.CSharp("services/shared/Qibin.Crm.Contracts/")
        from Match member in PersonalMember().Matches(file.Text)
        select $"{file.Path}: {member.Groups[1].Value}";

    public static IEnumerable<string> VersionsAreCentral(Repository repository) =>
        repository.Projects.Where(p => PackageVersion().IsMatch(p.Text)).Select(p => p.Path);

    /// <summary>A test waits for a condition, through <c>Eventually</c>, never for a time. Measurements have times of their own.</summary>
    public static IEnumerable<string> TestsDoNotSleep(Repository repository) =>
        repository.CSharp("tests/")
            .Where(f => !f.Path.EndsWith("/Eventually.cs", StringComparison.Ordinal) && !f.Path.StartsWith("tests/Qibin.Crm.HouseRules.Tests/", StringComparison.Ordinal)
                && !f.Path.StartsWith("tests/Qibin.Crm.Benchmarks/", StringComparison.Ordinal) && Sleep().IsMatch(f.Text))
            .Select(f => f.Path);

    public static IEnumerable<string> NothingIsUnfinished(Repository repository) =>
        from file in repository.CSharp()
        where !file.Path.StartsWith("tests/Qibin.Crm.HouseRules.Tests/", StringComparison.Ordinal)
        from Match mark in Unfinished().Matches(file.Text)
        select $"{file.Path}: {mark.Value}";

    /// <summary>Each operation has its texts in Chinese and in English, and so has each problem.</summary>
    public static IEnumerable<string> SummariesAreInBothLanguages(Repository repository) =>
        from file in repository.CSharp("services/")
        from Match summary in Summary().Matches(file.Text)
        let text = summary.Groups[1].Value
        where !text.Any(c => c is >= '一' and <= '鿿') || !text.Any(char.IsAsciiLetter)
        select $"{file.Path}: {text}";

    private static string NameOf(string path) => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')).Replace("Qibin.Crm.", "", StringComparison.Ordinal);

    [GeneratedRegex("<ProjectReference Include=\"([^\"*]+)\"")]
    private static partial Regex ProjectReference();

    [GeneratedRegex("\\busing (static )?MassTransit|\\bMassTransit\\.|\"MassTransit|global::MassTransit")]
    private static partial Regex UsesMassTransit();

    [GeneratedRegex("^\\s*(?:global )?using (?:static )?(?:\\w+ = )?([\\w.]+);", RegexOptions.Multiline)]
    private static partial Regex UsingDirective();

    [GeneratedRegex("\\b(DbContext|HttpContext|IQueryable|TimeProvider|IServiceProvider|TypedResults|NpgsqlConnection|HttpClient)\\b")]
    private static partial Regex OutsideWorld();

    [GeneratedRegex("\\b(?:class|record|struct|interface) (\\w*(?:Helper|Helpers|Manager|Util|Utils|Utilities|Base))\\b")]
    private static partial Regex EmptyName();

    [GeneratedRegex("\\bIConsume<(\\w+)>|\\bConsume<(?<1>\\w+), \\w+>\\(")]
    private static partial Regex Heard();

    [GeneratedRegex("\\brecord (\\w+) : IEvent\\b")]
    private static partial Regex EventRecord();

    [GeneratedRegex("\\b(\\w*(?:Phone|Email|Mail|Mobile|PersonName|DisplayName|UserName|WeChat|Summary|IdNumber)\\w*) \\{ get;")]
    private static partial Regex PersonalMember();

    [GeneratedRegex("<PackageReference [^>]*Version=")]
    private static partial Regex PackageVersion();

    [GeneratedRegex("\\bTask\\.Delay\\(|\\bThread\\.Sleep\\(")]
    private static partial Regex Sleep();

    [GeneratedRegex("\\b(TODO|FIXME|HACK|NotImplementedException)\\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex("\\.WithSummary\\(\"([^\"]*)\"\\)")]
    private static partial Regex Summary();
}
