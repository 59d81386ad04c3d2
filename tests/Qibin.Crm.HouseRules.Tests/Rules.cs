using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Qibin.Crm.HouseRules.Tests;

/// <summary>The house's rules: each reads a repository and names what breaks it.</summary>
public static partial class Rules
{
    private static readonly string[] TopLevel = ["services", "gateway", "tests", "deploy", "Qibin.Crm.sln", "README.md"];
    private static readonly string[] RootFiles = ["Directory.Build.props", "Directory.Packages.props", "global.json", "BannedSymbols.txt",
        "LICENSE"];

    /// <summary>People, units, clients, rules and dictionaries, and the care of the system: what administrators write.</summary>
    private static readonly string[] AdministratorsOwn =
        ["/api/v1/users", "/api/v1/units", "/api/v1/clients", "/api/v1/ops/", "/api/v1/calendar/", "/api/v1/pipeline/rates",
            "/api/v1/pipeline/rebuilds", "/api/v1/pipeline/verifications", "/api/v1/pipeline/reports", "/api/v1/notices/reading"];

    /// <summary>Members of answers with the id of something that is neither a unit nor somebody who signs in.</summary>
    private static readonly string[] IdsOfOthers =
        ["id", "applicationId", "buildingId", "causationId", "claimId", "contactId", "enterpriseId", "eventId", "fromId", "investorId",
            "jobId", "leadId", "leadIds", "mergeId", "mergedInto", "messageId", "nextStepId", "openSubmissionId", "originLeadId", "parkId",
            "personId", "projectId", "reversalOf", "reverses", "spaceId", "spaceIds", "streamId", "subjectId", "submissionId", "tenancyId",
            "wonClaimId"];

    /// <summary>Members of answers with a code that has a name.</summary>
    private static readonly string[] Codes = ["chainCode", "nodeCode", "sourceRegion", "division"];

    /// <summary>Members of answers that have no name beside them, and why.</summary>
    private static readonly Dictionary<string, string> WithoutName = new(StringComparer.Ordinal)
    {
        ["VisitPlaceBodyAnswer.division"] = "the same type is sent, and a request takes no names; the place has a name of its own",
    };

    private static readonly string[] Formats = ["xls", "xlsx", "csv", "http", "https", "application", "json"];

    public static IEnumerable<string> TopLevelIsFixed(Repository repository) =>
        repository.Files.Select(f => f.Path.Split('/')[0]).Distinct()
            .Where(top => !top.StartsWith('.') && !TopLevel.Contains(top) && !RootFiles.Contains(top));

    public static IEnumerable<string> ProgramIsATableOfContents(Repository repository) =>
        repository.CSharp().Where(f => Path.GetFileName(f.Path) == "Program.cs" && !f.Path.StartsWith("tests/", StringComparison.Ordinal)
            && f.Text.TrimEnd().Split('\n').Length > 50).Select(f => f.Path);

    /// <summary>The relay publishes with the mandatory flag, so an event that nobody hears would never leave its outbox.</summary>
    public static IEnumerable<string> EveryEventIsHeard(Repository repository)
    {
        var heard = repository.CSharp("services/").SelectMany(f => Heard().Matches(f.Text)).Select(m => m.Groups[1].Value)
            .ToHashSet(StringComparer.Ordinal);
        return repository.CSharp("services/shared/Qibin.Crm.Contracts/").SelectMany(f => EventRecord().Matches(f.Text))
            .Select(m => m.Groups[1].Value).Where(name => !heard.Contains(name));
    }

    public static IEnumerable<string> EventsHoldNoPersonalData(Repository repository) =>
        from file in repository.CSharp("services/shared/Qibin.Crm.Contracts/")
        from Match member in PersonalMember().Matches(file.Text)
        select $"{file.Path}: {member.Groups[1].Value}";

    /// <summary>What fits on a screen beside its tests.</summary>
    public static IEnumerable<string> LinesAreShort(Repository repository) =>
        from file in repository.CSharp()
        from line in file.Text.Split('\n').Index()
        where line.Item.TrimEnd('\r').Length > 140
        select $"{file.Path}:{line.Index + 1}";

    /// <summary>
    /// The one rule of <c>dotnet format</c> that neither the build nor its formatting of white space checks: System first, then by name.
    /// </summary>
    public static IEnumerable<string> UsingsAreSorted(Repository repository) =>
        from file in repository.CSharp()
        let names = file.Text.Split('\n').TakeWhile(line => !line.StartsWith("namespace ", StringComparison.Ordinal))
            .Select(line => UsingNamespace().Match(line)).Where(m => m.Success).Select(m => m.Groups[1].Value).ToList()
        where !names.SequenceEqual(
            names.OrderBy(n => n != "System" && !n.StartsWith("System.", StringComparison.Ordinal)).ThenBy(n => n, ByPart))
        select file.Path;

    /// <summary>A part of a name goes before the same part with more letters.</summary>
    private static readonly Comparer<string> ByPart = Comparer<string>.Create((a, b) => string.Compare(
        a.Replace('.', '\0'), b.Replace('.', '\0'), StringComparison.OrdinalIgnoreCase));

    /// <summary>A release brings one migration; there has been none yet, so each service starts with one.</summary>
    public static IEnumerable<string> OneMigrationEach(Repository repository) =>
        from file in repository.Files
        where Migration().IsMatch(file.Path)
        group file.Path by file.Path.Split('/')[1] into service
        where service.Count() > 1
        select $"{service.Key}: {string.Join(", ", service.Select(Path.GetFileName))}";

    public static IEnumerable<string> VersionsAreCentral(Repository repository) =>
        repository.Projects.Where(p => PackageVersion().IsMatch(p.Text)).Select(p => p.Path);

    /// <summary>A test waits for a condition, through <c>Eventually</c>, never for a time. Measurements have times of their own.</summary>
    public static IEnumerable<string> TestsDoNotSleep(Repository repository) =>
        repository.CSharp("tests/")
            .Where(f => !f.Path.EndsWith("/Eventually.cs", StringComparison.Ordinal)
                && !f.Path.StartsWith("tests/Qibin.Crm.HouseRules.Tests/", StringComparison.Ordinal)
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

    /// <summary>
    /// Chinese texts of problems are for people who do not read the API's code words; formats and headers keep their names.
    /// </summary>
    public static IEnumerable<string> ChineseTextsAreChinese(Repository repository) =>
        from file in repository.CSharp("services/").Concat(repository.CSharp("gateway/"))
        from Match problem in ChineseText().Matches(file.Text)
        from Match word in CodeWord().Matches(problem.Groups[1].Value)
        where !Formats.Contains(word.Value)
        select $"{file.Path}: {word.Value} in {problem.Groups[1].Value}";

    /// <summary>An OpenAPI document names members of its JSON; a reference in a comment would become the name of a type.</summary>
    public static IEnumerable<string> OpenApiNamesNoTypes(Repository repository) =>
        from file in repository.Files
        where file.Path.EndsWith("/openapi.json", StringComparison.Ordinal)
        from line in file.Text.Split('\n').Index()
        where line.Item.Contains("Qibin.Crm.", StringComparison.Ordinal)
        select $"{file.Path}:{line.Index + 1}";

    /// <summary>
    /// An administrator writes no business and reads nothing of what investors said or colleagues say about them (S13).
    /// </summary>
    public static IEnumerable<string> AdministratorsWriteNoBusiness(Repository repository) =>
        from file in repository.Files
        where file.Path.EndsWith("/openapi.json", StringComparison.Ordinal)
        from path in JsonNode.Parse(file.Text)!["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        where operation.Value is JsonObject said && said["x-roles"] is JsonArray roles
            && roles.Any(role => role!.GetValue<string>() == "administrator")
        where operation.Key == "get"
            ? path.Key.Contains("/contacts", StringComparison.Ordinal) || path.Key.Contains("/comments", StringComparison.Ordinal)
                || path.Key.EndsWith("/instructions", StringComparison.Ordinal)
                || path.Key.Contains("/exports", StringComparison.Ordinal)
            : !Array.Exists(AdministratorsOwn, own => path.Key.StartsWith(own, StringComparison.Ordinal))
                && !path.Key.EndsWith("/rules", StringComparison.Ordinal)
        select $"{file.Path}: administrators may {operation.Key} {path.Key}";

    /// <summary>
    /// Whoever changes a resource by its version learns the next one (A4): the answer has an ETag, unless the resource is gone by then, or
    /// Location names what another service makes.
    /// </summary>
    public static IEnumerable<string> AnswersHaveTheETag(Repository repository) =>
        from file in repository.Files
        where file.Path.EndsWith("/openapi.json", StringComparison.Ordinal)
        from path in JsonNode.Parse(file.Text)!["paths"]!.AsObject()
        where !path.Key.EndsWith("/removal", StringComparison.Ordinal)
        from operation in path.Value!.AsObject()
        where operation.Key != "delete" && operation.Value is JsonObject said && said["operationId"]!.GetValue<string>() != "convertLead"
            && said["parameters"] is JsonArray parameters && parameters.Any(p => p!["name"]?.GetValue<string>() == "If-Match")
        from answer in operation.Value!["responses"]!.AsObject()
        where answer.Key[0] == '2' && answer.Value!["headers"]?["ETag"] is null
        select $"{file.Path}: {operation.Key} {path.Key} answers {answer.Key} without ETag";

    /// <summary>
    /// In an answer the id of a person or unit, and the code of a chain, node or division, has the name beside it, see
    /// <c>NamedAttribute</c>; a request takes no such name. Every id is either named, or of something else, or excepted.
    /// </summary>
    public static IEnumerable<string> NamesAreBesideIds(Repository repository) =>
        from file in repository.Files
        where file.Path.EndsWith("/openapi.json", StringComparison.Ordinal)
        let document = JsonNode.Parse(file.Text)!
        let answered = Schemas(document, "responses")
        from offence in answered.Concat(Schemas(document, "requestBody").Where(sent => !answered.Contains(sent)))
            .SelectMany(name => Members(document, name), (name, member) => (name, member))
            .Where(of => answered.Contains(of.name)
                ? (IsId(of.member.Value) ? !IdsOfOthers.Contains(of.member.Key) : Codes.Contains(of.member.Key))
                    && !IsNamed(document, of.name, of.member.Key) && !WithoutName.ContainsKey($"{of.name}.{of.member.Key}")
                : of.member.Value["readOnly"] is not null)
        select $"{file.Path}: {offence.name}.{offence.member.Key}";

    /// <summary>The schemas that requests or answers have; what the change feed repeats of events is as it was recorded.</summary>
    private static HashSet<string> Schemas(JsonNode document, string part)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<JsonNode?>(document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject())
            .Select(operation => (operation.Value as JsonObject)?[part]));
        while (open.TryPop(out var node))
        {
            if (node is JsonObject && (node["$ref"] as JsonValue)?.GetValue<string>().Split('/') is ["#", "components", var kind, var name]
                && name != "ReadChangesChange" && (kind != "schemas" || found.Add(name)))
            {
                open.Push(document["components"]![kind]![name]);
            }

            foreach (var inner in node is JsonObject members ? members.Where(m => m.Key != "example").Select(m => m.Value)
                : node is JsonArray items ? items : Enumerable.Empty<JsonNode?>())
            {
                open.Push(inner);
            }
        }

        return found;
    }

    private static IEnumerable<(string Key, JsonNode Value)> Members(JsonNode document, string schema) =>
        (document["components"]!["schemas"]![schema]!["properties"] as JsonObject ?? []).Select(m => (m.Key, m.Value!));

    private static bool IsId(JsonNode member) =>
        (member["format"] ?? member["items"]?["format"])?.GetValue<string>() == "uuid";

    private static bool IsNamed(JsonNode document, string schema, string id)
    {
        string[] names = id.EndsWith("Ids", StringComparison.Ordinal) ? [id[..^3] + "Names"]
            : id.EndsWith("Id", StringComparison.Ordinal) ? [id[..^2] + "Name"]
            : id.EndsWith("Code", StringComparison.Ordinal) ? [id[..^4] + "Name"] : [id + "Name", id.TrimEnd('s') + "Names"];
        return Members(document, schema).Any(m => names.Contains(m.Key));
    }

    /// <summary>The documents of the repository name files and folders that are there.</summary>
    public static IEnumerable<string> DocumentsNameWhatIsThere(Repository repository)
    {
        var there = repository.Files.SelectMany(f => Above(f.Path)).ToHashSet(StringComparer.Ordinal);
        return from file in repository.Files
               where file.Path.EndsWith(".md", StringComparison.Ordinal)
               let folder = Path.GetDirectoryName(file.Path)!.Replace('\\', '/')
               let links = Link().Matches(file.Text).Select(m => Path.GetRelativePath(".", Path.Combine(folder, m.Groups[1].Value)))
               let places = Place().Matches(file.Text).Select(m => m.Groups[1].Value.TrimEnd('/'))
               from named in links.Concat(places)
               where !there.Contains(named)
               select $"{file.Path}: {named}";

        static IEnumerable<string> Above(string path)
        {
            for (string? part = path; !string.IsNullOrEmpty(part); part = Path.GetDirectoryName(part))
            {
                yield return part.Replace('\\', '/');
            }
        }
    }

    [GeneratedRegex("\\bnew\\(\\s*\"([^\"]*[一-鿿][^\"]*)\",\\s*\\$?\"")]
    private static partial Regex ChineseText();

    [GeneratedRegex("(?<![A-Za-z0-9{-])[a-z][A-Za-z]+(?![^{}]*\\})")]
    private static partial Regex CodeWord();

    [GeneratedRegex("\\]\\(([^)#:]+)(?:#[^)]*)?\\)")]
    private static partial Regex Link();

    [GeneratedRegex("`((?:services|gateway|tests|deploy|\\.ci|\\.github)/[\\w./-]+)`")]
    private static partial Regex Place();

    [GeneratedRegex("^using ([A-Za-z_.0-9]+);")]
    private static partial Regex UsingNamespace();

    [GeneratedRegex("/Data/Migrations/[0-9]+_\\w+\\.cs$")]
    private static partial Regex Migration();

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
